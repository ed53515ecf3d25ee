// hwgen_peephole: out = saturate(sum + round(weight . state)): the product, SHIFT places too long, is
// rounded to the sum's point. Weight and state in cycle 0, sum in cycle 1, out in cycle 2. Without
// PRESENT there is no product.
`default_nettype none

module hwgen_peephole #(
    parameter W       = 12,
    parameter SW      = 18,
    parameter SHIFT   = 10,
    parameter PRESENT = 1
) (
    input  wire                 clk,
    input  wire signed [W-1:0]  weight,
    input  wire signed [SW-1:0] state,
    input  wire signed [W+1:0]  sum,
    output reg  signed [W-1:0]  out
);

    wire signed [W-1:0] word;

    generate
        if (PRESENT != 0) begin : g_present
            localparam PART_W = SW + W - SHIFT + 1 > W + 2 ? SW + W - SHIFT + 1 : W + 2;

            reg signed [SW+W-1:0]        product;
            wire signed [SW+W-SHIFT:0]   part;
            wire signed [PART_W-1:0]     part_wide;
            wire signed [PART_W-1:0]     sum_wide;
            wire signed [PART_W:0]       full = {part_wide[PART_W-1], part_wide} + {sum_wide[PART_W-1], sum_wide};

            always @(posedge clk) product <= weight * state;

            hwgen_round #(.IN_W(SW + W), .SHIFT(SHIFT)) u_part (.in(product), .out(part));
            hwgen_saturate #(.IN_W(SW + W - SHIFT + 1), .OUT_W(PART_W)) u_part_wide (.in(part), .out(part_wide));
            hwgen_saturate #(.IN_W(W + 2), .OUT_W(PART_W)) u_sum_wide (.in(sum), .out(sum_wide));
            hwgen_saturate #(.IN_W(PART_W + 1), .OUT_W(W)) u_saturate (.in(full), .out(word));
        end else begin : g_absent
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused = ^{weight, state};
            /* verilator lint_on UNUSEDSIGNAL */
            hwgen_saturate #(.IN_W(W + 2), .OUT_W(W)) u_saturate (.in(sum), .out(word));
        end
    endgenerate

    always @(posedge clk) out <= word;

endmodule

`default_nettype wire
