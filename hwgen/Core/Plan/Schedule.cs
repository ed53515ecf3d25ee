namespace HwGen.Core.Plan;

/// <summary>When each operation of one step is issued, in cycles from the step's start. A new step may start every
/// <see cref="IntervalCycles"/>; operations beyond it run beside the next step's.</summary>
/// <param name="IntervalCycles">Initiation interval of steps.</param>
/// <param name="Ffts">FFT of a column block that is not recurrent, and when.</param>
/// <param name="Groups">A row group's first column, and when.</param>
/// <param name="Drains">A drained row block, and when.</param>
/// <param name="Cells">Cell update of one block of a recurrent layer (layer, block), and when.</param>
public sealed record Schedule(
    int IntervalCycles,
    IReadOnlyList<(ColumnBlock Column, int Time)> Ffts,
    IReadOnlyList<(RowGroup Group, int Time)> Groups,
    IReadOnlyList<(RowBlock Row, int Time)> Drains,
    IReadOnlyList<(int Layer, int Block, int Time)> Cells)
{
    /// <summary>Steps that can be in flight at once.</summary>
    public int Stages => Times().Max() / IntervalCycles + 1;

    public int LastOutputDrain => Drains.Where(d => d.Row.Kind == SumKind.Output).Max(d => d.Time);

    private IEnumerable<int> Times() =>
        Ffts.Select(o => o.Time)
            .Concat(Groups.Select(g => g.Time + g.Group.Columns.Count - 1))
            .Concat(Drains.Select(o => o.Time))
            .Concat(Cells.Select(o => o.Time));
}
