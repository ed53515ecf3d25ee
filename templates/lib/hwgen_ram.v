// hwgen_ram: 2^ADDR_W rows of LANES x WIDTH bits, one write and one read a cycle; a write takes the
// lanes whose bit in `write` is set. A row can be read in the cycle after its write.
// Read latency 1 cycle. Not reset: what was not written is not used (an idle read
// may show anything), and no row is used in the cycle of its write.
`default_nettype none

module hwgen_ram #(
    parameter WIDTH  = 8,
    parameter LANES  = 1,
    parameter ADDR_W = 4
) (
    input  wire                   clk,
    input  wire [LANES-1:0]       write,
    input  wire [ADDR_W-1:0]      write_addr,
    input  wire [LANES*WIDTH-1:0] write_data,
    input  wire [ADDR_W-1:0]      read_addr,
    output wire [LANES*WIDTH-1:0] read_data
);

    localparam BYTE = 9;

    genvar i;
    generate
        if (WIDTH <= BYTE) begin : g_masked
            // Block memories write single bytes: narrow lanes share one.
            reg [LANES*WIDTH-1:0] mem [0:(1 << ADDR_W)-1];
            reg [LANES*WIDTH-1:0] data;
            integer               lane;

            always @(posedge clk) begin
                for (lane = 0; lane < LANES; lane = lane + 1)
                    if (write[lane]) mem[write_addr][lane*WIDTH +: WIDTH] <= write_data[lane*WIDTH +: WIDTH];
                data <= mem[read_addr];
            end

            assign read_data = data;
        end else begin : g_whole
            for (i = 0; i < LANES; i = i + 1) begin : g_lane
                reg [WIDTH-1:0] mem [0:(1 << ADDR_W)-1];
                reg [WIDTH-1:0] data;

                always @(posedge clk) begin
                    if (write[i]) mem[write_addr] <= write_data[i*WIDTH +: WIDTH];
                    data <= mem[read_addr];
                end

                assign read_data[i*WIDTH +: WIDTH] = data;
            end
        end
    endgenerate

endmodule

`default_nettype wire
