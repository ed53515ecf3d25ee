// hwgen_axil: AXI4-Lite slave of 32 bits in front of registers. Address and data of a write come in
// any order; each channel holds one transfer, so a write takes two cycles, and a read too.
// The registers see `write` or `read` for one cycle, with the word's index, and answer in the same
// cycle: write_ok, or read_ok and read_data. What they refuse, addresses beside a word and writes of
// parts of a word are answered with SLVERR and change nothing.
// No output depends on an input but rst in the same cycle. Reset: rst, synchronous, high.
`default_nettype none

module hwgen_axil #(
    parameter ADDR_W = 12
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              awvalid,
    output wire              awready,
    input  wire [ADDR_W-1:0] awaddr,
    input  wire              wvalid,
    output wire              wready,
    input  wire [31:0]       wdata,
    input  wire [3:0]        wstrb,
    output wire              bvalid,
    input  wire              bready,
    output wire [1:0]        bresp,
    input  wire              arvalid,
    output wire              arready,
    input  wire [ADDR_W-1:0] araddr,
    output wire              rvalid,
    input  wire              rready,
    output reg  [31:0]       rdata,
    output wire [1:0]        rresp,
    output wire              write,
    output wire [ADDR_W-3:0] write_index,
    output reg  [31:0]       write_data,
    input  wire              write_ok,
    output wire              read,
    output wire [ADDR_W-3:0] read_index,
    input  wire [31:0]       read_data,
    input  wire              read_ok
);

    reg aw_full;
    reg w_full;
    reg b_full;
    reg ar_full;
    reg r_full;
    reg b_error;
    reg r_error;
    reg [3:0] strobes;
    reg [ADDR_W-1:0] write_address;
    reg [ADDR_W-1:0] read_address;

    wire write_now = aw_full && w_full && !b_full;
    wire read_now = ar_full && !r_full;
    wire write_whole = write_address[1:0] == 2'b00 && strobes == 4'b1111;
    wire read_whole = read_address[1:0] == 2'b00;

    assign write       = write_now && write_whole && !rst;
    assign write_index = write_address[ADDR_W-1:2];
    assign read        = read_now && read_whole && !rst;
    assign read_index  = read_address[ADDR_W-1:2];

    assign awready = !aw_full && !rst;
    assign wready  = !w_full && !rst;
    assign arready = !ar_full && !rst;
    assign bvalid  = b_full && !rst;
    assign rvalid  = r_full && !rst;
    assign bresp   = {b_error, 1'b0};
    assign rresp   = {r_error, 1'b0};

    always @(posedge clk) begin
        if (b_full && bready) b_full <= 1'b0;
        if (r_full && rready) r_full <= 1'b0;
        if (awvalid && awready) begin
            aw_full       <= 1'b1;
            write_address <= awaddr;
        end
        if (wvalid && wready) begin
            w_full     <= 1'b1;
            write_data <= wdata;
            strobes    <= wstrb;
        end
        if (write_now) begin
            aw_full <= 1'b0;
            w_full  <= 1'b0;
            b_full  <= 1'b1;
            b_error <= !(write_whole && write_ok);
        end
        if (arvalid && arready) begin
            ar_full      <= 1'b1;
            read_address <= araddr;
        end
        if (read_now) begin
            ar_full <= 1'b0;
            r_full  <= 1'b1;
            r_error <= !(read_whole && read_ok);
            rdata   <= read_whole && read_ok ? read_data : 32'd0;
        end
        if (rst) begin
            aw_full <= 1'b0;
            w_full  <= 1'b0;
            b_full  <= 1'b0;
            ar_full <= 1'b0;
            r_full  <= 1'b0;
        end
    end

endmodule

`default_nettype wire
