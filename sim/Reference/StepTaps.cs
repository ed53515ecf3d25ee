using HwGen.Core.Plan;

namespace HwGen.Sim.Reference;

/// <summary>Every word that one step shows at every tap, in the plan's order of taps and of each tap's entries.</summary>
public sealed class StepTaps
{
    private readonly long[][] _words;
    private readonly int[] _lanes;

    public StepTaps(AcceleratorPlan plan)
    {
        _lanes = [.. plan.Taps.Select(t => t.Lanes)];
        _words = [.. plan.Taps.Select(t => new long[t.Lanes * t.Entries.Count])];
    }

    /// <summary>The raw words that tap <paramref name="tap"/> shows at one entry, shape (lanes).</summary>
    public Span<long> this[int tap, int entry] => _words[tap].AsSpan(entry * _lanes[tap], _lanes[tap]);
}
