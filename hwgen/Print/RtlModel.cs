using System.Globalization;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>What the RTL templates see of a plan: its numbers by name, and the sized literals and bus bounds that Verilog wants.</summary>
internal sealed class RtlModel
{
    private readonly AcceleratorPlan _plan;
    private readonly ControlPlan _control;
    private readonly ScriptObject _model = [];

    private RtlModel(AcceleratorPlan plan) => (_plan, _control) = (plan, plan.Control);

    public static ScriptObject Create(AcceleratorPlan plan)
    {
        var model = new RtlModel(plan);
        model.AddSizes();
        model.AddStreams();
        model.AddRegisters();
        model.AddTransforms();
        model.AddArray();
        model.AddControl();
        model.Put("has_cells", plan.Program.Cells.Count > 0, "has_linears", plan.Program.Linears.Count > 0);
        if (plan.Program.Cells.Count > 0) model.AddCells();
        if (plan.Program.Linears.Count > 0) model.AddLinears();
        model.AddTaps();
        return model._model;
    }

    private int Lanes => _plan.Shape.Lanes;

    private int Word => _plan.WordBits;

    private int K => _plan.BlockSize;

    private void Put(params ReadOnlySpan<object> pairs)
    {
        for (int i = 0; i < pairs.Length; i += 2) _model[(string)pairs[i]] = pairs[i + 1];
    }

    /// <summary>Puts NAME_bits and NAME_msb.</summary>
    private void PutBits(string name, int bits) => Put(name + "_bits", bits, name + "_msb", bits - 1);

    private MemoryImage Image(string name) => _plan.Images.Single(i => i.Name == name);

    private void AddSizes()
    {
        Put("m", _plan.ModuleName, "k", K, "k_msb", K - 1, "b", Word, "b_msb", Word - 1, "b_plus_1", Word + 1,
            "summary", Summary(_plan), "interval", _plan.Schedule.IntervalCycles, "single_stream", _plan.SingleStreamCycles,
            "input_format", _plan.InputFormat.ToString(), "output_format", _plan.OutputFormat.ToString(),
            "input_blocks", _plan.InputBlocks, "output_blocks", _plan.OutputBlocks,
            "elements", _plan.Shape.Elements, "columns", _plan.Shape.Columns, "streams", _plan.Shape.Streams, "slices", _plan.Slices, "lanes", Lanes,
            "block_bits_total", K * Word, "block_msb", K * Word - 1, "acc_bits", _plan.AccumulatorBits, "drain_msb", K * _plan.AccumulatorBits - 1,
            "columns_msb", _plan.Shape.Columns * K * Word - 1, "zero_columns", Verilog.Hex(_plan.Shape.Columns * K * Word, 0), "zero_word", Verilog.Decimal(Word, 0),
            "zero_block", Verilog.Hex(K * Word, 0), "full_mask", Verilog.Hex(K, ControlPlan.Mask(K)),
            "input_mask", Verilog.Hex(K, ControlPlan.Mask(_plan.Input.Used(_plan.InputBlocks - 1))));
        int block = Bits.Of(_plan.InputBlocks);
        Put("input_block_msb", block - 1, "input_block_zero", Verilog.Decimal(block, 0), "input_block_one", Verilog.Decimal(block, 1),
            "input_last_block", Verilog.Decimal(block, _plan.InputBlocks - 1), "input_addr_bits", block + 1);
    }

    private void AddStreams()
    {
        int lane = _plan.StreamLaneBits, id = Bits.Of(_plan.Shape.Streams);
        Put("lane_bits", lane, "lane_bits_msb", lane - 1, "lane_bits_minus_b_plus_1", lane - Word + 1, "stream_msb", K * lane - 1,
            "streams_msb", _plan.Shape.Streams - 1, "stream_id_zero", Verilog.Decimal(id, 0), "stream_one", Verilog.Decimal(id, 1),
            "stream_last", Verilog.Decimal(id, _plan.Shape.Streams - 1), "fifo_bits", K * Word + 1 + id, "fifo_addr_bits", Bits.Of(_plan.OutputBufferBeats));
        PutBits("stream_id", id);
    }

    /// <summary>The registers and what they write; a design with weights in ROM has none.</summary>
    private void AddRegisters()
    {
        Put("reloadable", _plan.ReloadableWeights, "control_ports", ControlPort.All(_plan).Select(p => p.ToModel()).ToArray());
        if (_plan.Load is not { } load) return;
        int index = RegisterMap.AddressBits - 2, words = load.Memories.Max(m => m.WordsPerRow), rows = Bits.Of(load.Rows + 1), memories = load.Memories.Count;
        int outputs = Bits.Of(_plan.OutputBlocks), staging = words * WeightLoad.WordBits;
        PutBits("memory", Bits.Of(memories));
        PutBits("word", Bits.Of(words));
        PutBits("load_row", load.Memories.Max(m => m.Image.AddressBits));
        PutBits("load", load.RowBits);
        Put("registers", RegisterMap.Registers.Select(Register).ToArray(), "address_bits", RegisterMap.AddressBits, "index_msb", index - 1,
            "memories", load.Memories.Select(m => new ScriptObject
            {
                ["code"] = Verilog.Decimal(Bits.Of(memories), m.Number),
                ["depth"] = Verilog.Decimal(WeightLoad.WordBits, m.Rows),
                ["last_word"] = Verilog.Decimal(Bits.Of(words), m.WordsPerRow - 1),
            }).ToArray(),
            "memories_msb", memories - 1, "memories_32", Verilog.Decimal(WeightLoad.WordBits, memories), "zero_memories", Verilog.Decimal(memories, 0), "one_memory", Verilog.Decimal(memories, 1),
            "memory_zero", Verilog.Decimal(Bits.Of(memories), 0), "elements_msb", _plan.Shape.Elements - 1,
            "streams_32", Verilog.Decimal(WeightLoad.WordBits, _plan.Shape.Streams), "zero_streams", Verilog.Decimal(_plan.Shape.Streams, 0), "one_stream", Verilog.Decimal(_plan.Shape.Streams, 1),
            "row_words", words, "zero_word_index", Verilog.Decimal(Bits.Of(words), 0), "one_word_index", Verilog.Decimal(Bits.Of(words), 1),
            "staging_msb", staging - 1, "staging_pad", staging > load.RowBits,
            "rows_msb", rows - 1, "rows_total", Verilog.Decimal(rows, load.Rows), "zero_rows", Verilog.Decimal(rows, 0), "one_row", Verilog.Decimal(rows, 1),
            "output_count_msb", outputs - 1, "last_output", Verilog.Decimal(outputs, _plan.OutputBlocks - 1), "first_output", Verilog.Decimal(outputs, 0), "one_output", Verilog.Decimal(outputs, 1));
        foreach (LoadedMemory memory in load.Memories.Where(m => m.Image.Name is "cell" or "linear")) Put(memory.Image.Name + "_image_number", memory.Number);

        ScriptObject Register(Register r) => new()
        {
            ["name"] = r.Name,
            ["offset_hex"] = r.Offset.ToString("x2", CultureInfo.InvariantCulture),
            ["index"] = Verilog.Decimal(index, r.Offset / 4),
            ["readable"] = r.Access != RegisterAccess.WriteOnly,
            ["value"] = RegisterMap.Constants(_plan).TryGetValue(r.Name, out uint constant) ? Verilog.Hex(WeightLoad.WordBits, constant) : r.Name switch
            {
                "CONTROL" => "{31'd0, enable}",
                "STATUS" => "{30'd0, loaded, busy}",
                "STEPS_LOW" => "steps[31:0]",
                "STEPS_HIGH" => "steps_high",
                "SELECT" => $"{{{WeightLoad.WordBits - Bits.Of(memories)}'d0, select}}",
                "ROW" => "row",
                "CHECK" => "check",
                _ => "",
            },
        };
    }

    private void AddTransforms()
    {
        NetworkFormats formats = _plan.Formats;
        int fft = formats.Modes.Max(m => m.Fft.LatencyCycles), ifft = formats.Modes.Max(m => m.Ifft.LatencyCycles);
        Put("fft_latency", fft, "ifft_latency", ifft, "fft_unit_latency", _plan.Latency.FftUnit, "fft_shift_delay", _plan.Latency.FftRounding,
            "fft_write_delay", _plan.Latency.SpectrumWrite, "ifft_unit_latency", _plan.Latency.IfftUnit, "ifft_shift_delay", _plan.Latency.IfftRounding,
            "fft_variants", Variants(_control.FftVariants, k => formats.Mode(k).Fft.OutputBits),
            "drain_variants", Variants(_control.DrainVariants, k => formats.Mode(k).Ifft.Input.Width),
            "ifft_variants", Variants(_control.IfftVariants, k => formats.Mode(k).Ifft.OutputBits),
            "fft_modes", formats.Modes.Select(m => Mode(m.Fft, fft)).ToArray(),
            "ifft_modes", formats.Modes.Select(m => Mode(m.Ifft, ifft)).ToArray());
        PutBits("fft_variant", Bits.Of(_control.FftVariants.Count));
        PutBits("drain_variant", Bits.Of(_control.DrainVariants.Count));
        PutBits("ifft_variant", Bits.Of(_control.IfftVariants.Count));
    }

    private ScriptObject[] Variants(IReadOnlyList<(int BlockSize, int Shift)> variants, Func<int, int> wordBits) => [.. variants.Select((v, i) => new ScriptObject
    {
        ["code"] = Verilog.Decimal(Bits.Of(variants.Count), i),
        ["name"] = $"{v.BlockSize}_{v.Shift}",
        ["block_size"] = v.BlockSize,
        ["parts"] = K / v.BlockSize,
        ["shift"] = v.Shift,
        ["word_bits"] = wordBits(v.BlockSize),
        ["row_msb"] = K * wordBits(v.BlockSize) - 1,
    })];

    private ScriptObject Mode(TransformPlan plan, int latency) => new()
    {
        ["block_size"] = plan.BlockSize,
        ["parts"] = K / plan.BlockSize,
        ["in_bits"] = plan.BlockSize * plan.Input.Width,
        ["row_msb"] = K * plan.Input.Width - 1,
        ["out_bits"] = plan.BlockSize * plan.OutputBits,
        ["lanes_bits"] = K * plan.OutputBits,
        ["lanes_msb"] = K * plan.OutputBits - 1,
        ["wait"] = latency - plan.LatencyCycles,
        ["variants"] = Variants(_control.DrainVariants, k => _plan.Formats.Mode(k).Ifft.Input.Width).Where((_, i) => _control.DrainVariants[i].BlockSize == plan.BlockSize).ToArray(),
    };

    private void AddArray()
    {
        int units = _plan.Shape.IfftUnits, pairs = Math.Max(1, K / 2), elements = _plan.Shape.Elements, columns = _plan.Shape.Columns;
        IReadOnlyList<int> modes = _plan.Program.Modes;
        int cycle = _plan.Shape.ThreeMultiply ? 2 : 3;
        Put("pe_multipliers", _plan.Shape.ElementMultipliers(K), "sparse", _plan.Shape.Sparse, "taken", _plan.Shape.Sparse ? "weight" : "column", "mixed", _plan.IsMixed ? 1 : 0, "three", _plan.Shape.ThreeMultiply ? 1 : 0,
            "mode_cycle", cycle, "mode_cycle_minus_1", cycle - 1, "pairs", pairs, "pairs_msb", pairs - 1,
            "weight_word", _plan.WeightBits, "weight_bits", columns * K * _plan.WeightBits, "weight_msb", columns * K * _plan.WeightBits - 1,
            "product_first_delay", _plan.Latency.ProductFirst, "product_load_delay", _plan.Latency.ProductLoad,
            "no_columns", Verilog.Hex(columns, 0), "index_bits", _plan.IndexBits, "weight_row_bits", _plan.WeightRowBits, "weight_row_msb", _plan.WeightRowBits - 1, "columns_lane_msb", columns - 1, "column_msb", _control.LaneBitsQ - 1,
            "column_lanes", OneHot(columns, _control.LaneBitsQ),
            "units", Enumerable.Range(0, units).Select(u => new ScriptObject
            {
                ["number"] = u,
                ["comma"] = u + 1 < units ? "," : "",
                ["head"] = u < elements ? $"element_{u}" : Verilog.Hex(K * _plan.AccumulatorBits, 0),
                ["code"] = Verilog.Decimal(_control.UnitBits, u),
            }).ToArray(),
            "pes", Enumerable.Range(0, elements).Select(p => new ScriptObject
            {
                ["number"] = p,
                ["image"] = Image($"weights_{p}"),
                ["drain"] = $"element_{p}",
                ["drain_in"] = p + units < elements ? $"element_{p + units}" : Verilog.Hex(K * _plan.AccumulatorBits, 0),
            }).ToArray(),
            "modes", modes.Select((k, i) => new ScriptObject
            {
                ["code"] = Verilog.Decimal(Bits.Of(modes.Count), i),
                ["block_size"] = k,
                // A pair of words is real where it is DC and Nyquist of a spectrum, or two spectra of one word.
                ["real_pairs"] = Verilog.Hex(pairs, Enumerable.Range(0, pairs).Where(p => 2 * p % k == 0).Aggregate(0UL, (mask, p) => mask | (1UL << p))),
            }).ToArray());
        PutBits("mode", Bits.Of(modes.Count));
        PutBits("part", _control.PartBits);
        PutBits("row", Bits.Of(_plan.Groups.WeightRows.Count));
        PutBits("unit", _control.UnitBits);
        int bank = Bits.Of(2 * _plan.Shape.Streams);
        PutBits("bank", bank);
        PutBits("spectrum_row", _control.SpectrumBits);
        PutBits("spectrum_addr", bank + _control.SpectrumBits);
        Put("spectrum_tag_bits", bank + _control.SpectrumBits + _control.LaneBitsQ, "bank_one", Verilog.Decimal(bank, 1));
        PutBits("sum_address", _control.SumAddressBits);
        Put("sum_tag_bits", _control.SumBits);
    }

    private static ScriptObject[] OneHot(int count, int bits) => [.. Enumerable.Range(0, count).Select(i => new ScriptObject
    {
        ["code"] = Verilog.Decimal(bits, i),
        ["value"] = Verilog.Hex(count, 1UL << i),
    })];

    private void AddControl()
    {
        int contexts = 1 << _control.StageBits, phase = Bits.Of(_plan.Schedule.IntervalCycles), credit = Bits.Of(_plan.OutputBufferBeats + 1);
        int width = _control.RowLanes * ControlPlan.LaneBits;
        Put("fields", _control.Fields.Select(Field).ToArray(), "orders", Orders(), "runs", _control.Runs.Select(RunsOf).ToArray(), "control_unused", Unused(_control.Runs.SelectMany(UnusedEdges)), "row_width", _control.RowWidth,
            "schedule_tap_msb", width - 1, "schedule_tap_pad", Verilog.Decimal(width - _control.RowWidth, 0),
            "phase_msb", phase - 1, "phase_zero", Verilog.Decimal(phase, 0), "phase_one", Verilog.Decimal(phase, 1), "phase_last", Verilog.Decimal(phase, _plan.Schedule.IntervalCycles - 1),
            "context_msb", contexts - 1, "in_flight_msb", contexts - 2, "context_zero", Verilog.Hex(contexts, 0),
            "credit_msb", credit - 1, "credit_zero", Verilog.Decimal(credit, 0), "credit_one", Verilog.Decimal(credit, 1),
            "credit_step", Verilog.Decimal(credit, _plan.OutputBlocks), "credit_limit", Verilog.Decimal(credit, _plan.OutputBufferBeats - _plan.OutputBlocks));
        PutBits("output_block", _control.OutputBits);
        Put("output_tag_bits", _control.OutputBits + 1 + Bits.Of(_plan.Shape.Streams));
        bool cells = _plan.Program.Cells.Count > 0;
        Put("engine_unused", Unused([
            .. cells && _plan.Slices == 1 ? [("slice", "cell_slice_1", "A block is one slice.")] : (IEnumerable<(string, string, string)>)[],
            .. cells && _plan.Shape.Streams == 1 ? [("stream", "written_stream", "There is one stream.")] : (IEnumerable<(string, string, string)>)[],
        ]));
    }

    private ScriptObject RunsOf(UnitRuns runs) => new()
    {
        ["unit"] = runs.Unit,
        ["plan"] = runs,
        ["order_msb"] = runs.Width - 1,
        ["image"] = Image($"schedule_{runs.Unit}"),
        ["steps"] = Math.Max(1, runs.Steps.Count),
        ["step"] = runs.Steps.Count == 0 ? Verilog.Hex(runs.Width, 0UL) : $"{{{string.Join(", ", runs.Steps.Reverse().Select(s => Verilog.Hex(runs.Width, s)))}}}",
    };

    private IEnumerable<(string, string, string)> UnusedEdges(UnitRuns runs) => new[] { FieldEdge.First, FieldEdge.Last }
        .Where(edge => !_control.Fields.Any(f => f.Unit == runs.Unit && f.Edge == edge))
        .Select(edge => edge == FieldEdge.First ? "first" : "last")
        .Select(edge => ($"{edge}_{runs.Unit}", $"{edge}_{runs.Unit}", $"No order of this unit is marked as the {edge} of its run."));

    /// <summary>A flag of an edge counts in that cycle of a run alone, and the valid bit in none of the gap behind it.</summary>
    private ScriptObject Field(ScheduleField field)
    {
        UnitRuns runs = _control.Runs.Single(r => r.Unit == field.Unit);
        string order = $"order_{field.Unit}{(field with { Lsb = field.Lsb - runs.Lsb }).Select}";
        return new()
        {
            ["plan"] = field,
            ["value"] = field.Edge == FieldEdge.First ? $"first_{field.Unit} && {order}" : field.Edge == FieldEdge.Last ? $"last_{field.Unit} && {order}"
                : field.Lsb == runs.Lsb ? $"active_{field.Unit} && {order}" : order,
            ["shown"] = field.Lsb == runs.Lsb ? "" : $" & {{{field.Width}{{row_{field.Unit}_valid}}}}",
        };
    }

    /// <summary>What leaves the control: the fields of a row, and with each unit's the context of its step.</summary>
    private ScriptObject[] Orders()
    {
        var orders = new List<ScriptObject>();
        int streams = _plan.Shape.Streams, bank = Bits.Of(2 * streams), id = Bits.Of(streams);
        foreach (string unit in _control.Units.Where(u => u != "drain")) Add($"{unit}_go", 0, $"row_{unit}_valid && valid[row_{unit}_stage]");
        Add("fft_buffer", 0, "buffer[row_fft_stage]");
        Add("fft_bank", bank, Bank("fft"));
        Add("product_bank", bank, Bank("product"));
        Add("product_fresh", 0, "fresh[row_product_stage]");
        for (int u = 0; u < _plan.Shape.IfftUnits; u++) Add($"drain_go_{u}", 0, $"row_drain_on_{u} && row_drain_valid && valid[row_drain_stage]");
        if (_plan.Program.Cells.Count > 0)
        {
            Add("cell_fresh", 0, "fresh[row_cell_stage]");
            Add("cell_stream", id, "stream[row_cell_stage]");
        }
        Add("output_last", 0, "last[row_output_stage] && row_output_final");
        Add("output_id", id, "stream[row_output_stage]");
        foreach (ScheduleField f in _control.Fields)
            if (!f.Name.EndsWith("_valid", StringComparison.Ordinal) && !f.Name.EndsWith("_stage", StringComparison.Ordinal)
                && !f.Name.StartsWith("drain_on_", StringComparison.Ordinal) && f.Name != "output_final")
                Add(f.Name, IsFlag(f.Name) ? 0 : f.Width, $"row_{f.Name}");
        return [.. orders];

        string Bank(string unit) => streams == 1 ? $"half[row_{unit}_stage]" : $"{{stream[row_{unit}_stage], half[row_{unit}_stage]}}";

        // 0 bits: a flag, declared without a range.
        void Add(string name, int width, string value) =>
            orders.Add(new() { ["name"] = name, ["range"] = width == 0 ? "" : $"[{width - 1}:0] ", ["value"] = value });
    }

    private static bool IsFlag(string field) => field is "fft_last_input" or "product_recurrent" or "product_first" or "product_last" or "cell_resets_first"
        or "linear_first" or "linear_last" or "linear_rectify" or "linear_average" || field.StartsWith("cell_use_", StringComparison.Ordinal);

    private void AddCells()
    {
        StepProgram program = _plan.Program;
        bool gru = program.Cells.Any(c => c.Kind != CellKind.Lstm), lstm = program.Cells.Any(c => c.Kind == CellKind.Lstm), resets = program.Cells.Any(c => c.ResetsFirst);
        bool peepholes = _plan.Parameters.Any(p => p.Peepholes.Count > 0);
        int state = _plan.StateBits, slice = Lanes * Word, vectors = peepholes ? 7 : 4, id = Bits.Of(_plan.Shape.Streams);
        ScriptObject[] tables = [.. _plan.Tables.Select((t, i) => new ScriptObject
        {
            ["prefix"] = new[] { "SIGMOID", "TANH", "CELL" }[i],
            ["plan"] = t,
            ["image"] = Image(new[] { "sigmoid", "tanh", "tanh_cell" }[i]),
            ["error"] = t.MaxError.ToString("F6", CultureInfo.InvariantCulture),
            ["stop"] = i + 1 < _plan.Tables.Count ? "," : ".",
        })];
        var lanes = new List<ScriptObject>();
        (string Lane, string Gate)[] gates =
        [
            .. gru ? [("gru", "z"), ("gru", "r"), ("gru", "n")] : (IEnumerable<(string, string)>)[],
            .. lstm ? [("lstm", "i"), ("lstm", "o"), ("lstm", "f"), ("lstm", "g")] : (IEnumerable<(string, string)>)[],
        ];
        if (gru)
            lanes.Add(new()
            {
                ["name"] = "gru",
                ["state_bits"] = _plan.Formats.GruState.Width,
                ["state_msb"] = _plan.Formats.GruState.Msb,
                ["parameters"] = Pairs(("RESETS", resets ? "1" : "0"), ("FINER", $"{_plan.Formats.CandidateShift}")),
                ["tables"] = tables[..2],
                ["gates"] = gates.Where(g => g.Lane == "gru").Select(g => g.Gate).ToArray(),
                ["ports"] = Pairs(("resets", "kind == 2'd1"), ("resets_first", "resets_first"), ("sum_z", Sum(0)), ("more_z", Sum(4)), ("sum_r", Sum(1)), ("more_r", Sum(5)),
                    ("sum_wn", Sum(2)), ("sum_rn", Sum(3)), ("bias_z", Parameter(0)), ("bias_r", Parameter(1)), ("bias_wn", Parameter(2)), ("bias_rn", Parameter(3))),
                ["wait"] = _plan.Latency.CellUnit - AcceleratorPlan.GruLane,
                ["next_wide"] = Verilog.Resize("lane_next_gru", _plan.Formats.GruState.Width, state),
            });
        if (lstm)
            lanes.Add(new()
            {
                ["name"] = "lstm",
                ["state_bits"] = _plan.Formats.LstmState.Width,
                ["state_msb"] = _plan.Formats.LstmState.Msb,
                ["parameters"] = Pairs(("STATE_SHIFT", $"{_plan.Formats.LstmState.FracBits - _plan.Formats.Gate.FracBits}"),
                    ("CELL_SHIFT", $"{_plan.Formats.LstmState.FracBits - _plan.Formats.TanhInput.FracBits}"),
                    ("PEEPHOLES", peepholes ? "1" : "0"), ("PEEP_SHIFT", $"{_plan.Formats.PeepholeShift}")),
                ["tables"] = tables,
                ["gates"] = gates.Where(g => g.Lane == "lstm").Select(g => g.Gate).ToArray(),
                ["ports"] = Pairs([.. new[] { "i", "o", "f", "c" }.SelectMany((g, n) => new[] { ($"sum_{g}", Sum(n)), ($"more_{g}", Sum(4 + n)), ($"bias_{g}", Parameter(n)) }),
                    .. new[] { "i", "o", "f" }.Select((g, n) => ($"peep_{g}", peepholes ? Parameter(4 + n) : Verilog.Decimal(Word, 0)))]),
                ["wait"] = _plan.Latency.CellUnit - AcceleratorPlan.LstmLane,
                ["next_wide"] = Verilog.Resize("lane_next_lstm", _plan.Formats.LstmState.Width, state),
            });
        Put("tables", tables, "cell_lanes", lanes.ToArray(),
            "cell_next", gru && lstm ? "(kind_out == 2'd2 ? next_lstm : next_gru)" : gru ? "next_gru" : "next_lstm",
            "cell_words", gru && lstm ? "(kind_out == 2'd2 ? word_lstm : word_gru)" : gru ? "word_gru" : "word_lstm",
            "gates", gates.Select(g => new ScriptObject { ["signal"] = $"{g.Lane}_{g.Gate}", ["source"] = $"{g.Gate}_{g.Lane}" }).ToArray(),
            "slots", Enumerable.Range(0, _control.Slots).Select(s => new ScriptObject
            {
                ["number"] = s,
                ["code"] = Verilog.Decimal(4, s),
                ["slice"] = _plan.Slices == 1 ? $"block_{s}" : $"block_{s}[cell_slice_1*{slice} +: {slice}]",
            }).ToArray(),
            "cell_masks", Masks(_control.CellMasks, Lanes), "slice_lanes", OneHot(_plan.Slices, _control.SliceBits), "no_slices", Verilog.Hex(_plan.Slices, 0), "slices_msb", _plan.Slices - 1,
            "lanes_msb", Lanes - 1, "cell_latency", _plan.Latency.CellUnit, "cell_write_delay", _plan.Latency.CellWrite, "cell_image", Image("cell"),
            "state_bits", state, "state_word_msb", state - 1, "state_row_bits", Lanes * state, "state_msb", Lanes * state - 1, "zero_state", Verilog.Hex(Lanes * state, 0),
            "zero_slice", Verilog.Hex(slice, 0), "state_addr_bits", _control.CellBits + (_plan.Shape.Streams > 1 ? id : 0),
            "state_read_address", _plan.Shape.Streams > 1 ? "{cell_stream, cell_row}" : "cell_row",
            "state_write_address", _plan.Shape.Streams > 1 ? "{written_stream, written_row}" : "written_row",
            "cell_tag_bits", 1 + id + _control.CellBits + _control.CellTargetBits + _control.SliceBits, "cell_tap_bits", 2 + _control.CellBits,
            "cell_copies", Copies(VectorSource.Cell, "cell_block_words", _control.CellTargetBits),
            "cell_unused", Unused([
                .. lanes.Count == 1 ? [("kind", "kind_out", "One kind of lane: nothing to choose.")] : (IEnumerable<(string, string, string)>)[],
                .. gru ? [] : (IEnumerable<(string, string, string)>)[("resets", "resets_first", "An LSTM has no reset gate.")],
            ]));
        PutBits("cell_mask_sel", Bits.Of(_control.CellMasks.Count));
        PutBits("cell_sum", _control.CellSumBits);
        PutBits("cell", _control.CellBits);
        PutBits("cell_target", _control.CellTargetBits);
        PutBits("slice_number", _control.SliceBits);
        PutBits("slice", slice);
        PutBits("cell_parameters", vectors * slice);

        string Sum(int slot) => slot < _control.Slots ? $"sum_{slot}[i*{Word} +: {Word}]" : Verilog.Decimal(Word, 0);

        string Parameter(int vector) => $"parameters[{vector * slice} + i*{Word} +: {Word}]";
    }

    private static ScriptObject[] Pairs(params IReadOnlyList<(string Name, string Value)> pairs) =>
        [.. pairs.Select(p => new ScriptObject { ["name"] = p.Name, ["value"] = p.Value })];

    private static ScriptObject[] Masks(IReadOnlyList<ulong> masks, int lanes) => [.. masks.Select((mask, i) => new ScriptObject
    {
        ["code"] = Verilog.Decimal(Bits.Of(masks.Count), i),
        ["value"] = Verilog.Hex(lanes, mask),
    })];

    private static ScriptObject[] Unused(IEnumerable<(string Name, string Signal, string Reason)> signals) =>
        [.. signals.Select(s => new ScriptObject { ["name"] = s.Name, ["signal"] = s.Signal, ["reason"] = s.Reason })];

    /// <summary>A memory has one read port: what the FFT and the output read has a copy for each.</summary>
    private ScriptObject[] Copies(VectorSource source, string block, int bits)
    {
        string Address(string name, int width) => width > bits ? $"{name}[{bits - 1}:0]" : name;
        var copies = new List<ScriptObject> { new() { ["name"] = "fft", ["address"] = Address("fft_block", _control.FftBlockBits), ["data"] = block } };
        if (_plan.Output.Source == source) copies.Add(new() { ["name"] = "output", ["address"] = Address("output_block", _control.OutputBits), ["data"] = "output_words" });
        return [.. copies];
    }

    private void AddLinears()
    {
        int shift = Bits.Of(_control.PoolShifts.Count), mask = Bits.Of(_control.LinearMasks.Count), pooled = Word + _control.PoolShifts.Max();
        bool pools = _plan.Program.Linears.Any(l => l.Pool is not null);
        Put("has_pools", pools, "linear_depth", pools ? 2 : 1, "linear_image", Image("linear"), "linear_masks", Masks(_control.LinearMasks, K), "linear_write_delay", _plan.Latency.LinearWrite,
            "pool_shifts", _control.PoolShifts.Select((s, i) => new ScriptObject { ["code"] = Verilog.Decimal(shift, i), ["shift"] = s }).ToArray(),
            "pooled_value", Verilog.Resize("value", Word, pooled), "pool_shift_order_msb", 2 + shift, "linear_mask_order_lsb", 3 + shift,
            "linear_copies", Copies(VectorSource.Linear, "linear_block_words", _control.LinearTargetBits));
        PutBits("linear_mask_sel", mask);
        PutBits("linear_bias", _control.LinearBiasBits);
        PutBits("linear_sum", _control.LinearSumBits);
        PutBits("linear_target", _control.LinearTargetBits);
        PutBits("linear_order", 3 + shift + mask);
        PutBits("pool_shift", shift);
        PutBits("pooled", pooled);
    }

    /// <summary>The layers in a line.</summary>
    internal static string Summary(AcceleratorPlan plan) => string.Join(", ", plan.Layers.Select(l => l switch
    {
        GruLayer => $"GRU {l.InputSize} to {l.OutputSize}",
        LstmLayer => $"LSTM {l.InputSize} to {l.OutputSize}",
        ConvLayer c => $"convolution {c.Input} to {c.Output}",
        PoolLayer p => $"pool to {p.Output}",
        _ => $"dense {l.InputSize} to {l.OutputSize}",
    })) + $"; blocks of {plan.BlockSize}.";

    private void AddTaps()
    {
        // From the order of the cell unit: gates appear a memory read behind their cycle in the lane.
        (string Name, int Cycles)[] delays = [.. new[] { ("gru_gate", 6), ("gru_candidate", 12), ("lstm_gate", 7), ("lstm_output", 15) }
            .Where(d => _plan.Program.Cells.Any(c => (c.Kind == CellKind.Lstm) == d.Item1.StartsWith("lstm", StringComparison.Ordinal)))];
        Put("tap_delays", delays.Select(d => new ScriptObject { ["name"] = d.Name, ["cycles"] = d.Cycles }).ToArray(),
            "taps", _plan.Taps.Select(t =>
            {
                var (valid, index, data) = Signals(t.Name);
                var tap = new ScriptObject { ["plan"] = t, ["valid"] = valid, ["index"] = index, ["data"] = data, ["min"] = null };
                if (_plan.RangeOf(t) is not { } range || range.Holds(Interval.Of(new(t.WordBits, 0)))) return tap;
                // The module compares with a bit more than the word has.
                tap["min"] = Verilog.Signed(t.WordBits + 1, range.Min);
                tap["max"] = Verilog.Signed(t.WordBits + 1, range.Max);
                return tap;
            }).ToArray());
    }

    private (string Valid, string Index, string Data) Signals(string tap)
    {
        string[] parts = tap.Split('_');
        return parts[0] switch
        {
            "schedule" => ("row_go", "row_number", "row_words"),
            "fft" => ("spectrum_write", $"{{spectrum_column, spectrum_address[{_control.SpectrumBits - 1}:0]}}", "spectrum"),
            "accumulator" => ($"drain_go_{parts[1]}", $"{{drain_slot_{parts[1]}, drain_address_{parts[1]}}}", $"drain_{parts[1]}"),
            "ifft" => ($"sum_go_{parts[1]}", $"{{sum_slot_{parts[1]}, sum_address_{parts[1]}}}", $"sums_{parts[1]}"),
            "gru" => Gate(parts[1] == "n" ? "gru_candidate" : "gru_gate", 0, tap),
            "reset" => Gate("gru_gate", 1, "gru_r"),
            "lstm" => Gate(parts[1] == "o" ? "lstm_output" : "lstm_gate", 2, tap),
            "state" => ("cell_write && cell_keep", "written_row", "next_state"),
            "cell" => ("cell_write", "{written_target, written_slice}", "cell_words"),
            "linear" => ("linear_write", "linear_written", "linear_words"),
            _ => ("output_valid", "output_index", "m_data"),
        };

        static (string, string, string) Gate(string delay, int kind, string data) => ($"{delay}_go && {delay}_kind == 2'd{kind}", $"{delay}_row", data);
    }
}
