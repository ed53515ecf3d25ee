// hwgen_range: a check of simulation, nothing in synthesis: whenever valid, each of LANES words of WIDTH bits, two's
// complement, lies in MIN to MAX, as was proven. The first row of words that does not is told on
// standard error.
`default_nettype none

module hwgen_range #(
    parameter LANES = 1,
    parameter WIDTH = 8,
    parameter signed [WIDTH:0] MIN = 0,
    parameter signed [WIDTH:0] MAX = 0
) (
    input wire                   clk,
    input wire                   valid,
    input wire [LANES*WIDTH-1:0] data
);

    // synthesis translate_off
    reg told;
    integer i;

    initial told = 1'b0;

    // One bit more than the word, so that a bound may be the word's own.
    always @(posedge clk) begin
        if (valid && !told) begin
            for (i = 0; i < LANES; i = i + 1) begin
                if ($signed({data[i*WIDTH+WIDTH-1], data[i*WIDTH +: WIDTH]}) < MIN
                        || $signed({data[i*WIDTH+WIDTH-1], data[i*WIDTH +: WIDTH]}) > MAX) begin
                    told <= 1'b1;
                    $fdisplay(32'h8000_0002, "range: %m, word %0d of %h is beyond the proven %0d to %0d", i, data, MIN, MAX);
                end
            end
        end
    end
    // synthesis translate_on

endmodule

`default_nettype wire
