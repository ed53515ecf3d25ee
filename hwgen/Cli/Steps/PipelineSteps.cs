using HwGen.Cli.Report;
using HwGen.Cli.Results;

namespace HwGen.Cli.Steps;

/// <summary>Breaks the files in <c>rtl-out</c> in a number of ways, drawn by a seed, and tells which ones verification found.</summary>
public delegate Task<FaultResult> FaultStep(StepContext context, int faults, int seed, CancellationToken cancellation);

/// <summary>Searches the shortest words, and the cheapest shifts and segments, within a limit.</summary>
public delegate Task<WordSearchResult> WordStep(StepContext context, SearchLimit limit, CancellationToken cancellation);

/// <summary>The pipeline from data to a report, as the verbs call it.</summary>
/// <param name="Train">Data to trained network.</param>
/// <param name="Quantize">Trained network to fixed point.</param>
/// <param name="SearchWords">Chooses what the section 'quantization' says.</param>
/// <param name="Generate">Fixed point to Verilog in <c>rtl-out</c>.</param>
/// <param name="Verify">Co-simulates what lies in <c>rtl-out</c>.</param>
/// <param name="InjectFaults">Shows that <paramref name="Verify"/> can fail.</param>
/// <param name="Report">Gathers what the other steps left.</param>
public sealed record PipelineSteps(
    DesignStep<TrainResult> Train,
    DesignStep<QuantizeResult> Quantize,
    WordStep SearchWords,
    DesignStep<GenerateResult> Generate,
    DesignStep<VerifyResult> Verify,
    FaultStep InjectFaults,
    DesignStep<ReportModel> Report)
{
    /// <summary>All steps in order. A failed check does not stop the report, which shows it.</summary>
    public async Task<DesignResult> RunAsync(StepContext context, CancellationToken cancellation)
    {
        var train = await Train(context, cancellation);
        var quantize = await Quantize(context, cancellation);
        var generate = await Generate(context, cancellation);
        foreach (string line in generate.Lines()) context.Progress.Note($"{context.Design.Name}: {line}");
        var verify = await Verify(context, cancellation);
        var report = ReportFiles.Write(await Report(context, cancellation), context.Workspace);
        return new(context.Design.Name, train, quantize, generate, verify, report);
    }
}
