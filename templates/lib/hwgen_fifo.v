// hwgen_fifo: stream buffer of 2^ADDR_W rows. The writer must know that there is room: it has
// no ready.
// A row is on the output in the cycle after its write; the read is asynchronous, so it becomes
// lookup-table memory. Reset: rst, synchronous, high, empties it.
`default_nettype none

module hwgen_fifo #(
    parameter WIDTH  = 8,
    parameter ADDR_W = 4
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             in_valid,
    input  wire [WIDTH-1:0] in_data,
    output wire             out_valid,
    input  wire             out_ready,
    output wire [WIDTH-1:0] out_data
);

    reg [WIDTH-1:0] mem [0:(1 << ADDR_W)-1];
    reg [ADDR_W:0]  write_ptr;
    reg [ADDR_W:0]  read_ptr;

    assign out_valid = write_ptr != read_ptr;
    assign out_data  = mem[read_ptr[ADDR_W-1:0]];

    always @(posedge clk) begin
        if (in_valid) begin
            mem[write_ptr[ADDR_W-1:0]] <= in_data;
            write_ptr <= write_ptr + 1'b1;
        end
        if (out_valid && out_ready) read_ptr <= read_ptr + 1'b1;
        if (rst) begin
            write_ptr <= {(ADDR_W + 1){1'b0}};
            read_ptr  <= {(ADDR_W + 1){1'b0}};
        end
    end

endmodule

`default_nettype wire
