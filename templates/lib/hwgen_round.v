// hwgen_round: the design's one rounding, half up: out = floor(in / 2^SHIFT + 1/2).
// Signed in and out; SHIFT from 0 (exact) to IN_W - 1; combinational.
`default_nettype none

module hwgen_round #(
    parameter IN_W = 8,
    parameter SHIFT = 1
) (
    input  wire signed [IN_W-1:0]     in,
    output wire signed [IN_W-SHIFT:0] out
);

    wire signed [IN_W:0] wide = {in[IN_W-1], in};

    generate
        if (SHIFT == 0) begin : g_exact
            assign out = wide;
        end else begin : g_round
            localparam signed [IN_W:0] HALF = {{IN_W{1'b0}}, 1'b1} << (SHIFT - 1);
            // The bits below the new last place are what rounding drops.
            /* verilator lint_off UNUSEDSIGNAL */
            wire signed [IN_W:0] sum = wide + HALF;
            /* verilator lint_on UNUSEDSIGNAL */
            assign out = sum[IN_W:SHIFT];
        end
    endgenerate

endmodule

`default_nettype wire
