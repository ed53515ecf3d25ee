using System.Globalization;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>What the RTL templates see of a plan: its numbers by name, and the sized literals and bus bounds that Verilog wants.</summary>
internal static class RtlModel
{
    public static ScriptObject Create(AcceleratorPlan plan)
    {
        int k = plan.BlockSize, b = plan.WordBits, state = plan.Formats.State.Width, lane = plan.StreamLaneBits;
        int acc = plan.AccumulatorBits, blockBits = plan.Control.BlockBits, sumSpectrum = plan.Formats.Layers[0].SumSpectrum.Width;
        int tag = blockBits + 5, contexts = 1 << plan.Control.StageBits;
        int phaseBits = Bits.Of(plan.Schedule.IntervalCycles), creditBits = Bits.Of(plan.OutputBufferBeats + 1);
        MemoryImage Image(string name) => plan.Images.Single(i => i.Name == name);
        return new ScriptObject
        {
            ["m"] = plan.ModuleName,
            ["k"] = k,
            ["b"] = b,
            ["b_msb"] = b - 1,
            ["b_plus_1"] = b + 1,
            ["summary"] = Summary(plan),
            ["interval"] = plan.Schedule.IntervalCycles,
            ["single_stream"] = plan.SingleStreamCycles,
            ["input_format"] = plan.Formats.Vectors[0].Value.ToString(),
            ["output_format"] = plan.Formats.Layers[^1].Sum.ToString(),
            ["input_blocks"] = plan.InputBlocks,
            ["output_blocks"] = plan.OutputBlocks,

            ["lane_bits"] = lane,
            ["lane_bits_msb"] = lane - 1,
            ["lane_bits_minus_b_plus_1"] = lane - b + 1,
            ["lane_msb"] = k - 1,
            ["stream_msb"] = k * lane - 1,
            ["block_bits_total"] = k * b,
            ["block_msb"] = k * b - 1,
            ["zero_block"] = Verilog.Hex(k * b, 0),
            ["state_bits"] = state,
            ["state_word_msb"] = state - 1,
            ["state_row_bits"] = k * state,
            ["state_msb"] = k * state - 1,
            ["state_guard"] = state - b,
            ["zero_state"] = Verilog.Hex(k * state, 0),
            ["acc_bits"] = acc,
            ["drain_msb"] = k * acc - 1,
            ["sum_spectrum_bits"] = sumSpectrum,
            ["sum_spectrum_msb"] = k * sumSpectrum - 1,

            ["block_bits"] = blockBits,
            ["block_bits_msb"] = blockBits - 1,
            ["block_zero"] = Verilog.Decimal(blockBits, 0),
            ["block_one"] = Verilog.Decimal(blockBits, 1),
            ["input_last_block"] = Verilog.Decimal(blockBits, plan.InputBlocks - 1),
            ["input_addr_bits"] = blockBits + 1,
            ["spectrum_addr_bits"] = plan.Control.SpectrumBits + 1,
            ["spectrum_addr_msb"] = plan.Control.SpectrumBits,
            ["row_bits"] = plan.Control.RowBits,
            ["row_msb"] = plan.Control.RowBits - 1,
            ["full_mask"] = Verilog.Hex(k, ControlPlan.Mask(k, 0, k)),
            ["input_mask"] = Verilog.Hex(k, ControlPlan.Mask(plan.Vectors[0].Size, plan.InputBlocks - 1, k)),
            ["output_mask"] = Verilog.Hex(k, ControlPlan.Mask(plan.Layers[^1].OutputSize, plan.OutputBlocks - 1, k)),

            ["fft"] = plan.Formats.Fft,
            ["ifft"] = plan.Formats.Ifft,
            ["fft_out_bits"] = plan.Formats.Fft.OutputBits,
            ["fft_lanes_msb"] = k * plan.Formats.Fft.OutputBits - 1,
            ["ifft_out_bits"] = plan.Formats.Ifft.OutputBits,
            ["ifft_lanes_msb"] = k * plan.Formats.Ifft.OutputBits - 1,
            ["ifft_shift"] = plan.Formats.IfftShift,
            ["fft_unit_latency"] = plan.Latency.FftUnit,
            ["fft_shift_delay"] = plan.Latency.FftRounding,
            ["fft_write_delay"] = plan.Latency.SpectrumWrite,
            ["ifft_unit_latency"] = plan.Latency.IfftUnit,
            ["output_bias_delay"] = plan.Latency.OutputBias,
            ["product_first_delay"] = plan.Latency.ProductFirst,
            ["product_load_delay"] = plan.Latency.ProductLoad,
            ["fft_shifts"] = Options(plan.Control.FftShifts, "shift"),
            ["fft_shift_list"] = string.Join(" or ", plan.Control.FftShifts),
            ["shift_bits_fft"] = Bits.Of(plan.Control.FftShifts.Count),
            ["shift_msb_fft"] = Bits.Of(plan.Control.FftShifts.Count) - 1,
            ["drain_shifts"] = Options(plan.Control.DrainShifts, "spectrum"),
            ["drain_shift_list"] = string.Join(" or ", plan.Control.DrainShifts),
            ["shift_msb_drain"] = Bits.Of(plan.Control.DrainShifts.Count) - 1,

            ["pe_multipliers"] = Spectrum.ProductMultiplies(k),
            ["pes"] = Enumerable.Range(0, plan.ProcessingElements).Select(p => new ScriptObject
            {
                ["instance"] = $"u_pe_{p}",
                ["image"] = Image($"weights_{p}"),
                ["drain"] = $"drain_{p}",
                ["drain_in"] = p + 1 < plan.ProcessingElements ? $"drain_{p + 1}" : Verilog.Hex(k * acc, 0),
            }).ToArray(),

            ["cell_latency"] = plan.Latency.CellUnit,
            ["cell_write_delay"] = plan.Latency.StateWrite,
            ["cell_bias_msb"] = 4 * k * b - 1,
            ["cell_bias_image"] = Image("bias_cell"),
            ["output_bias_image"] = Image("bias_output"),
            ["sigmoid_error"] = plan.Sigmoid.MaxError.ToString("F6", CultureInfo.InvariantCulture),
            ["tanh_error"] = plan.Tanh.MaxError.ToString("F6", CultureInfo.InvariantCulture),
            ["tables"] = new[]
            {
                new ScriptObject { ["prefix"] = "SIGMOID", ["plan"] = plan.Sigmoid, ["image"] = Image("sigmoid") },
                new ScriptObject { ["prefix"] = "TANH", ["plan"] = plan.Tanh, ["image"] = Image("tanh") },
            },
            ["biases"] = new[] { "bias_z ", "bias_r ", "bias_wn", "bias_rn" }.Select((port, i) =>
                new ScriptObject { ["port"] = port, ["lsb"] = i * k * b }).ToArray(),
            ["cell_masks"] = plan.Control.CellMasks.Select((mask, i) => new ScriptObject
            {
                ["code"] = Verilog.Decimal(Bits.Of(plan.Control.CellMasks.Count), i),
                ["value"] = Verilog.Hex(k, mask),
            }).ToArray(),
            ["mask_sel_bits"] = Bits.Of(plan.Control.CellMasks.Count),
            ["mask_sel_msb"] = Bits.Of(plan.Control.CellMasks.Count) - 1,

            ["sum_memories"] = new[] { "update", "reset", "candidate_input", "candidate_recurrent" }.Select((name, i) => new ScriptObject
            {
                ["instance"] = $"u_sum_{name}",
                ["data"] = $"sum_{name}",
                ["code"] = Verilog.Decimal(3, i),
            }).ToArray(),
            ["output_code"] = Verilog.Decimal(3, (int)SumKind.Output),
            ["sum_tag_bits"] = tag,
            ["sum_tag_msb"] = tag - 1,
            ["sum_last_bit"] = tag - 1,
            ["sum_final_bit"] = tag - 2,
            ["sum_kind_msb"] = tag - 3,
            ["sum_kind_lsb"] = blockBits,

            ["fields"] = plan.Control.Fields.ToArray(),
            ["order_fields"] = OrderFields(plan),
            ["units"] = new[] { "fft", "product", "drain", "cell" },
            ["schedule_image"] = Image("schedule"),
            ["schedule_msb"] = plan.Control.RowWidth - 1,
            ["schedule_tap_msb"] = plan.Control.RowLanes * ControlPlan.LaneBits - 1,
            ["schedule_tap_pad"] = Verilog.Decimal(plan.Control.RowLanes * ControlPlan.LaneBits - plan.Control.RowWidth, 0),
            ["phase_msb"] = phaseBits - 1,
            ["phase_zero"] = Verilog.Decimal(phaseBits, 0),
            ["phase_one"] = Verilog.Decimal(phaseBits, 1),
            ["phase_last"] = Verilog.Decimal(phaseBits, plan.Schedule.IntervalCycles - 1),
            ["context_msb"] = contexts - 1,
            ["in_flight_msb"] = contexts - 2,
            ["context_zero"] = Verilog.Hex(contexts, 0),
            ["credit_msb"] = creditBits - 1,
            ["credit_zero"] = Verilog.Decimal(creditBits, 0),
            ["credit_one"] = Verilog.Decimal(creditBits, 1),
            ["credit_step"] = Verilog.Decimal(creditBits, plan.OutputBlocks),
            ["credit_limit"] = Verilog.Decimal(creditBits, plan.OutputBufferBeats - plan.OutputBlocks),
            ["fifo_bits"] = k * b + 1,
            ["fifo_addr_bits"] = Bits.Of(plan.OutputBufferBeats),

            ["tap_delays"] = new[]
            {
                new ScriptObject { ["name"] = "gate", ["cycles"] = plan.Latency.Gates },
                new ScriptObject { ["name"] = "candidate", ["cycles"] = plan.Latency.Candidate },
            },
            ["taps"] = Taps(plan),
        };
    }

    private static string Summary(AcceleratorPlan plan) => string.Join(", ", plan.Layers.Select(l =>
        $"{(l is GruLayer ? "GRU" : "dense")} {l.InputSize} to {l.OutputSize}")) + $"; blocks of {plan.BlockSize}.";

    private static ScriptObject[] Options(IReadOnlyList<int> shifts, string name) => [.. shifts.Select((shift, i) => new ScriptObject
    {
        ["name"] = $"{name}_{shift}",
        ["shift"] = shift,
        ["code"] = Verilog.Decimal(Bits.Of(shifts.Count), i),
    })];

    private static ScriptObject[] OrderFields(AcceleratorPlan plan)
    {
        ScheduleField[] fields = [.. plan.Control.Fields.Where(f =>
            !f.Name.EndsWith("_valid", StringComparison.Ordinal) && !f.Name.EndsWith("_stage", StringComparison.Ordinal))];
        return [.. fields.Select((f, i) => new ScriptObject
        {
            ["name"] = f.Name,
            ["range"] = f.Width == 1 && f.Name is "fft_shift" or "drain_shift" or "cell_mask" ? "[0:0] " : f.Range,
            ["comma"] = i + 1 < fields.Length ? "," : "",
        })];
    }

    private static ScriptObject[] Taps(AcceleratorPlan plan)
    {
        var signals = new Dictionary<string, (string Valid, string Index, string Data)>
        {
            ["schedule"] = ("row_go", "row_number", "row_words"),
            ["fft"] = ("spectrum_write", $"spectrum_address[{plan.Control.SpectrumBits - 1}:0]", "spectrum"),
            ["accumulator"] = ("drain_go", "{drain_kind, drain_block}", "drain"),
            ["ifft"] = ("sum_go", "{sum_kind, sum_block}", "sums"),
            ["update"] = ("gate_go", "gate_block", "update"),
            ["reset"] = ("gate_go", "gate_block", "reset"),
            ["candidate"] = ("candidate_go", "candidate_block", "candidate"),
            ["state"] = ("state_write", "state_block", "next_state"),
            ["output"] = ("output_valid", "output_block", "output_words"),
        };
        return [.. plan.Taps.Select(t => new ScriptObject
        {
            ["plan"] = t,
            ["valid"] = signals[t.Name].Valid,
            ["index"] = signals[t.Name].Index,
            ["data"] = signals[t.Name].Data,
        })];
    }
}
