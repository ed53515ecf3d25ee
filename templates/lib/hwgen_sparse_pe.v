// hwgen_sparse_pe: sparse processing element: K rows of a matrix, in a cycle Q weights of each. A weight's
// index names the word that it multiplies; each of the Q*K weights reads it from its own copy of the
// memory of spectra, so no two of them meet. A row's Q products are summed and accumulated.
// Words of spectra have W bits, those of weights WW. Weight and index of row i, place q, are at q*K + i.
// An index is a row of a bank of the memory and, below it, a word of the row; a row written in a cycle
// can be read in the next.
// Timing: weight, index, bank and zero in cycle 1, first in cycle 5, later by one for Q > 1, load a cycle
// after the first of a group's last weights; the drain register shows the accumulators a cycle later and
// else passes drain_in on.
`default_nettype none

module hwgen_sparse_pe #(
    parameter K       = 8,
    parameter W       = 12,
    parameter WW      = 12,
    parameter Q       = 1,
    parameter ACC_W   = 32,
    parameter BANK_W  = 1,
    parameter ROW_W   = 4,
    parameter INDEX_W = 7
) (
    input  wire                    clk,
    input  wire [Q*K*WW-1:0]       weight,
    input  wire [Q*K*INDEX_W-1:0]  index,
    input  wire                    write,
    input  wire [BANK_W+ROW_W-1:0] write_addr,
    input  wire [K*W-1:0]          write_data,
    input  wire [BANK_W-1:0]       bank,
    input  wire                    zero,
    input  wire                    first,
    input  wire                    load,
    input  wire [K*ACC_W-1:0]      drain_in,
    output reg  [K*ACC_W-1:0]      drain
);

    localparam SUM_W = W + WW + 1;

    reg [Q*K*WW-1:0]     weight_2;
    reg [Q*K*WW-1:0]     weight_3;
    reg                  zero_2;
    wire [K*ACC_W-1:0]   acc;
    wire [Q*K*SUM_W-1:0] parts;         // place q, row i at (i*Q + q)*SUM_W

    always @(posedge clk) begin
        weight_2 <= weight;
        weight_3 <= weight_2;
        zero_2   <= zero;
    end

    genvar i;
    genvar q;
    generate
        for (i = 0; i < K; i = i + 1) begin : g_row
            for (q = 0; q < Q; q = q + 1) begin : g_weight
                wire [INDEX_W-1:0]    at = index[(q*K+i)*INDEX_W +: INDEX_W];
                wire [K*W-1:0]        stored;
                wire [W-1:0]          chosen;
                wire signed [WW-1:0]  w = weight_3[(q*K+i)*WW +: WW];
                reg signed [W-1:0]    x;
                reg signed [W+WW-1:0] product;
                reg signed [W+WW-1:0] sum;

                hwgen_ram #(
                    .WIDTH (K*W),
                    .ADDR_W(BANK_W + ROW_W)
                ) u_spectra (
                    .clk       (clk),
                    .write     (write),
                    .write_addr(write_addr),
                    .write_data(write_data),
                    .read_addr ({bank, at[INDEX_W-1 -: ROW_W]}),
                    .read_data (stored)
                );

                if (K == 1) begin : g_word
                    assign chosen = stored;
                end else begin : g_words
                    reg [INDEX_W-ROW_W-1:0] word;

                    always @(posedge clk) word <= at[INDEX_W-ROW_W-1:0];

                    assign chosen = stored[word*W +: W];
                end

                always @(posedge clk) begin
                    x       <= zero_2 ? {W{1'b0}} : chosen;
                    product <= w * x;
                    sum     <= product;
                end

                assign parts[(i*Q+q)*SUM_W +: SUM_W] = {sum[W+WW-1], sum};
            end

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
    endgenerate

    always @(posedge clk) drain <= load ? acc : drain_in;

endmodule

`default_nettype wire
