// hwgen_weights: 2^ADDR_W rows of WIDTH bits that are written while the engine rests: a write or a
// read a cycle.
// Read latency 1 cycle, as hwgen_rom. Not reset: it holds what was written last. Nothing is read in
// the cycle of a write, so nothing has to be built for one that meets a read of its row.
`default_nettype none

module hwgen_weights #(
    parameter WIDTH  = 8,
    parameter ADDR_W = 4
) (
    input  wire              clk,
    input  wire              write,
    input  wire [ADDR_W-1:0] write_addr,
    input  wire [WIDTH-1:0]  write_data,
    input  wire [ADDR_W-1:0] addr,
    output reg  [WIDTH-1:0]  data
);

    // Simulation reads back what was loaded.
    reg [WIDTH-1:0] mem [0:(1 << ADDR_W)-1] /* verilator public_flat_rd */;

    always @(posedge clk) begin
        if (write) mem[write_addr] <= write_data;
        else       data <= mem[addr];
    end

endmodule

`default_nettype wire
