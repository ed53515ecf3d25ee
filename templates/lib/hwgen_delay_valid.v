// hwgen_delay_valid: a valid bit, DEPTH >= 2 cycles later. Control path: rst, synchronous,
// high, clears what is in flight.
`default_nettype none

module hwgen_delay_valid #(
    parameter DEPTH = 2
) (
    input  wire clk,
    input  wire rst,
    input  wire in,
    output wire out
);

    reg [DEPTH-1:0] line;

    always @(posedge clk) begin
        line <= {line[DEPTH-2:0], in};
        if (rst) line <= {DEPTH{1'b0}};
    end

    assign out = line[DEPTH-1];

endmodule

`default_nettype wire
