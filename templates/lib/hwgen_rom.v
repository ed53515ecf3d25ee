// hwgen_rom: ROWS rows of WIDTH bits from the file INIT ($readmemh, relative to the folder
// the tool runs in).
// Latency 1 cycle, one row a cycle. With +hwgen_readback a simulation writes back what the
// memory holds.
`default_nettype none

module hwgen_rom #(
    parameter WIDTH  = 8,
    parameter ADDR_W = 4,
    parameter ROWS   = 1 << ADDR_W,
    parameter INIT   = ""
) (
    input  wire              clk,
    input  wire [ADDR_W-1:0] addr,
    output reg  [WIDTH-1:0]  data
);

    reg [WIDTH-1:0] mem [0:ROWS-1];

    // Without an instance there is no file: some tools elaborate a module as it stands when they read it.
    generate
        if (INIT != "") begin : g_init
            initial begin
                $readmemh(INIT, mem);
                // synthesis translate_off
                if ($test$plusargs("hwgen_readback")) $writememh({INIT, ".readback"}, mem);
                // synthesis translate_on
            end
        end
    endgenerate

    always @(posedge clk) data <= mem[addr];

endmodule

`default_nettype wire
