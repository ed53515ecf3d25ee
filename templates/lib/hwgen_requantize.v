// hwgen_requantize: one word to another format: drop SHIFT bits with half-up rounding, saturate
// to OUT_W bits.
// Signed in and out; combinational.
`default_nettype none

module hwgen_requantize #(
    parameter IN_W  = 16,
    parameter SHIFT = 4,
    parameter OUT_W = 8
) (
    input  wire signed [IN_W-1:0]  in,
    output wire signed [OUT_W-1:0] out
);

    generate
        if (SHIFT > IN_W) begin : g_nothing
            // Every value is less than half of the last place that is left.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused = ^in;
            /* verilator lint_on UNUSEDSIGNAL */
            assign out = {OUT_W{1'b0}};
        end else begin : g_rounded
            wire signed [IN_W-SHIFT:0] rounded;

            hwgen_round #(
                .IN_W (IN_W),
                .SHIFT(SHIFT)
            ) u_round (
                .in (in),
                .out(rounded)
            );

            hwgen_saturate #(
                .IN_W (IN_W - SHIFT + 1),
                .OUT_W(OUT_W)
            ) u_saturate (
                .in (rounded),
                .out(out)
            );
        end
    endgenerate

endmodule

`default_nettype wire
