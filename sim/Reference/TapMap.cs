using HwGen.Core.Plan;

namespace HwGen.Sim.Reference;

/// <summary>Which tap and entry shows what an operation makes.</summary>
internal sealed class TapMap
{
    private readonly AcceleratorPlan _plan;

    public TapMap(AcceleratorPlan plan)
    {
        _plan = plan;
        Schedule schedule = plan.Schedule;
        Fft = [.. plan.Program.Spectra.Select(s => new int[plan.Program.Vectors[s.Vector].Blocks])];
        foreach (var (op, entry) in schedule.Ffts.OrderBy(o => o.Time).Select((o, i) => (o, i))) Fft[op.Spectrum][op.Block] = entry;
        for (int u = 0; u < plan.Shape.IfftUnits; u++)
            foreach (var (op, entry) in schedule.Drains.Where(d => d.Unit == u).OrderBy(d => d.Time).Select((o, i) => (o, i)))
                Sums[op.Row] = (Find($"accumulator_{u}"), Find($"ifft_{u}"), entry);
        foreach (CellKind kind in Enum.GetValues<CellKind>())
            Number(schedule.Cells.Where(o => plan.Program.Cells[o.Cell].Kind == kind), Gates);
        Number(schedule.Cells.Where(o => plan.Program.Cells[o.Cell].Kind != CellKind.GruReset), States);
        Number(schedule.Cells, Words);
        foreach (var (op, entry) in schedule.Linears.OrderBy(o => o.Time).Select((o, i) => (o, i))) Linear[(op.Linear, op.Group, op.Block)] = entry;
        Output = new int[plan.OutputBlocks];
        foreach (var (op, entry) in schedule.Outputs.OrderBy(o => o.Time).Select((o, i) => (o, i))) Output[op.Block] = entry;
    }

    /// <summary>Entry of each spectrum's block.</summary>
    public int[][] Fft { get; }

    /// <summary>Taps and entry of a row block.</summary>
    public Dictionary<RowBlock, (int Accumulator, int Ifft, int Entry)> Sums { get; } = [];

    /// <summary>Entry in the taps of its kind's gates of (cell, block, slice).</summary>
    public Dictionary<(int Cell, int Block, int Slice), int> Gates { get; } = [];

    public Dictionary<(int Cell, int Block, int Slice), int> States { get; } = [];

    public Dictionary<(int Cell, int Block, int Slice), int> Words { get; } = [];

    /// <summary>Entry of (linear, group, block).</summary>
    public Dictionary<(int Linear, int Group, int Block), int> Linear { get; } = [];

    /// <summary>Entry of each block of the output.</summary>
    public int[] Output { get; }

    /// <summary>Number of the tap of a name; −1 if the design has none.</summary>
    public int Find(string name) => _plan.Taps.ToList().FindIndex(t => t.Name == name);

    private static void Number(IEnumerable<CellOp> ops, Dictionary<(int, int, int), int> into)
    {
        foreach (var (op, entry) in ops.OrderBy(o => o.Time).Select((o, i) => (o, i))) into[(op.Cell, op.Block, op.Slice)] = entry;
    }
}
