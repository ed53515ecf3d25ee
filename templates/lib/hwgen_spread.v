// hwgen_spread: part `part` of a row of K words, N words long, in all K/N places. Combinational.
`default_nettype none

module hwgen_spread #(
    parameter K      = 8,
    parameter N      = 8,
    parameter W      = 12,
    parameter PART_W = 1
) (
    input  wire [PART_W-1:0] part,
    input  wire [K*W-1:0]    in,
    output wire [K*W-1:0]    out
);

    generate
        if (N == K) begin : g_whole
            // There is one part.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused_part = ^part;
            /* verilator lint_on UNUSEDSIGNAL */
            assign out = in;
        end else begin : g_part
            wire [N*W-1:0] chosen = in[part*N*W +: N*W];
            assign out = {(K/N){chosen}};
        end
    endgenerate

endmodule

`default_nettype wire
