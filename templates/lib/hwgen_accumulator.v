// hwgen_accumulator: acc = (first ? 0 : acc) + in[0] + ... + in[Q-1], full width: ACC_W is proven over
// the weights.
// Signed; Q words a cycle, latency 1 cycle, 2 for Q > 1.
`default_nettype none

module hwgen_accumulator #(
    parameter IN_W  = 25,
    parameter Q     = 1,
    parameter ACC_W = 32
) (
    input  wire                    clk,
    input  wire                    first,
    input  wire [Q*IN_W-1:0]       in,
    output reg  signed [ACC_W-1:0] acc
);

    wire [Q*ACC_W-1:0]      wide;
    wire signed [ACC_W-1:0] sum;

    genvar i;
    generate
        for (i = 0; i < Q; i = i + 1) begin : g_wide
            hwgen_saturate #(
                .IN_W (IN_W),
                .OUT_W(ACC_W)
            ) u_wide (
                .in (in[i*IN_W +: IN_W]),
                .out(wide[i*ACC_W +: ACC_W])
            );
        end

        if (Q == 1) begin : g_one
            assign sum = wide;
        end else begin : g_several
            reg signed [ACC_W-1:0] total;
            reg signed [ACC_W-1:0] added;
            integer q;

            always @* begin
                total = wide[ACC_W-1:0];
                for (q = 1; q < Q; q = q + 1) total = total + wide[q*ACC_W +: ACC_W];
            end

            always @(posedge clk) added <= total;

            assign sum = added;
        end
    endgenerate

    always @(posedge clk) acc <= first ? sum : acc + sum;

endmodule

`default_nettype wire
