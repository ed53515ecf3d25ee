using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Cli.Tests.Report;
using HwGen.Cli.Verbs;

namespace HwGen.Cli.Tests;

/// <summary>Steps that answer at once, for what lies around them.</summary>
internal sealed class FakePipeline
{
    public const string Design = """
        name: net
        network:
          layers:
            - { type: gru, hidden: 16, block_size: 4 }
            - { type: dense, outputs: 10, block_size: 4 }
        quantization: { bits: 12 }
        """;

    public TrainResult Train { get; init; } = new("net", new(0.9, 0.89), 10_000, 1_000, 4_000, 4);

    public VerifyResult Verify { get; init; } =
        new("net", 5_000, 0, 100, 8, 14, 1_234, 1_234, 75, 143, 75, 143, 0.72, new(0.31, 0.64, 0.4), 0, 0.875, 0.875, 21, true);

    public FaultResult Faults { get; init; } = new("net", 2, 2, 2, 5, [new("FlippedSign", "pe.v:3", 5, "a + b", "a - b", "tap accumulator"), new("RomBit", "w.hex:1", 6, "0f", "0e", "tap accumulator")]);

    public WordSearchResult Words { get; init; } = new("net", 100, 0.9, 0.9, new(12, 500),
        new(6, [4, 5], 0.89, [new(4, null), new(5, 0.5), new(6, 0.895)], [new(0, 96, [new(5, 0.89), new(4, 0.888)]), new(1, 40, [new(5, 0.89), new(4, 0.25)])]));

    /// <summary>Thrown by every step when set.</summary>
    public Exception? Thrown { get; init; }

    /// <summary>What the last step was told.</summary>
    public StepContext? Told { get; private set; }

    public PipelineSteps Steps => new(
        Answer(Train),
        Answer(new QuantizeResult("net", new(0.9, 0.89, 0.888), 10_000, 1_000, 12)),
        (context, limit, cancellation) => Answer(Words with { Target = Words.FloatAccuracy - limit.Loss, TargetDecibels = limit.Decibels })(context, cancellation),
        Answer(new GenerateResult("net", "rtl-out/net", 12, 75, 143, 56, 40_000, new(4, 1, 1, 8, 1))),
        Answer(Verify),
        (context, faults, seed, cancellation) => Answer(Faults with { Seed = seed })(context, cancellation),
        Answer(Sample.Model));

    public Verb[] Verbs => [
        new RunVerb(Steps), new TrainVerb(Steps.Train), new QuantizeVerb(Steps.Quantize, Steps.SearchWords), new GenerateVerb(Steps.Generate),
        new VerifyVerb(Steps.Verify, Steps.InjectFaults), new ReportVerb(Steps.Report)];

    private DesignStep<T> Answer<T>(T result) => (context, _) =>
    {
        Told = context;
        return Thrown is null ? Task.FromResult(result) : Task.FromException<T>(Thrown);
    };
}
