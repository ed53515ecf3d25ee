// fft4: FFT, real words to packed spectra.
// 4 words of 8 bits in, 4 words of 10 bits out, word 0 least significant.
// Order in: time samples; out: DC, Nyquist, Re1, Im1, ....
// One block a cycle, latency 2 cycles, 0 multipliers; level shifts: 0 0.
// Every width is the proven range of its node for any input. Data path: not reset.
`default_nettype none

module fft4 (
    input  wire clk,
    input  wire [31:0] in,
    output wire [39:0] out
);

    wire signed [7:0] n0 = in[7:0];
    wire signed [7:0] n1 = in[15:8];
    wire signed [7:0] n2 = in[23:16];
    wire signed [7:0] n3 = in[31:24];

    // sum: Q1.7, -256 to 254
    wire signed [8:0] n4_full = {n0[7], n0} + {n2[7], n2};
    reg signed [8:0] n4;

    // sum: Q1.7, -255 to 255
    wire signed [8:0] n5_full = {n0[7], n0} - {n2[7], n2};
    reg signed [8:0] n5;

    // sum: Q1.7, -256 to 254
    wire signed [8:0] n6_full = {n1[7], n1} + {n3[7], n3};
    reg signed [8:0] n6;

    // sum: Q2.7, -512 to 508
    wire signed [9:0] n7_full = {n4[8], n4} + {n6[8], n6};
    reg signed [9:0] n7;

    // sum: Q2.7, -510 to 510
    wire signed [9:0] n8_full = {n4[8], n4} - {n6[8], n6};
    reg signed [9:0] n8;

    // sum: Q1.7, -255 to 255
    wire signed [8:0] n9_full = {n3[7], n3} - {n1[7], n1};
    reg signed [8:0] n9;
    reg signed [8:0] n5_d1;
    reg signed [8:0] n9_d1;

    always @(posedge clk) begin
        n4 <= n4_full;
        n5 <= n5_full;
        n6 <= n6_full;
        n7 <= n7_full;
        n8 <= n8_full;
        n9 <= n9_full;
        n5_d1 <= n5;
        n9_d1 <= n9;
    end

    // Simulation: no node leaves its proven range.
    // synthesis translate_off
    reg told;

    initial told = 1'b0;

    always @(posedge clk) begin
        if (!told && (
                n4 > 9'sd254
                || n5 < -9'sd255
                || n6 > 9'sd254
                || n7 > 10'sd508
                || n8 < -10'sd510
                || n8 > 10'sd510
                || n9 < -9'sd255
        )) begin
            told <= 1'b1;
            $fdisplay(32'h8000_0002, "range: %m, a node is beyond what is proven");
        end
    end
    // synthesis translate_on

    assign out[9:0] = n7;
    assign out[19:10] = n8;
    assign out[29:20] = {n5_d1[8], n5_d1};
    assign out[39:30] = {n9_d1[8], n9_d1};

endmodule

`default_nettype wire
