// hwgen_lstm_lane: one element of an LSTM's state:
//   i = sigmoid(sum_i + bias_i + peep_i . c), f = sigmoid(sum_f + bias_f + peep_f . c),
//   g = tanh(sum_c + bias_c), next = f . c + i . g, rounded once and saturated,
//   o = sigmoid(sum_o + bias_o + peep_o . next), word = o . tanh(next).
// Every sum comes in two parts that are added. Sums and biases are words of W bits with one binary
// point; gates, tanh and word are W bits, all fraction but the sign; the state is SW bits, its point
// STATE_SHIFT places behind that of a gate; tanh(next) reads it rounded by CELL_SHIFT places to W bits.
// One element a cycle; sums, biases and state in cycle 0: i, f and g in cycle 6, o in cycle 14, word
// and next in cycle 16. Data path: not reset.
`default_nettype none

module hwgen_lstm_lane #(
    parameter W                    = 12,
    parameter SW                   = 18,
    parameter STATE_SHIFT          = 2,
    parameter CELL_SHIFT           = 4,
    parameter PEEPHOLES            = 1,
    parameter PEEP_SHIFT           = 10,
    parameter SIGMOID_REM_BITS     = 6,
    parameter SIGMOID_LIMIT_BITS   = 11,
    parameter SIGMOID_OFFSET_SHIFT = 0,
    parameter SIGMOID_SLOPE_SHIFT  = 0,
    parameter SIGMOID_SUM_W        = 24,
    parameter SIGMOID_ROUND_SHIFT  = 8,
    parameter TANH_REM_BITS        = 5,
    parameter TANH_LIMIT_BITS      = 10,
    parameter TANH_OFFSET_SHIFT    = 0,
    parameter TANH_SLOPE_SHIFT     = 0,
    parameter TANH_SUM_W           = 24,
    parameter TANH_ROUND_SHIFT     = 8,
    parameter CELL_REM_BITS        = 5,
    parameter CELL_LIMIT_BITS      = 10,
    parameter CELL_OFFSET_SHIFT    = 0,
    parameter CELL_SLOPE_SHIFT     = 0,
    parameter CELL_SUM_W           = 24,
    parameter CELL_ROUND_SHIFT     = 8,
    parameter SLOPE_W              = 13,
    parameter OFFSET_W             = 15,
    parameter SIGMOID_INIT         = "",
    parameter TANH_INIT            = "",
    parameter CELL_INIT            = ""
) (
    input  wire                 clk,
    input  wire signed [W-1:0]  sum_i,
    input  wire signed [W-1:0]  sum_o,
    input  wire signed [W-1:0]  sum_f,
    input  wire signed [W-1:0]  sum_c,
    input  wire signed [W-1:0]  more_i,
    input  wire signed [W-1:0]  more_o,
    input  wire signed [W-1:0]  more_f,
    input  wire signed [W-1:0]  more_c,
    input  wire signed [W-1:0]  bias_i,
    input  wire signed [W-1:0]  bias_o,
    input  wire signed [W-1:0]  bias_f,
    input  wire signed [W-1:0]  bias_c,
    input  wire signed [W-1:0]  peep_i,
    input  wire signed [W-1:0]  peep_o,
    input  wire signed [W-1:0]  peep_f,
    input  wire signed [SW-1:0] state,
    output wire signed [W-1:0]  i,
    output wire signed [W-1:0]  o,
    output wire signed [W-1:0]  f,
    output wire signed [W-1:0]  g,
    output wire signed [SW-1:0] next,
    output reg  signed [W-1:0]  word
);

    // 1, 2: both parts and the bias; then the peephole; then one saturation.
    wire signed [W+1:0] full_o = {{2{sum_o[W-1]}}, sum_o} + {{2{more_o[W-1]}}, more_o} + {{2{bias_o[W-1]}}, bias_o};
    reg signed [W+1:0]  i_1;
    reg signed [W+1:0]  o_1;
    reg signed [W+1:0]  f_1;
    reg signed [W+1:0]  g_1;
    wire signed [W-1:0] sat_g;
    reg signed [W-1:0]  in_g;
    wire signed [W-1:0] in_i;
    wire signed [W-1:0] in_o;
    wire signed [W-1:0] in_f;

    hwgen_saturate #(.IN_W(W + 2), .OUT_W(W)) u_sat_g (.in(g_1), .out(sat_g));

    always @(posedge clk) begin
        i_1  <= {{2{sum_i[W-1]}}, sum_i} + {{2{more_i[W-1]}}, more_i} + {{2{bias_i[W-1]}}, bias_i};
        o_1  <= full_o;
        f_1  <= {{2{sum_f[W-1]}}, sum_f} + {{2{more_f[W-1]}}, more_f} + {{2{bias_f[W-1]}}, bias_f};
        g_1  <= {{2{sum_c[W-1]}}, sum_c} + {{2{more_c[W-1]}}, more_c} + {{2{bias_c[W-1]}}, bias_c};
        in_g <= sat_g;
    end

    hwgen_peephole #(.W(W), .SW(SW), .SHIFT(PEEP_SHIFT), .PRESENT(PEEPHOLES)) u_peep_i (
        .clk   (clk),
        .weight(peep_i),
        .state (state),
        .sum   (i_1),
        .out   (in_i)
    );

    hwgen_peephole #(.W(W), .SW(SW), .SHIFT(PEEP_SHIFT), .PRESENT(PEEPHOLES)) u_peep_f (
        .clk   (clk),
        .weight(peep_f),
        .state (state),
        .sum   (f_1),
        .out   (in_f)
    );

    // 3..6: gates.
    hwgen_pwl #(
        .IN_W        (W),
        .OUT_W       (W),
        .REM_BITS    (SIGMOID_REM_BITS),
        .LIMIT_BITS  (SIGMOID_LIMIT_BITS),
        .SLOPE_W     (SLOPE_W),
        .OFFSET_W    (OFFSET_W),
        .OFFSET_SHIFT(SIGMOID_OFFSET_SHIFT),
        .SLOPE_SHIFT (SIGMOID_SLOPE_SHIFT),
        .SUM_W       (SIGMOID_SUM_W),
        .ROUND_SHIFT (SIGMOID_ROUND_SHIFT),
        .ODD         (0),
        .INIT        (SIGMOID_INIT)
    ) u_sigmoid_i (
        .clk(clk),
        .in (in_i),
        .out(i)
    );

    hwgen_pwl #(
        .IN_W        (W),
        .OUT_W       (W),
        .REM_BITS    (SIGMOID_REM_BITS),
        .LIMIT_BITS  (SIGMOID_LIMIT_BITS),
        .SLOPE_W     (SLOPE_W),
        .OFFSET_W    (OFFSET_W),
        .OFFSET_SHIFT(SIGMOID_OFFSET_SHIFT),
        .SLOPE_SHIFT (SIGMOID_SLOPE_SHIFT),
        .SUM_W       (SIGMOID_SUM_W),
        .ROUND_SHIFT (SIGMOID_ROUND_SHIFT),
        .ODD         (0),
        .INIT        (SIGMOID_INIT)
    ) u_sigmoid_f (
        .clk(clk),
        .in (in_f),
        .out(f)
    );

    hwgen_pwl #(
        .IN_W        (W),
        .OUT_W       (W),
        .REM_BITS    (TANH_REM_BITS),
        .LIMIT_BITS  (TANH_LIMIT_BITS),
        .SLOPE_W     (SLOPE_W),
        .OFFSET_W    (OFFSET_W),
        .OFFSET_SHIFT(TANH_OFFSET_SHIFT),
        .SLOPE_SHIFT (TANH_SLOPE_SHIFT),
        .SUM_W       (TANH_SUM_W),
        .ROUND_SHIFT (TANH_ROUND_SHIFT),
        .ODD         (1),
        .INIT        (TANH_INIT)
    ) u_tanh_g (
        .clk(clk),
        .in (in_g),
        .out(g)
    );

    // 7, 8: the new state: f . c has the state's point W - 1 places up, i . g two gates' points.
    localparam FULL_W = SW + W + 1;

    wire signed [SW-1:0]     state_6;
    reg signed [SW+W-1:0]    kept;
    reg signed [2*W-1:0]     taken;
    wire signed [FULL_W-1:0] full_next = {kept[SW+W-1], kept} + {{(FULL_W-2*W-STATE_SHIFT){taken[2*W-1]}}, taken, {STATE_SHIFT{1'b0}}};
    wire signed [SW-1:0]     sat_next;
    reg signed [SW-1:0]      next_8;

    hwgen_delay #(.WIDTH(SW), .DEPTH(6)) u_state_6 (.clk(clk), .in(state), .out(state_6));
    hwgen_requantize #(.IN_W(FULL_W), .SHIFT(W - 1), .OUT_W(SW)) u_next (.in(full_next), .out(sat_next));
    hwgen_delay #(.WIDTH(SW), .DEPTH(8)) u_next_16 (.clk(clk), .in(next_8), .out(next));

    always @(posedge clk) begin
        kept   <= f * state_6;
        taken  <= i * g;
        next_8 <= sat_next;
    end

    // 9..13: tanh of the state.
    wire signed [W-1:0] cell_8;
    reg signed [W-1:0]  cell_9;
    wire signed [W-1:0] tanh_13;
    wire signed [W-1:0] tanh_14;

    hwgen_requantize #(.IN_W(SW), .SHIFT(CELL_SHIFT), .OUT_W(W)) u_cell (.in(next_8), .out(cell_8));

    always @(posedge clk) cell_9 <= cell_8;

    hwgen_pwl #(
        .IN_W        (W),
        .OUT_W       (W),
        .REM_BITS    (CELL_REM_BITS),
        .LIMIT_BITS  (CELL_LIMIT_BITS),
        .SLOPE_W     (SLOPE_W),
        .OFFSET_W    (OFFSET_W),
        .OFFSET_SHIFT(CELL_OFFSET_SHIFT),
        .SLOPE_SHIFT (CELL_SLOPE_SHIFT),
        .SUM_W       (CELL_SUM_W),
        .ROUND_SHIFT (CELL_ROUND_SHIFT),
        .ODD         (1),
        .INIT        (CELL_INIT)
    ) u_tanh_cell (
        .clk(clk),
        .in (cell_9),
        .out(tanh_13)
    );

    hwgen_delay #(.WIDTH(W), .DEPTH(1)) u_tanh_14 (.clk(clk), .in(tanh_13), .out(tanh_14));

    // 9..14: the output gate sees the new state.
    wire signed [W+1:0] o_9;
    wire signed [W-1:0] peep_o_8;

    hwgen_delay #(.WIDTH(W + 2), .DEPTH(8)) u_o_9 (.clk(clk), .in(o_1), .out(o_9));
    hwgen_delay #(.WIDTH(W), .DEPTH(8)) u_peep_o_8 (.clk(clk), .in(peep_o), .out(peep_o_8));

    hwgen_peephole #(.W(W), .SW(SW), .SHIFT(PEEP_SHIFT), .PRESENT(PEEPHOLES)) u_peep_o (
        .clk   (clk),
        .weight(peep_o_8),
        .state (next_8),
        .sum   (o_9),
        .out   (in_o)
    );

    hwgen_pwl #(
        .IN_W        (W),
        .OUT_W       (W),
        .REM_BITS    (SIGMOID_REM_BITS),
        .LIMIT_BITS  (SIGMOID_LIMIT_BITS),
        .SLOPE_W     (SLOPE_W),
        .OFFSET_W    (OFFSET_W),
        .OFFSET_SHIFT(SIGMOID_OFFSET_SHIFT),
        .SLOPE_SHIFT (SIGMOID_SLOPE_SHIFT),
        .SUM_W       (SIGMOID_SUM_W),
        .ROUND_SHIFT (SIGMOID_ROUND_SHIFT),
        .ODD         (0),
        .INIT        (SIGMOID_INIT)
    ) u_sigmoid_o (
        .clk(clk),
        .in (in_o),
        .out(o)
    );

    // 15, 16: the output.
    reg signed [2*W-1:0] product;
    wire signed [W-1:0]  sat_m;

    hwgen_requantize #(.IN_W(2 * W), .SHIFT(W - 1), .OUT_W(W)) u_m (.in(product), .out(sat_m));

    always @(posedge clk) begin
        product <= o * tanh_14;
        word    <= sat_m;
    end

endmodule

`default_nettype wire
