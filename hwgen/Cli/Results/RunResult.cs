namespace HwGen.Cli.Results;

/// <param name="Designs">One entry a design, in the order given.</param>
public sealed record RunResult(IReadOnlyList<DesignResult> Designs) : VerbResult
{
    public override bool Passed => Designs.All(d => d.Passed);

    internal override IEnumerable<string> Lines()
    {
        string[] Row(string label, Func<DesignResult, string> cell) => [label, .. Designs.Select(cell)];
        return TextTable.Render(
            Row("", d => d.Design),
            [
                Row("accuracy, dense float", d => Over(d.Train.Accuracy.Dense, d.Train.TestSequences)),
                Row("accuracy, block-circulant float", d => $"{Over(d.Train.Accuracy.Circulant, d.Train.TestSequences)}, k={d.Train.BlockSize}"),
                Row("accuracy, fixed point", d => $"{Over(d.Quantize.Accuracy.FixedPoint, d.Quantize.TestSequences)}, {d.Quantize.Bits} bits"),
                .. Designs.All(d => d.Quantize.Per is null) ? [] : new[] { Row("phone error rate, dense, block-circulant, fixed point", d => d.Quantize.Per is { } per
                    ? $"{Show.Percent(per.Dense)}, {Show.Percent(per.Circulant)}, {Show.Percent(per.FixedPoint)}" : "") },
                Row("accuracy, reference, same sequences as RTL", d => Over(d.Verify.ReferenceAccuracy, d.Verify.Sequences)),
                Row("accuracy, RTL", d => Over(d.Verify.Accuracy, d.Verify.Sequences)),
                Row("parameters (dense)", d => $"{Show.Count(d.Train.Parameters)} ({Show.Count(d.Train.DenseParameters)})"),
                Row("cycles a step, predicted", d => Show.Count(d.Generate.CyclesPerFrame)),
                Row("cycles a step, simulated", d => Show.Count(d.Verify.CyclesPerFrame)),
                Row("cycles a step, single stream", d => Show.Count(d.Verify.CyclesSingleStream)),
                Row("cycles of the run, predicted", d => Show.Count(d.Verify.CyclesPredicted)),
                Row("cycles of the run, simulated", d => Show.Count(d.Verify.CyclesSimulated)),
                Row("words compared", d => Show.Count(d.Verify.Words)),
                Row("words that differ", d => Show.Count(d.Verify.Mismatches)),
                Row("first divergence", d => d.Verify.FirstDivergence ?? "none"),
                Row("report", d => d.Report.Page),
                Row("", d => d.Passed ? "bit-exact" : "FAILED"),
            ]);
    }

    private static string Over(double? accuracy, int sequences) => $"{Show.Percent(accuracy)} of {Show.Count(sequences)}";
}

/// <summary>All that one design's stages answered.</summary>
public sealed record DesignResult(
    string Design, TrainResult Train, QuantizeResult Quantize, GenerateResult Generate, VerifyResult Verify, ReportResult Report)
{
    public bool Passed => Verify.Passed;
}
