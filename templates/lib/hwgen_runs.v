// hwgen_runs: plays one unit's part of the schedule, RUNS runs, over and over. A run is an order
// of WIDTH bits, how many more follow it, how many idle cycles are behind them, and which of STEPS
// constants in STEP is added, modulo 2^WIDTH, from order to order. `next` moves on by a cycle of the
// schedule; active is low in idle cycles, first and last are high with a run's first and last order.
// A memory row holds, lowest first: order, orders that follow, idle cycles, number of the constant.
// Two cycles after rst (synchronous, high) the first order is out; the memory is read a run ahead.
`default_nettype none

module hwgen_runs #(
    parameter WIDTH    = 8,
    parameter LENGTH_W = 4,
    parameter GAP_W    = 4,
    parameter STEP_W   = 1,
    parameter STEPS    = 1,
    parameter [STEPS*WIDTH-1:0] STEP = 1,
    parameter ADDR_W   = 4,
    parameter RUNS     = 16,
    parameter INIT     = ""
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             next,
    output reg              active,
    output reg              first,
    output wire             last,
    output reg  [WIDTH-1:0] order
);

    localparam integer LAST = RUNS - 1;
    localparam [ADDR_W-1:0] LAST_RUN = LAST[ADDR_W-1:0];

    reg                primed;
    reg [ADDR_W-1:0]   at;          // the run that the memory shows
    reg [LENGTH_W-1:0] following;
    reg [GAP_W-1:0]    gap;
    reg [STEP_W-1:0]   number;

    wire [WIDTH+LENGTH_W+GAP_W+STEP_W-1:0] run;

    wire more = |following;
    wire idle = |gap;
    wire load = !primed || (next && !more && !idle);
    wire [ADDR_W-1:0] next_at = rst || (load && at == LAST_RUN) ? {ADDR_W{1'b0}} : load ? at + 1'b1 : at;
    wire [WIDTH-1:0] step = STEP[number*WIDTH +: WIDTH];

    assign last = !more;

    hwgen_rom #(
        .WIDTH (WIDTH + LENGTH_W + GAP_W + STEP_W),
        .ADDR_W(ADDR_W),
        .ROWS  (RUNS),
        .INIT  (INIT)
    ) u_runs (
        .clk (clk),
        .addr(next_at),
        .data(run)
    );

    always @(posedge clk) begin
        primed <= !rst;
        at     <= next_at;
        if (load) begin
            {number, gap, following, order} <= run;
            active <= 1'b1;
            first  <= 1'b1;
        end else if (next) begin
            first <= 1'b0;
            if (more) begin
                following <= following - 1'b1;
                order     <= order + step;
            end else begin
                active <= 1'b0;
                gap    <= gap - 1'b1;
            end
        end
    end

endmodule

`default_nettype wire
