// hwgen_delay: in, DEPTH cycles later. Data path: not reset. DEPTH 0 is a wire.
`default_nettype none

module hwgen_delay #(
    parameter WIDTH = 8,
    parameter DEPTH = 1
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] in,
    output wire [WIDTH-1:0] out
);

    generate
        if (DEPTH == 0) begin : g_wire
            // A wire has no clock.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused_clk = clk;
            /* verilator lint_on UNUSEDSIGNAL */
            assign out = in;
        end else if (DEPTH == 1) begin : g_one
            reg [WIDTH-1:0] stage;
            always @(posedge clk) stage <= in;
            assign out = stage;
        end else begin : g_line
            reg [WIDTH*DEPTH-1:0] line;
            always @(posedge clk) line <= {line[WIDTH*(DEPTH-1)-1:0], in};
            assign out = line[WIDTH*DEPTH-1 -: WIDTH];
        end
    endgenerate

endmodule

`default_nettype wire
