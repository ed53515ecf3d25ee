using HwGen.Core.Plan;

namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Directory">Where the files are.</param>
/// <param name="Files">How many.</param>
/// <param name="CyclesPerFrame">Predicted, streams interleaved: cycles from one step to the next.</param>
/// <param name="CyclesSingleStream">Predicted: first input beat to last output beat of one step.</param>
/// <param name="Multipliers">Multipliers in the design.</param>
/// <param name="MemoryBits">Bits in all memories.</param>
/// <param name="Shape">Elements, columns, inverse FFT units, lanes and streams of the engine.</param>
public sealed record GenerateResult(
    string Design, string Directory, int Files, long CyclesPerFrame, long CyclesSingleStream, long Multipliers, long MemoryBits, EngineShape Shape) : VerbResult
{
    /// <summary>What of the budget is exceeded; empty when it holds, or there is none.</summary>
    public IReadOnlyList<Shortage> Beyond { get; init; } = [];

    /// <summary>The smallest part of the family that would hold the multipliers and the memory; null when the budget holds, or none does.</summary>
    public string? Nearest { get; init; }

    /// <summary>Of a sparse engine, the weights that are not zero; null for others.</summary>
    public long? Weights { get; init; }

    /// <summary>Of a sparse engine, the share of the places in the rows of weights that hold one: what its rows lack of being even.</summary>
    public double? Filled { get; init; }

    public override bool Passed => Beyond.Count == 0;

    internal override IEnumerable<string> Lines() =>
    [
        $"{Files} files in {Directory}",
        $"predicted  {Show.Count(CyclesPerFrame)} cycles a step interleaved, {Show.Count(CyclesSingleStream)} for a single stream",
        $"engine     {Shape.Elements} elements of {Shape.Columns} column(s), {Shape.IfftUnits} inverse FFT unit(s), {Shape.Lanes} lane(s), {Shape.Streams} stream(s)",
        .. Weights is { } weights ? (string[])[$"sparse     {Show.Count(weights)} weights, which fill {Filled:P1} of the places for them"] : [],
        $"planned    {Show.Count(Multipliers)} multipliers, {Show.Count(MemoryBits)} bits of memory",
        .. Beyond.Select(s => $"too small  {s.Resource}: {s.Taken:0.##} of {s.There:0.##}, {s.Taken - s.There:0.##} too many, for the smallest engine there is"),
        .. Beyond.Count == 0 ? (string[])[] : [Nearest is null ? "does NOT fit, nor any other part of the family" : $"does NOT fit; {Nearest} would hold it"],
    ];
}
