namespace HwGen.Core.Plan;

/// <summary>Names the observation points of a planned accelerator and lists what each shows in a step.</summary>
internal sealed class TapBuilder(AcceleratorPlan plan)
{
    private StepProgram Program => plan.Program;

    public List<TapPlan> Build()
    {
        int k = plan.BlockSize, b = plan.WordBits;
        ControlPlan control = plan.Control;
        var taps = new List<TapPlan>
        {
            new("fft", "FFT", k, b, control.FftBits, [.. plan.Schedule.Ffts.OrderBy(o => o.Time).Select(o => new TapEntry(control.FftIndex(o),
                Program.Vectors[Program.Spectra[o.Spectrum].Vector].Layer, $"block {o.Block} of {Program.Vectors[Program.Spectra[o.Spectrum].Vector].Name}, k = {Program.Spectra[o.Spectrum].BlockSize}"))]),
        };
        for (int u = 0; u < plan.Shape.IfftUnits; u++)
        {
            TapEntry[] rows = [.. plan.Schedule.Drains.Where(d => d.Unit == u).OrderBy(d => d.Time).Select(d => new TapEntry(control.SumIndex(d.Row), Program.Sums[d.Row.Sum].Layer, Name(d.Row)))];
            taps.Add(new($"accumulator_{u}", "accumulator", k, plan.AccumulatorBits, control.SumBits, rows));
            taps.Add(new($"ifft_{u}", "IFFT", k, b, control.SumBits, rows));
        }
        foreach (CellKind kind in Enum.GetValues<CellKind>())
        {
            TapEntry[] rows = [.. plan.Schedule.Cells.Where(o => Program.Cells[o.Cell].Kind == kind).OrderBy(o => o.Time).Select(Entry)];
            if (rows.Length == 0) continue;
            foreach (string gate in Gates(kind)) taps.Add(new(gate, $"activation {gate.Split('_')[1]}", plan.Shape.Lanes, b, control.CellBits, rows));
        }
        if (Program.Cells.Count > 0)
        {
            taps.Add(new("state", "state", plan.Shape.Lanes, plan.StateBits, control.CellBits,
                [.. plan.Schedule.Cells.Where(o => Program.Cells[o.Cell].Kind != CellKind.GruReset).OrderBy(o => o.Time).Select(Entry)]));
            taps.Add(new("cell", "cell", plan.Shape.Lanes, b, control.CellTargetBits + control.SliceBits, [.. plan.Schedule.Cells.OrderBy(o => o.Time).Select(o =>
            {
                VectorPlan vector = Program.Vectors[Program.Cells[o.Cell].Vector];
                return new TapEntry(((vector.Base + o.Block) << control.SliceBits) | o.Slice, vector.Layer, $"block {o.Block} of {vector.Name}, slice {o.Slice}");
            })]));
        }
        if (Program.Linears.Count > 0)
            taps.Add(new("linear", "linear", k, b, control.LinearTargetBits, [.. plan.Schedule.Linears.OrderBy(o => o.Time).Select(o =>
            {
                VectorPlan vector = Program.Vectors[Program.Linears[o.Linear].Vector];
                return new TapEntry(vector.Base + o.Group * vector.GroupBlocks + o.Block, vector.Layer, $"block {o.Group * vector.GroupBlocks + o.Block} of {vector.Name}");
            })]));
        taps.Add(new("output", "output", k, b, control.OutputBits, [.. plan.Schedule.Outputs.OrderBy(o => o.Time).Select(o =>
            new TapEntry(plan.Output.Base + o.Block, plan.Output.Layer, $"block {o.Block} of {plan.Output.Name}"))]));
        int interval = plan.Schedule.IntervalCycles;
        taps.Add(new("schedule", "control", control.RowLanes, ControlPlan.LaneBits, Bits.Of(interval),
            [.. Enumerable.Range(0, interval).Select(i => new TapEntry(i, -2, $"row {i} of the schedule"))]));
        return taps;
    }

    /// <summary>Taps of the gates of one kind of cell, in the order of <see cref="Network.DenseLayerStep.Gates"/>.</summary>
    public static IReadOnlyList<string> Gates(CellKind kind) => kind switch
    {
        CellKind.Gru => ["gru_z", "gru_r", "gru_n"],
        CellKind.GruReset => ["reset_r"],
        _ => ["lstm_i", "lstm_o", "lstm_f", "lstm_g"],
    };

    private string Name(RowBlock row) => plan.Positions(row.Sum) == 1 ? $"row block {row.Block} of {Program.Sums[row.Sum].Name}"
        : $"row block {row.Block} of {Program.Sums[row.Sum].Name} at window {row.Window}, member {row.Member}";

    private TapEntry Entry(CellOp op)
    {
        CellPlan cell = Program.Cells[op.Cell];
        return new(plan.CellRow(cell, op.Block, op.Slice), cell.Layer, $"block {op.Block}, slice {op.Slice}");
    }
}
