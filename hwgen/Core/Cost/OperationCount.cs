namespace HwGen.Core.Cost;

/// <summary>What an engine does for one frame: one step of one stream, in the steady state.</summary>
public sealed record OperationCount
{
    public static OperationCount None { get; } = new();

    /// <summary>Products: widths of both sides, and how many.</summary>
    public IReadOnlyList<(int ABits, int BBits, double Count)> Multiplies { get; init; } = [];

    /// <summary>Additions, subtractions and comparisons: width, and how many.</summary>
    public IReadOnlyList<(int Bits, double Count)> Adds { get; init; } = [];

    /// <summary>Words read or written: bits of a word, rows of the memory, and how many. Tables of activations are among them.</summary>
    public IReadOnlyList<(int Bits, int Rows, double Count)> MemoryWords { get; init; } = [];

    /// <summary>Register bits times cycles in which they are clocked: all of them in all cycles, since no clock is gated.</summary>
    public double ClockedBits { get; init; }

    /// <summary>Multiplies and additions that are executed.</summary>
    public double Operations => Multiplies.Sum(m => m.Count) + Adds.Sum(a => a.Count);

    public static OperationCount operator +(OperationCount a, OperationCount b) => new()
    {
        Multiplies = [.. a.Multiplies, .. b.Multiplies],
        Adds = [.. a.Adds, .. b.Adds],
        MemoryWords = [.. a.MemoryWords, .. b.MemoryWords],
        ClockedBits = a.ClockedBits + b.ClockedBits,
    };

    public static OperationCount operator *(double times, OperationCount a) => new()
    {
        Multiplies = [.. a.Multiplies.Select(m => (m.ABits, m.BBits, times * m.Count))],
        Adds = [.. a.Adds.Select(m => (m.Bits, times * m.Count))],
        MemoryWords = [.. a.MemoryWords.Select(m => (m.Bits, m.Rows, times * m.Count))],
        ClockedBits = times * a.ClockedBits,
    };
}
