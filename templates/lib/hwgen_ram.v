// hwgen_ram: 2^ADDR_W rows of WIDTH bits, one write and one read a cycle; a row can be read in
// the cycle after its write.
// Read latency 1 cycle. Not reset: what was not written is not used (an idle read
// may show anything), and no row is used in the cycle of its write.
`default_nettype none

module hwgen_ram #(
    parameter WIDTH  = 8,
    parameter ADDR_W = 4
) (
    input  wire              clk,
    input  wire              write,
    input  wire [ADDR_W-1:0] write_addr,
    input  wire [WIDTH-1:0]  write_data,
    input  wire [ADDR_W-1:0] read_addr,
    output reg  [WIDTH-1:0]  read_data
);

    reg [WIDTH-1:0] mem [0:(1 << ADDR_W)-1];

    always @(posedge clk) begin
        if (write) mem[write_addr] <= write_data;
        read_data <= mem[read_addr];
    end

endmodule

`default_nettype wire
