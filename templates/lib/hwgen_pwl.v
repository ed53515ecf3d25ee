// hwgen_pwl: piecewise-linear sigmoid (ODD = 0) or tanh (ODD = 1).
//   |in| = segment . 2^REM_BITS + rest; y = offset[segment] + slope[segment] . rest, rounded
//   once, saturated once;
//   the product is a sum of shifted slopes: the rest is short, and a multiplier block would be wasted on it;
//   |in| >= 2^LIMIT_BITS gives the largest word; in < 0 by symmetry: 1 - y or -y.
// One word a cycle, latency 4 cycles. A table row holds the offset and, above it, the slope.
`default_nettype none

module hwgen_pwl #(
    parameter IN_W         = 12,
    parameter OUT_W        = 12,
    parameter REM_BITS     = 6,
    parameter LIMIT_BITS   = 11,
    parameter SLOPE_W      = 13,
    parameter OFFSET_W     = 15,
    parameter OFFSET_SHIFT = 0,
    parameter SLOPE_SHIFT  = 0,
    parameter SUM_W        = 24,
    parameter ROUND_SHIFT  = 8,
    parameter ODD          = 0,
    parameter INIT         = ""
) (
    input  wire                    clk,
    input  wire signed [IN_W-1:0]  in,
    output reg  signed [OUT_W-1:0] out
);

    localparam MAG_W = LIMIT_BITS + 1 > IN_W ? LIMIT_BITS + 1 : IN_W;
    localparam SEG_W = LIMIT_BITS - REM_BITS;
    localparam REM_W = REM_BITS == 0 ? 1 : REM_BITS;

    // 1: magnitude and sign.
    reg [IN_W-1:0] magnitude;
    reg            negative_1;

    always @(posedge clk) begin
        magnitude  <= in[IN_W-1] ? -in : in;
        negative_1 <= in[IN_W-1];
    end

    wire [MAG_W-1:0] wide;
    wire [REM_W-1:0] rest;

    generate
        if (MAG_W > IN_W) begin : g_wide
            assign wide = {{(MAG_W-IN_W){1'b0}}, magnitude};
        end else begin : g_same
            assign wide = magnitude;
        end
        if (REM_BITS == 0) begin : g_whole
            assign rest = 1'b0;
        end else begin : g_rest
            assign rest = wide[REM_W-1:0];
        end
    endgenerate

    // 2: table row.
    wire [SLOPE_W+OFFSET_W-1:0] entry;
    reg [REM_W-1:0]             rest_2;
    reg                         beyond_2;
    reg                         negative_2;

    hwgen_rom #(
        .WIDTH (SLOPE_W + OFFSET_W),
        .ADDR_W(SEG_W),
        .INIT  (INIT)
    ) u_table (
        .clk (clk),
        .addr(wide[LIMIT_BITS-1:REM_BITS]),
        .data(entry)
    );

    always @(posedge clk) begin
        rest_2     <= rest;
        beyond_2   <= |wide[MAG_W-1:LIMIT_BITS];
        negative_2 <= negative_1;
    end

    // 3: slope . rest.
    wire signed [SLOPE_W-1:0]     slope     = entry[SLOPE_W+OFFSET_W-1:OFFSET_W];
    wire signed [SLOPE_W+REM_W:0] slope_wide = {{(REM_W+1){slope[SLOPE_W-1]}}, slope};
    reg signed [SLOPE_W+REM_W:0]  terms;
    integer                       b;
    reg signed [SLOPE_W+REM_W:0]  product;
    reg signed [OFFSET_W-1:0]     offset;
    reg                           beyond_3;
    reg                           negative_3;

    always @* begin
        terms = {(SLOPE_W+REM_W+1){1'b0}};
        for (b = 0; b < REM_W; b = b + 1)
            if (rest_2[b]) terms = terms + (slope_wide <<< b);
    end

    always @(posedge clk) begin
        product    <= terms;
        offset     <= entry[OFFSET_W-1:0];
        beyond_3   <= beyond_2;
        negative_3 <= negative_2;
    end

    // 4: sum, rounding, saturation, symmetry.
    wire signed [SUM_W-1:0] offset_wide  = {{(SUM_W-OFFSET_W){offset[OFFSET_W-1]}}, offset};
    wire signed [SUM_W-1:0] product_wide = {{(SUM_W-SLOPE_W-REM_W-1){product[SLOPE_W+REM_W]}}, product};
    wire signed [SUM_W-1:0] sum          = (offset_wide <<< OFFSET_SHIFT) + (product_wide <<< SLOPE_SHIFT);
    wire signed [OUT_W-1:0] rounded;

    hwgen_requantize #(
        .IN_W (SUM_W),
        .SHIFT(ROUND_SHIFT),
        .OUT_W(OUT_W)
    ) u_requantize (
        .in (sum),
        .out(rounded)
    );

    wire signed [OUT_W-1:0] positive = beyond_3 ? {1'b0, {(OUT_W-1){1'b1}}} : rounded;
    wire signed [OUT_W-1:0] mirror   = ODD != 0 ? {OUT_W{1'b0}} : {1'b1, {(OUT_W-1){1'b0}}};

    // 1 - y wraps in OUT_W bits from 2^(OUT_W-1) - y: the true result is in range.
    always @(posedge clk) out <= negative_3 ? mirror - positive : positive;

endmodule

`default_nettype wire
