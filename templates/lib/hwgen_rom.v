// hwgen_rom: ROWS rows of WIDTH bits from the file INIT ($readmemh, relative to the folder
// the tool runs in). BLOCKS asks for block memory; else a synthesis tool decides.
// Latency 1 cycle, one row a cycle. With +hwgen_readback a simulation writes back what the
// memory holds.
`default_nettype none

module hwgen_rom #(
    parameter WIDTH  = 8,
    parameter ADDR_W = 4,
    parameter ROWS   = 1 << ADDR_W,
    parameter INIT   = "",
    parameter BLOCKS = 0
) (
    input  wire              clk,
    input  wire [ADDR_W-1:0] addr,
    output reg  [WIDTH-1:0]  data
);

    // The two differ in the attribute alone: a parameter in it is one that Verilator calls unused.
    // Without an instance there is no file: some tools elaborate a module as it stands when they
    // read it.
    generate
        if (BLOCKS != 0) begin : g_blocks
            (* ram_style = "block" *) reg [WIDTH-1:0] mem [0:ROWS-1];
            if (INIT != "") begin : g_init
                initial begin
                    $readmemh(INIT, mem);
                    // synthesis translate_off
                    if ($test$plusargs("hwgen_readback")) $writememh({INIT, ".readback"}, mem);
                    // synthesis translate_on
                end
            end
            always @(posedge clk) data <= mem[addr];
        end else begin : g_any
            reg [WIDTH-1:0] mem [0:ROWS-1];
            if (INIT != "") begin : g_init
                initial begin
                    $readmemh(INIT, mem);
                    // synthesis translate_off
                    if ($test$plusargs("hwgen_readback")) $writememh({INIT, ".readback"}, mem);
                    // synthesis translate_on
                end
            end
            always @(posedge clk) data <= mem[addr];
        end
    endgenerate

endmodule

`default_nettype wire
