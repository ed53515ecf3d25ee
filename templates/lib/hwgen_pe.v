// hwgen_pe: processing element: one product of two packed spectra a cycle, accumulated in the
// frequency domain.
//   DC' = DC.DC, Nyquist' = Nyquist.Nyquist, (re + i im)' = (re + i im).(re + i im) for the K/2
//   - 1 bins between:
//   2K - 2 multipliers (K = 1: one). Words in a row: DC, Nyquist, Re1, Im1, ..., the first
//   least significant.
// Timing: row in cycle 0 (with the spectrum's read address), spectrum in cycle 1, first in
// cycle 3, load in the
// cycle 4 of a group's last column; the drain register shows the accumulators a cycle later and
// else passes drain_in on.
`default_nettype none

module hwgen_pe #(
    parameter K      = 8,
    parameter W      = 12,
    parameter ACC_W  = 32,
    parameter ADDR_W = 6,
    parameter INIT   = ""
) (
    input  wire               clk,
    input  wire [ADDR_W-1:0]  row,
    input  wire [K*W-1:0]     spectrum,
    input  wire               first,
    input  wire               load,
    input  wire [K*ACC_W-1:0] drain_in,
    output reg  [K*ACC_W-1:0] drain
);

    localparam REALS = K < 2 ? 1 : 2;

    wire [K*W-1:0]     weight;
    wire [K*ACC_W-1:0] acc;

    hwgen_rom #(
        .WIDTH (K * W),
        .ADDR_W(ADDR_W),
        .INIT  (INIT)
    ) u_weights (
        .clk (clk),
        .addr(row),
        .data(weight)
    );

    genvar i;
    generate
        for (i = 0; i < REALS; i = i + 1) begin : g_real
            wire signed [W-1:0] w = weight[i*W +: W];
            wire signed [W-1:0] x = spectrum[i*W +: W];
            reg signed [2*W-1:0] product;
            reg signed [2*W-1:0] sum;

            always @(posedge clk) begin
                product <= w * x;
                sum     <= product;
            end

            hwgen_accumulator #(
                .IN_W (2 * W),
                .ACC_W(ACC_W)
            ) u_acc (
                .clk  (clk),
                .first(first),
                .in   (sum),
                .acc  (acc[i*ACC_W +: ACC_W])
            );
        end

        for (i = 1; i < K / 2; i = i + 1) begin : g_bin
            wire signed [W-1:0] w_re = weight[2*i*W +: W];
            wire signed [W-1:0] w_im = weight[(2*i+1)*W +: W];
            wire signed [W-1:0] x_re = spectrum[2*i*W +: W];
            wire signed [W-1:0] x_im = spectrum[(2*i+1)*W +: W];
            reg signed [2*W-1:0] re_re;
            reg signed [2*W-1:0] im_im;
            reg signed [2*W-1:0] re_im;
            reg signed [2*W-1:0] im_re;
            reg signed [2*W:0] re;
            reg signed [2*W:0] im;

            always @(posedge clk) begin
                re_re <= w_re * x_re;
                im_im <= w_im * x_im;
                re_im <= w_re * x_im;
                im_re <= w_im * x_re;
                re    <= {re_re[2*W-1], re_re} - {im_im[2*W-1], im_im};
                im    <= {re_im[2*W-1], re_im} + {im_re[2*W-1], im_re};
            end

            hwgen_accumulator #(
                .IN_W (2 * W + 1),
                .ACC_W(ACC_W)
            ) u_re (
                .clk  (clk),
                .first(first),
                .in   (re),
                .acc  (acc[2*i*ACC_W +: ACC_W])
            );

            hwgen_accumulator #(
                .IN_W (2 * W + 1),
                .ACC_W(ACC_W)
            ) u_im (
                .clk  (clk),
                .first(first),
                .in   (im),
                .acc  (acc[(2*i+1)*ACC_W +: ACC_W])
            );
        end
    endgenerate

    always @(posedge clk) drain <= load ? acc : drain_in;

endmodule

`default_nettype wire
