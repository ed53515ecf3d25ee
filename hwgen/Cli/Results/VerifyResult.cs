namespace HwGen.Cli.Results;

/// <summary>What the simulated Verilog said, word by word, against the reference.</summary>
/// <param name="Design">The design's name.</param>
/// <param name="Words">Words compared, at all taps and on the output stream.</param>
/// <param name="Mismatches">Words and memory rows that differ.</param>
/// <param name="MemoryRows">Rows that the simulated memories held, read back and compared.</param>
/// <param name="Sequences">Test sequences run.</param>
/// <param name="Taps">Observation points compared.</param>
/// <param name="CyclesPredicted">Of the whole unstalled run.</param>
/// <param name="CyclesSimulated">Of the whole unstalled run.</param>
/// <param name="CyclesPerFrame">Streams interleaved: cycles from one step to the next.</param>
/// <param name="CyclesSingleStream">First input beat to last output beat of one step, state warm, nothing stalled.</param>
/// <param name="CyclesPerFramePredicted">The plan's.</param>
/// <param name="CyclesSingleStreamPredicted">The plan's.</param>
/// <param name="MultiplierUtilization">Block products times the multiplies of one, over the processing elements' multipliers times <paramref name="CyclesPerFrame"/>; 0..1.</param>
/// <param name="UnitUtilization">The other units' multipliers.</param>
/// <param name="LintWarnings">Of <c>verilator --lint-only -Wall</c>.</param>
/// <param name="Accuracy">Share of the sequences that the Verilog's own output words classify correctly, 0..1.</param>
/// <param name="ReferenceAccuracy">The reference's, over the same sequences.</param>
/// <param name="StressSequences">Sequences of full-scale and random words that ran beside the test sequences.</param>
/// <param name="Held">Whether everything else held too: interval and single-stream cycles as predicted, each class as the reference's.</param>
/// <param name="FirstDivergence">Where the first mismatch is: layer, step, row block, stage, bin, expected and actual word.</param>
/// <param name="Waveform">A short waveform of that place.</param>
public sealed record VerifyResult(
    string Design, long Words, long Mismatches, long MemoryRows, int Sequences, int Taps,
    long CyclesPredicted, long CyclesSimulated, long CyclesPerFrame, long CyclesSingleStream, long CyclesPerFramePredicted, long CyclesSingleStreamPredicted,
    double MultiplierUtilization, UnitUtilization UnitUtilization, int LintWarnings,
    double Accuracy, double ReferenceAccuracy, int StressSequences, bool Held, string? FirstDivergence = null, string? Waveform = null) : VerbResult
{
    /// <remarks>Nothing compared is nothing proven.</remarks>
    public override bool Passed => Words > 0 && Mismatches == 0 && CyclesSimulated == CyclesPredicted && LintWarnings == 0
        && Accuracy == ReferenceAccuracy && Held;

    internal override IEnumerable<string> Lines()
    {
        yield return $"words      {Show.Count(Words)} compared at {Taps} taps over {Show.Count(Sequences)} test and {Show.Count(StressSequences)} stress sequences, {Show.Count(Mismatches)} differ";
        yield return $"cycles     {Show.Count(CyclesSimulated)} simulated, {Show.Count(CyclesPredicted)} predicted";
        yield return $"a step     {Show.Count(CyclesPerFrame)} cycles interleaved ({Show.Count(CyclesPerFramePredicted)} predicted), {Show.Count(CyclesSingleStream)} single stream ({Show.Count(CyclesSingleStreamPredicted)} predicted)";
        yield return $"memories   {Show.Count(MemoryRows)} rows read back";
        yield return $"lint       {LintWarnings} warnings";
        yield return $"accuracy   {Show.Percent(Accuracy)} by the Verilog's words, {Show.Percent(ReferenceAccuracy)} by the reference's";
        if (FirstDivergence is not null) yield return $"first      {FirstDivergence}";
        if (Waveform is not null) yield return $"waveform   {Waveform}";
        yield return Passed ? "bit-exact" : "FAILED";
    }
}

/// <summary>Busy share of each unit's multipliers while streams are interleaved, 0..1.</summary>
public sealed record UnitUtilization(double Fft, double Ifft, double Vector);
