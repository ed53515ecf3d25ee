namespace HwGen.Core.Plan;

/// <summary>FFT of a vector's block for one of its spectra.</summary>
public readonly record struct FftOp(int Spectrum, int Block, int Time);

/// <summary>A row group; its first column is issued at <paramref name="Time"/>.</summary>
public readonly record struct GroupOp(RowGroup Group, int Time);

/// <summary>A row block that leaves an element: its inverse FFT starts at <paramref name="Time"/>.</summary>
public readonly record struct DrainOp(RowBlock Row, int Unit, int Time);

/// <summary>Cell update of the lanes of a slice of a block.</summary>
public readonly record struct CellOp(int Cell, int Block, int Slice, int Time);

/// <summary>The linear unit takes the sums of a group's block, one member of its window a cycle, from <paramref name="Time"/> on.</summary>
public readonly record struct LinearOp(int Linear, int Group, int Block, int Time);

/// <summary>A block of the network's output is read.</summary>
public readonly record struct OutputOp(int Block, int Time);

/// <summary>When each operation of one step is issued, in cycles from the step's start. A new step may start every
/// <see cref="IntervalCycles"/>; operations beyond it run beside the next step's.</summary>
/// <param name="IntervalCycles">Initiation interval of steps.</param>
public sealed record Schedule(
    int IntervalCycles, IReadOnlyList<FftOp> Ffts, IReadOnlyList<GroupOp> Groups, IReadOnlyList<DrainOp> Drains,
    IReadOnlyList<CellOp> Cells, IReadOnlyList<LinearOp> Linears, IReadOnlyList<OutputOp> Outputs)
{
    /// <summary>Steps that can be in flight at once.</summary>
    public int Stages { get; } = new[]
    {
        Ffts.Max(o => o.Time), Groups.Max(o => o.Time + o.Group.Columns.Count - 1), Drains.Max(o => o.Time),
        Cells.Select(o => o.Time).DefaultIfEmpty(0).Max(), Linears.Select(o => o.Time).DefaultIfEmpty(0).Max(), Outputs.Max(o => o.Time),
    }.Max() / IntervalCycles + 2;

    /// <summary>When the last block of the output is read.</summary>
    public int LastOutput { get; } = Outputs.Max(o => o.Time);
}
