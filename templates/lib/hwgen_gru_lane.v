// hwgen_gru_lane: one element of a GRU's state:
//   z = sigmoid(sum_z + more_z + bias_z), r = sigmoid(sum_r + more_r + bias_r),
//   n = tanh(sum_wn + bias_wn + r . (sum_rn + bias_rn)), next = n + z . (state - n).
// With RESETS and resets_first, linear_before_reset = 0: the candidate's recurrent sum is of r . h
// already and is not multiplied. word is next, rounded, or with resets r . state, what that sum is made of.
// Sums and biases are words of W bits with the sums' binary point, but for sum_rn and its bias, which
// have FINER places more behind it; z, r, n and word are W bits, all
// fraction but the sign;
// the state is SW bits, all fraction but the sign. Since 0 <= z < 1, next lies between n and
// state: it cannot overflow.
// One element a cycle; sums, biases and state in cycle 0: z and r in cycle 5, n in cycle 11,
// next and word in cycle 14. Data path: not reset.
`default_nettype none

module hwgen_gru_lane #(
    parameter W                   = 12,
    parameter SW                  = 16,
    parameter RESETS              = 0,
    parameter FINER               = 0,
    parameter SIGMOID_REM_BITS    = 6,
    parameter SIGMOID_LIMIT_BITS  = 11,
    parameter SIGMOID_OFFSET_SHIFT = 0,
    parameter SIGMOID_SLOPE_SHIFT = 0,
    parameter SIGMOID_SUM_W       = 24,
    parameter SIGMOID_ROUND_SHIFT = 8,
    parameter TANH_REM_BITS       = 5,
    parameter TANH_LIMIT_BITS     = 10,
    parameter TANH_OFFSET_SHIFT   = 0,
    parameter TANH_SLOPE_SHIFT    = 0,
    parameter TANH_SUM_W          = 24,
    parameter TANH_ROUND_SHIFT    = 8,
    parameter SLOPE_W             = 13,
    parameter OFFSET_W            = 15,
    parameter SIGMOID_INIT        = "",
    parameter TANH_INIT           = ""
) (
    input  wire                 clk,
    input  wire                 resets,
    input  wire                 resets_first,
    input  wire signed [W-1:0]  sum_z,
    input  wire signed [W-1:0]  more_z,
    input  wire signed [W-1:0]  sum_r,
    input  wire signed [W-1:0]  more_r,
    input  wire signed [W-1:0]  sum_wn,
    input  wire signed [W-1:0]  sum_rn,
    input  wire signed [W-1:0]  bias_z,
    input  wire signed [W-1:0]  bias_r,
    input  wire signed [W-1:0]  bias_wn,
    input  wire signed [W-1:0]  bias_rn,
    input  wire signed [SW-1:0] state,
    output wire signed [W-1:0]  z,
    output wire signed [W-1:0]  r,
    output wire signed [W-1:0]  n,
    output reg  signed [SW-1:0] next,
    output wire signed [W-1:0]  word
);

    // 1: biases. The gates' inputs saturate to W bits; the candidate's two parts keep their carry.
    wire signed [W+1:0] full_z = {{2{sum_z[W-1]}}, sum_z} + {{2{more_z[W-1]}}, more_z} + {{2{bias_z[W-1]}}, bias_z};
    wire signed [W+1:0] full_r = {{2{sum_r[W-1]}}, sum_r} + {{2{more_r[W-1]}}, more_r} + {{2{bias_r[W-1]}}, bias_r};
    wire signed [W-1:0] sat_z;
    wire signed [W-1:0] sat_r;
    reg signed [W-1:0]  in_z;
    reg signed [W-1:0]  in_r;
    reg signed [W:0]    wn_1;
    reg signed [W:0]    rn_1;

    hwgen_saturate #(.IN_W(W + 2), .OUT_W(W)) u_sat_z (.in(full_z), .out(sat_z));
    hwgen_saturate #(.IN_W(W + 2), .OUT_W(W)) u_sat_r (.in(full_r), .out(sat_r));

    always @(posedge clk) begin
        in_z <= sat_z;
        in_r <= sat_r;
        wn_1 <= {sum_wn[W-1], sum_wn} + {bias_wn[W-1], bias_wn};
        rn_1 <= {sum_rn[W-1], sum_rn} + {bias_rn[W-1], bias_rn};
    end

    // 2..5: gates.
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
    ) u_sigmoid_z (
        .clk(clk),
        .in (in_z),
        .out(z)
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
    ) u_sigmoid_r (
        .clk(clk),
        .in (in_r),
        .out(r)
    );

    wire signed [W:0] wn_5;
    wire signed [W:0] rn_5;

    hwgen_delay #(.WIDTH(W + 1), .DEPTH(4)) u_wn_5 (.clk(clk), .in(wn_1), .out(wn_5));
    hwgen_delay #(.WIDTH(W + 1), .DEPTH(4)) u_rn_5 (.clk(clk), .in(rn_1), .out(rn_5));

    wire signed [SW-1:0] state_5;

    hwgen_delay #(.WIDTH(SW), .DEPTH(5)) u_state_5 (.clk(clk), .in(state), .out(state_5));

    // 6..14: r . state, rounded once; the state's own word.
    wire whole;
    wire signed [W-1:0] next_word;

    hwgen_requantize #(.IN_W(SW), .SHIFT(SW - W), .OUT_W(W)) u_word (.in(next), .out(next_word));

    generate
        if (RESETS != 0) begin : g_resets
            reg signed [SW+W-1:0] product_6;
            wire signed [W-1:0]   word_6;
            wire signed [W-1:0]   word_14;
            wire                  resets_14;

            always @(posedge clk) product_6 <= r * state_5;

            hwgen_requantize #(.IN_W(SW + W), .SHIFT(SW - 1), .OUT_W(W)) u_gated (.in(product_6), .out(word_6));
            hwgen_delay #(.WIDTH(W), .DEPTH(8)) u_gated_14 (.clk(clk), .in(word_6), .out(word_14));
            hwgen_delay #(.WIDTH(1), .DEPTH(14)) u_resets_14 (.clk(clk), .in(resets), .out(resets_14));
            hwgen_delay #(.WIDTH(1), .DEPTH(5)) u_whole (.clk(clk), .in(resets_first), .out(whole));

            assign word = resets_14 ? word_14 : next_word;
        end else begin : g_linear
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused_resets = resets ^ resets_first;
            /* verilator lint_on UNUSEDSIGNAL */
            assign whole = 1'b0;
            assign word  = next_word;
        end
    endgenerate

    // 6, 7: candidate's input, rounded once and saturated to W bits.
    wire signed [2*W:0]   r_rn = r * rn_5;
    wire signed [2*W:0]   whole_rn = {rn_5[W], rn_5, {(W-1){1'b0}}};
    reg signed [2*W:0]    gated;
    reg signed [W:0]      wn_6;
    wire signed [2*W+FINER+1:0] candidate = {{2{wn_6[W]}}, wn_6, {(W-1+FINER){1'b0}}} + {{(FINER+1){gated[2*W]}}, gated};
    wire signed [W-1:0]   sat_n;
    reg signed [W-1:0]    in_n;

    hwgen_requantize #(
        .IN_W (2 * W + FINER + 2),
        .SHIFT(W - 1 + FINER),
        .OUT_W(W)
    ) u_candidate (
        .in (candidate),
        .out(sat_n)
    );

    always @(posedge clk) begin
        gated <= whole ? whole_rn : r_rn;
        wn_6  <= wn_5;
        in_n  <= sat_n;
    end

    // 8..11: candidate.
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
    ) u_tanh (
        .clk(clk),
        .in (in_n),
        .out(n)
    );

    // 12..14: next = n + round(z . (state - n)).
    wire signed [SW-1:0] state_11;
    wire signed [W-1:0]  z_12;
    wire signed [SW-1:0] n_wide = {n, {(SW-W){1'b0}}};
    reg signed [SW-1:0]  n_12;
    reg signed [SW-1:0]  n_13;
    reg signed [SW:0]    difference;
    reg signed [SW+W:0]  product;
    wire signed [SW+2:0] kept;

    hwgen_delay #(.WIDTH(SW), .DEPTH(6)) u_state_11 (.clk(clk), .in(state_5), .out(state_11));
    hwgen_delay #(.WIDTH(W), .DEPTH(7)) u_z_12 (.clk(clk), .in(z), .out(z_12));
    hwgen_round #(.IN_W(SW + W + 1), .SHIFT(W - 1)) u_kept (.in(product), .out(kept));

    // kept lies between 0 and the difference, so the sum needs no bit more than the state.
    /* verilator lint_off UNUSEDSIGNAL */
    wire signed [SW+2:0] sum = {{3{n_13[SW-1]}}, n_13} + kept;
    /* verilator lint_on UNUSEDSIGNAL */

    always @(posedge clk) begin
        difference <= {state_11[SW-1], state_11} - {n_wide[SW-1], n_wide};
        n_12       <= n_wide;
        product    <= z_12 * difference;
        n_13       <= n_12;
        next       <= sum[SW-1:0];
    end

endmodule

`default_nettype wire
