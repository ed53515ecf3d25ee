// axil_tb: a master that delays every channel at random against the AXI4-Lite slave of a small design of one
// stream and one output beat a step. In the order of what it shows: what the slave answers; reads and
// writes at once; resets in the midst of loads; what the loaded engine computes; RESTART and soft reset.
// Prints PASS, or what differs and FAIL.
`default_nettype none

module axil_tb;

    parameter WORDS    = 0;   // of mem/load.hex
    parameter MEMORIES = 0;
    parameter ROW_WORDS = 1;  // of the first memory
    parameter IN_BEATS = 1;   // a step
    parameter DATA_W   = 32;
    parameter SEED     = 1;

    localparam ID       = 12'h000;
    localparam CONTROL  = 12'h010;
    localparam STATUS   = 12'h014;
    localparam STEPS    = 12'h018;
    localparam LOAD     = 12'h030;
    localparam RESTART  = 12'h034;
    localparam SELECT   = 12'h038;
    localparam ROW      = 12'h03c;
    localparam DATA     = 12'h040;
    localparam CHECK    = 12'h044;
    localparam END      = 12'h048;

    localparam OKAY   = 2'b00;
    localparam SLVERR = 2'b10;

    reg aclk;
    reg aresetn;
    reg s_axis_tvalid;
    wire s_axis_tready;
    reg [DATA_W-1:0] s_axis_tdata;
    wire m_axis_tvalid;
    reg m_axis_tready;
    wire [DATA_W-1:0] m_axis_tdata;
    wire m_axis_tlast;
    wire m_axis_tid;
    reg awvalid;
    wire awready;
    reg [11:0] awaddr;
    reg wvalid;
    wire wready;
    reg [31:0] wdata;
    reg [3:0] wstrb;
    wire bvalid;
    reg bready;
    wire [1:0] bresp;
    reg arvalid;
    wire arready;
    reg [11:0] araddr;
    wire rvalid;
    reg rready;
    wire [31:0] rdata;
    wire [1:0] rresp;

    random_net u_dut (
        .aclk          (aclk),
        .aresetn       (aresetn),
        .s_axil_awvalid(awvalid),
        .s_axil_awready(awready),
        .s_axil_awaddr (awaddr),
        .s_axil_wvalid (wvalid),
        .s_axil_wready (wready),
        .s_axil_wdata  (wdata),
        .s_axil_wstrb  (wstrb),
        .s_axil_bvalid (bvalid),
        .s_axil_bready (bready),
        .s_axil_bresp  (bresp),
        .s_axil_arvalid(arvalid),
        .s_axil_arready(arready),
        .s_axil_araddr (araddr),
        .s_axil_rvalid (rvalid),
        .s_axil_rready (rready),
        .s_axil_rdata  (rdata),
        .s_axil_rresp  (rresp),
        .s_axis_tvalid (s_axis_tvalid),
        .s_axis_tready (s_axis_tready),
        .s_axis_tdata  (s_axis_tdata),
        .s_axis_tlast  (1'b0),
        .s_axis_tid    (1'b0),
        .m_axis_tvalid (m_axis_tvalid),
        .m_axis_tready (m_axis_tready),
        .m_axis_tdata  (m_axis_tdata),
        .m_axis_tlast  (m_axis_tlast),
        .m_axis_tid    (m_axis_tid)
    );

    reg [31:0] words [0:WORDS-1];
    reg [DATA_W+7:0] stimulus [0:IN_BEATS-1];  // TLAST, TID, data
    reg [DATA_W+7:0] expected [0:0];

    integer errors;
    integer checks;
    integer seed;
    reg [1:0] write_response;
    reg [31:0] read_value;
    reg [1:0] read_response;

    task check;
        input ok;
        input [40*8-1:0] what;
        begin
            checks = checks + 1;
            if (ok !== 1'b1) begin
                errors = errors + 1;
                if (errors <= 10) $display("wrong at %0t: %0s", $time, what);
            end
        end
    endtask

    // Address and data begin and are taken independently; the answer is waited for with or without bready.
    task write_part;
        input [11:0] address;
        input [31:0] value;
        input [3:0] strobes;
        begin : write_transfer
            fork
                begin
                    repeat ({$random(seed)} % 4) @(posedge aclk);
                    awaddr  <= address;
                    awvalid <= 1'b1;
                    @(posedge aclk);
                    while (!awready) @(posedge aclk);
                    awvalid <= 1'b0;
                end
                begin
                    repeat ({$random(seed)} % 4) @(posedge aclk);
                    wdata  <= value;
                    wstrb  <= strobes;
                    wvalid <= 1'b1;
                    @(posedge aclk);
                    while (!wready) @(posedge aclk);
                    wvalid <= 1'b0;
                end
                begin
                    repeat ({$random(seed)} % 8) @(posedge aclk);
                    bready <= 1'b1;
                    @(posedge aclk);
                    while (!bvalid) @(posedge aclk);
                    write_response = bresp;
                    bready <= 1'b0;
                end
            join
            @(posedge aclk);
        end
    endtask

    task write;
        input [11:0] address;
        input [31:0] value;
        input [1:0] response;
        begin
            write_part(address, value, 4'b1111);
            check(write_response === response, "answer to a write");
        end
    endtask

    task read;
        input [11:0] address;
        begin : read_transfer
            fork
                begin
                    repeat ({$random(seed)} % 4) @(posedge aclk);
                    araddr  <= address;
                    arvalid <= 1'b1;
                    @(posedge aclk);
                    while (!arready) @(posedge aclk);
                    arvalid <= 1'b0;
                end
                begin
                    repeat ({$random(seed)} % 8) @(posedge aclk);
                    rready <= 1'b1;
                    @(posedge aclk);
                    while (!rvalid) @(posedge aclk);
                    read_value    = rdata;
                    read_response = rresp;
                    rready <= 1'b0;
                end
            join
            @(posedge aclk);
        end
    endtask

    task expect_value;
        input [11:0] address;
        input [31:0] value;
        begin
            read(address);
            check(read_response === OKAY && read_value === value, "a register's value");
        end
    endtask

    task expect_refusal;
        input [11:0] address;
        begin
            read(address);
            check(read_response === SLVERR && read_value === 32'd0, "a read that is refused");
        end
    endtask

    // What was answered and not taken stays as it is; in reset nothing is answered.
    reg b_held;
    reg r_held;
    reg [1:0] b_was;
    reg [33:0] r_was;

    always @(posedge aclk) begin
        if (aresetn && b_held && !(bvalid === 1'b1 && bresp === b_was)) check(1'b0, "an answer to a write that is kept");
        if (aresetn && r_held && !(rvalid === 1'b1 && {rresp, rdata} === r_was)) check(1'b0, "an answer to a read that is kept");
        if (!aresetn && (bvalid !== 1'b0 || rvalid !== 1'b0 || awready !== 1'b0)) check(1'b0, "silence in reset");
        b_held = aresetn && bvalid && !bready;
        b_was  = bresp;
        r_held = aresetn && rvalid && !rready;
        r_was  = {rresp, rdata};
    end

    // All memories, as the driver writes them.
    integer word;
    integer memory;
    integer next;

    task load;
        begin
            write(CHECK, 32'd0, OKAY);
            next = 2;
            for (memory = 0; memory < MEMORIES; memory = memory + 1) begin
                write(SELECT, memory, OKAY);
                write_part(DATA, words[next], 4'b1111);
                // The memory ends where another word is refused.
                while (write_response === OKAY) begin
                    next = next + 1;
                    write_part(DATA, next < WORDS ? words[next] : 32'd0, 4'b1111);
                end
            end
            check(next == WORDS, "the number of words");
        end
    endtask

    task reset_for_a_cycle;
        begin
            awvalid <= 1'b0;
            wvalid  <= 1'b0;
            bready  <= 1'b0;
            arvalid <= 1'b0;
            rready  <= 1'b0;
            aresetn <= 1'b0;
            @(posedge aclk);
            aresetn <= 1'b1;
            @(posedge aclk);
        end
    endtask

    reg [DATA_W-1:0] got;

    task step;
        begin
            for (word = 0; word < IN_BEATS; word = word + 1) begin
                s_axis_tdata  <= stimulus[word][DATA_W-1:0];
                s_axis_tvalid <= 1'b1;
                @(posedge aclk);
                while (!s_axis_tready) @(posedge aclk);
            end
            s_axis_tvalid <= 1'b0;
            m_axis_tready <= 1'b1;
            @(posedge aclk);
            while (!m_axis_tvalid) @(posedge aclk);
            got = m_axis_tdata;
            m_axis_tready <= 1'b0;
            @(posedge aclk);
        end
    endtask

    reg [DATA_W-1:0] fresh;
    reg [31:0] row;
    reg [11:0] address;
    reg [31:0] sum;
    integer i;
    integer j;
    integer a;
    integer w;
    integer b;
    integer trial;

    initial begin
        $readmemh("mem/load.hex", words);
        $readmemh("tb/stimulus.hex", stimulus);
        $readmemh("tb/expected.hex", expected);
        {aclk, aresetn, s_axis_tvalid, m_axis_tready, awvalid, wvalid, bready, arvalid, rready, b_held, r_held} = 11'd0;
        {s_axis_tdata, awaddr, araddr, wdata, wstrb} = {(DATA_W + 60){1'b0}};
        {errors, checks} = 64'd0;
        seed = SEED;
        forever #5 aclk = !aclk;
    end

    // Several times what it takes.
    initial begin
        #500000;
        $display("FAIL: no end");
        $finish;
    end

    initial begin : run
        repeat (3) @(posedge aclk);
        aresetn <= 1'b1;
        @(posedge aclk);

        // Answers.
        expect_value(ID, 32'h4877_476e);
        expect_value(LOAD, WORDS - 2);
        expect_value(CONTROL, 32'd0);
        expect_value(STATUS, 32'd0);
        write(ID, 32'd1, SLVERR);
        write(STATUS, 32'd1, SLVERR);
        write(SELECT, MEMORIES, SLVERR);
        write(SELECT, MEMORIES - 1, OKAY);
        expect_value(SELECT, MEMORIES - 1);
        write(SELECT, 32'd0, OKAY);
        write(RESTART, 32'd1, SLVERR);
        expect_refusal(RESTART);
        expect_refusal(DATA);
        write(END, 32'd1, SLVERR);
        for (i = 0; i < 40; i = i + 1) begin
            address = {$random(seed)};
            if (address >= END) expect_refusal(address);
            if (address[1:0] != 2'b00) write(address, 32'd1, SLVERR);
            if (address[1:0] != 2'b00) expect_refusal({6'd0, address[5:0]});
        end
        write_part(CONTROL, 32'd1, 4'b0111);
        check(write_response === SLVERR, "a write of a part of a word");
        expect_value(CONTROL, 32'd0);

        // Reads and writes at once.
        fork
            for (i = 0; i < 60; i = i + 1) begin
                row = {$random(seed)};
                write(ROW, row, OKAY);
                write({$random(seed)} % 2 ? END + 12'h100 : ID, ~row, SLVERR);
            end
            for (j = 0; j < 80; j = j + 1)
                case ({$random(seed)} % 3)
                    0: expect_value(ID, 32'h4877_476e);
                    1: expect_refusal(END);
                    default: expect_value(LOAD, WORDS - 2);
                endcase
        join
        expect_value(ROW, row);

        // Each channel ahead of the others: the answers come in order.
        fork
            begin
                for (a = 0; a < 60; a = a + 1) begin
                    repeat ({$random(seed)} % 4) @(posedge aclk);
                    awaddr  <= a % 3 == 1 ? END : ROW;
                    awvalid <= 1'b1;
                    @(posedge aclk);
                    while (!awready) @(posedge aclk);
                    awvalid <= 1'b0;
                end
            end
            begin
                for (w = 0; w < 60; w = w + 1) begin
                    repeat ({$random(seed)} % 4) @(posedge aclk);
                    wdata  <= 32'h100 + w;
                    wstrb  <= 4'b1111;
                    wvalid <= 1'b1;
                    @(posedge aclk);
                    while (!wready) @(posedge aclk);
                    wvalid <= 1'b0;
                end
            end
            begin
                for (b = 0; b < 60; b = b + 1) begin
                    repeat ({$random(seed)} % 6) @(posedge aclk);
                    bready <= 1'b1;
                    @(posedge aclk);
                    while (!bvalid) @(posedge aclk);
                    check(bresp === (b % 3 == 1 ? SLVERR : OKAY), "the order of answers to writes");
                    bready <= 1'b0;
                end
            end
            begin
                for (i = 0; i < 60; i = i + 1) begin
                    repeat ({$random(seed)} % 4) @(posedge aclk);
                    araddr  <= i % 3 == 1 ? END : i % 3 == 2 ? LOAD : ID;
                    arvalid <= 1'b1;
                    @(posedge aclk);
                    while (!arready) @(posedge aclk);
                    arvalid <= 1'b0;
                end
            end
            begin
                for (j = 0; j < 60; j = j + 1) begin
                    repeat ({$random(seed)} % 6) @(posedge aclk);
                    rready <= 1'b1;
                    @(posedge aclk);
                    while (!rvalid) @(posedge aclk);
                    check(rresp === (j % 3 == 1 ? SLVERR : OKAY) && rdata === (j % 3 == 1 ? 32'd0 : j % 3 == 2 ? WORDS - 2 : 32'h4877_476e),
                        "the order of answers to reads");
                    rready <= 1'b0;
                end
            end
        join
        expect_value(ROW, 32'h100 + 59);

        // Broken off in any cycle, and then done.
        for (trial = 0; trial < 12; trial = trial + 1) begin
            fork
                begin : broken
                    load;
                end
                begin
                    repeat (5 + {$random(seed)} % 700) @(posedge aclk);
                    disable broken;
                end
            join
            reset_for_a_cycle;
            expect_value(SELECT, 32'd0);
            expect_value(STATUS, 32'd0);
            expect_value(ROW, 32'd0);
            // Nothing is left of a row that was begun.
            for (i = 1; i <= ROW_WORDS; i = i + 1) write(DATA, 32'hffff_ffff, OKAY);
            expect_value(ROW, 32'd1);
        end
        load;
        sum = 32'd0;
        for (i = 2; i < WORDS; i = i + 1) sum = {sum[30:0], sum[31]} ^ words[i];
        expect_value(CHECK, sum);
        expect_value(STATUS, 32'd2);

        // No step starts before it may.
        s_axis_tvalid <= 1'b1;
        repeat (300) @(posedge aclk);
        s_axis_tvalid <= 1'b0;
        check(m_axis_tvalid === 1'b0, "rest while disabled");
        expect_value(STATUS, 32'd2);
        reset_for_a_cycle;
        write(CONTROL, 32'd1, OKAY);
        write(DATA, 32'd0, SLVERR);
        step;
        fresh = got;
        check(fresh === expected[0][DATA_W-1:0], "the first step's output");
        expect_value(STEPS, 32'd1);
        step;
        check(got !== fresh, "the state of a second step");
        write(RESTART, 32'd0, OKAY);
        step;
        check(got === fresh, "a first step behind RESTART");
        step;
        check(got !== fresh, "the state behind it");
        write(CONTROL, 32'd3, OKAY);
        expect_value(CONTROL, 32'd1);
        step;
        check(got === fresh, "a first step behind a soft reset");
        expect_value(STEPS, 32'd5);

        if (errors == 0) $display("PASS: %0d checks", checks);
        else $display("FAIL: %0d of %0d checks", errors, checks);
        $finish;
    end

endmodule

`default_nettype wire
