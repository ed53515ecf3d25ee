// hwgen_pe: processing element: Q products of two packed spectra a cycle, summed and accumulated in
// the frequency domain.
//   pair 0: DC' = DC.DC, Nyquist' = Nyquist.Nyquist; pair i: (re + i im)' = (re + i im).(re + i im):
//   2K - 2 multipliers a column (K = 1: one). Words: DC, Nyquist, Re1, Im1, ..., the first least
//   significant. With MIXED, a pair whose bit in real_pairs is set holds two real words instead:
//   K words are then several spectra of fewer words side by side.
// Words of spectra have W bits, those of weights WW.
// With THREE a complex product takes three multipliers instead of four, one of them a bit wider, and three
// adders before them: (a + jb)(c + jd) = c(a + b) - b(c + d) + j(c(a + b) + a(d - c)).
// Timing: weight in cycle 1, spectrum in cycle 2, real_pairs in cycle 3 (THREE: 2), first in cycle 4, later
// by one for Q > 1 and by one for THREE, load a cycle after the first of a group's last column; the drain
// register shows the accumulators a cycle later and else passes drain_in on.
`default_nettype none

module hwgen_pe #(
    parameter K     = 8,
    parameter W     = 12,
    parameter WW    = 12,
    parameter Q     = 1,
    parameter ACC_W = 32,
    parameter MIXED = 0,
    parameter THREE = 0,
    parameter PAIRS = 4
) (
    input  wire               clk,
    input  wire [Q*K*WW-1:0]  weight,
    input  wire [Q*K*W-1:0]   spectrum,
    input  wire [PAIRS-1:0]   real_pairs,
    input  wire               first,
    input  wire               load,
    input  wire [K*ACC_W-1:0] drain_in,
    output reg  [K*ACC_W-1:0] drain
);

    localparam REALS  = K < 2 ? 1 : 2;
    localparam SUM_W  = W + WW + 1;

    reg [Q*K*WW-1:0]      held;
    wire [K*ACC_W-1:0]    acc;
    wire [Q*K*SUM_W-1:0]  parts;        // column q, word i at (i*Q + q)*SUM_W

    always @(posedge clk) held <= weight;

    genvar i;
    genvar q;
    generate
        for (q = 0; q < Q; q = q + 1) begin : g_column
            for (i = 0; i < REALS; i = i + 1) begin : g_real
                wire signed [WW-1:0] w = held[(q*K+i)*WW +: WW];
                wire signed [W-1:0]  x = spectrum[(q*K+i)*W +: W];
                reg signed [W+WW-1:0] product;
                reg signed [W+WW-1:0] sum;

                always @(posedge clk) begin
                    product <= w * x;
                    sum     <= product;
                end

                if (THREE != 0) begin : g_three
                    // The pairs' sums before their products take a cycle.
                    reg signed [W+WW-1:0] late;

                    always @(posedge clk) late <= sum;

                    assign parts[(i*Q+q)*SUM_W +: SUM_W] = {late[W+WW-1], late};
                end else begin : g_four
                    assign parts[(i*Q+q)*SUM_W +: SUM_W] = {sum[W+WW-1], sum};
                end
            end

            for (i = 1; i < K / 2; i = i + 1) begin : g_bin
                wire signed [WW-1:0] w_re = held[(q*K+2*i)*WW +: WW];
                wire signed [WW-1:0] w_im = held[(q*K+2*i+1)*WW +: WW];
                wire signed [W-1:0]  x_re = spectrum[(q*K+2*i)*W +: W];
                wire signed [W-1:0]  x_im = spectrum[(q*K+2*i+1)*W +: W];
                wire is_real = MIXED != 0 && real_pairs[i];
                reg signed [W+WW:0] re;
                reg signed [W+WW:0] im;

                if (THREE != 0) begin : g_three
                    reg signed [WW-1:0] w_1;
                    reg signed [W:0]    x_1;
                    reg signed [WW:0]   w_2;
                    reg signed [W-1:0]  x_2;
                    reg signed [WW:0]   w_3;
                    reg signed [W-1:0]  x_3;
                    reg signed [W+WW:0] product_1;
                    reg signed [W+WW:0] product_2;
                    reg signed [W+WW:0] product_3;

                    // Of two real words the first product is nothing, and the others are theirs.
                    always @(posedge clk) begin
                        w_1       <= w_re;
                        x_1       <= is_real ? {(W+1){1'b0}} : {x_re[W-1], x_re} + {x_im[W-1], x_im};
                        w_2       <= is_real ? -{w_re[WW-1], w_re} : {w_re[WW-1], w_re} + {w_im[WW-1], w_im};
                        x_2       <= is_real ? x_re : x_im;
                        w_3       <= is_real ? {w_im[WW-1], w_im} : {w_im[WW-1], w_im} - {w_re[WW-1], w_re};
                        x_3       <= is_real ? x_im : x_re;
                        product_1 <= w_1 * x_1;
                        product_2 <= w_2 * x_2;
                        product_3 <= w_3 * x_3;
                        re        <= product_1 - product_2;
                        im        <= product_1 + product_3;
                    end
                end else begin : g_four
                    reg signed [W+WW-1:0] re_re;
                    reg signed [W+WW-1:0] im_im;
                    reg signed [W+WW-1:0] re_im;
                    reg signed [W+WW-1:0] im_re;

                    always @(posedge clk) begin
                        re_re <= w_re * x_re;
                        im_im <= w_im * x_im;
                        re_im <= w_re * x_im;
                        im_re <= w_im * x_re;
                        re    <= is_real ? {re_re[W+WW-1], re_re} : {re_re[W+WW-1], re_re} - {im_im[W+WW-1], im_im};
                        im    <= is_real ? {im_im[W+WW-1], im_im} : {re_im[W+WW-1], re_im} + {im_re[W+WW-1], im_re};
                    end
                end

                assign parts[((2*i)*Q+q)*SUM_W +: SUM_W]   = re;
                assign parts[((2*i+1)*Q+q)*SUM_W +: SUM_W] = im;
            end
        end

        for (i = 0; i < K; i = i + 1) begin : g_word
            hwgen_accumulator #(
                .IN_W (SUM_W),
                .Q    (Q),
                .ACC_W(ACC_W)
            ) u_acc (
                .clk  (clk),
                .first(first),
                .in   (parts[i*Q*SUM_W +: Q*SUM_W]),
                .acc  (acc[i*ACC_W +: ACC_W])
            );
        end

        // Of pairs that are always two real words, or always a complex one, nothing is asked.
        if (MIXED == 0 || K < 4) begin : g_unused
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused_real = ^real_pairs;
            /* verilator lint_on UNUSEDSIGNAL */
        end else begin : g_first
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused_first = real_pairs[0];
            /* verilator lint_on UNUSEDSIGNAL */
        end
    endgenerate

    always @(posedge clk) drain <= load ? acc : drain_in;

endmodule

`default_nettype wire
