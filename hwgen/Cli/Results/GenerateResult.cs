namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Directory">Where the files are.</param>
/// <param name="Files">How many.</param>
/// <param name="CyclesPerFrame">Predicted, streams interleaved: cycles from one step to the next.</param>
/// <param name="CyclesSingleStream">Predicted: first input beat to last output beat of one step.</param>
/// <param name="Multipliers">Multipliers in the design.</param>
/// <param name="MemoryBits">Bits in all memories.</param>
public sealed record GenerateResult(
    string Design, string Directory, int Files, long CyclesPerFrame, long CyclesSingleStream, int Multipliers, long MemoryBits) : VerbResult
{
    internal override IEnumerable<string> Lines() =>
    [
        $"{Files} files in {Directory}",
        $"predicted  {Show.Count(CyclesPerFrame)} cycles a step interleaved, {Show.Count(CyclesSingleStream)} for a single stream",
        $"planned    {Show.Count(Multipliers)} multipliers, {Show.Count(MemoryBits)} bits of memory",
    ];
}
