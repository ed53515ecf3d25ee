// hwgen_accumulator: acc = first ? in : acc + in, full width: ACC_W is proven over the weights.
// Signed; one word a cycle, latency 1 cycle.
`default_nettype none

module hwgen_accumulator #(
    parameter IN_W  = 25,
    parameter ACC_W = 32
) (
    input  wire                    clk,
    input  wire                    first,
    input  wire signed [IN_W-1:0]  in,
    output reg  signed [ACC_W-1:0] acc
);

    wire signed [ACC_W-1:0] wide;

    generate
        if (ACC_W > IN_W) begin : g_extend
            assign wide = {{(ACC_W-IN_W){in[IN_W-1]}}, in};
        end else begin : g_pass
            assign wide = in;
        end
    endgenerate

    always @(posedge clk) acc <= first ? wide : acc + wide;

endmodule

`default_nettype wire
