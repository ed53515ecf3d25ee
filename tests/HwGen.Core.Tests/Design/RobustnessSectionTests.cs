using HwGen.Core.Design;

namespace HwGen.Core.Tests.Design;

public sealed class RobustnessSectionTests
{
    private const string Network = """
        name: net
        quantization: { bits: 12 }
        network:
          layers:
            - { type: conv, channels: 16, kernel: 3, stride: 2, block_size: 1, rectify: true }
            - { type: dense, outputs: 12, block_size: 1, rectify: true }
            - { type: dense, outputs: 10, block_size: 1 }
        training:

        """;

    [Fact]
    public void Parse_EverySection_HasEveryValue()
    {
        var training = Parse("""
              method: dnr
              lasso: 0.01
              adversarial: { method: psat, epsilon: 0.2, steps: 5, step_size: 0.07, random_start: false, clean_weight: 0.5, lambda: 0.1, final_lambda: 0.9, schedule: linear, warmup_epochs: 2 }
              noise: { scale: 0.3, trained: false }
              dnr: { density: 0.05, unit: weight, prune_rate: 0.4, final_prune_rate: 0.02, rho: 0.001, rho_growth: 1.2, multiple: 1, balanced: true }
              cap: { epochs: 3, learning_rate: 0.02, final_learning_rate: 0.001, keep: 0.25, multiple: 4, reconstruction: 2 }
            """);
        Assert.Equal(new AdversarialSettings(AdversarialMethod.Psat, 0.2, 5, 0.07)
        {
            RandomStart = false,
            CleanWeight = 0.5,
            FirstThreshold = 0.1,
            FinalThreshold = 0.9,
            Schedule = ThresholdSchedule.Linear,
            WarmupEpochs = 2,
        }, training.Adversarial);
        Assert.Equal(new NoiseSettings(0.3, false), training.Noise);
        Assert.Equal((CompressionMethod.Dnr, 0.01), (training.Method, training.Lasso));
        Assert.Equal(new DnrSettings(0.05, PruningUnit.Weight, 0.4, 0.02) { Rho = 0.001, RhoGrowth = 1.2, IsBalanced = true }, training.Dnr);
        Assert.Equal(new CapSettings(new(3, 0.02, 0.001), 0.25, 4, 2), training.Cap);
    }

    [Fact]
    public void Parse_EmptyAdversarialSection_HasTheDocumentedDefaults()
    {
        Assert.Equal(new AdversarialSettings(AdversarialMethod.Pgd, 0.1, 7, 2.5 * 0.1 / 7), Parse("  method: none\n  adversarial:\n").Adversarial);
        Assert.Equal((0.5, 0.0, ThresholdSchedule.Linear), Parse("  method: none\n  adversarial: { method: dynamic }\n").Adversarial is { } a ? (a.FirstThreshold, a.FinalThreshold, a.Schedule) : default);
        Assert.Null(Parse("  method: none\n").Adversarial);
    }

    [Theory]
    [InlineData("  adversarial: { lambda: 0 }", "unknown key 'lambda' in 'training.adversarial'")]
    [InlineData("  adversarial: { method: trades, clean_weight: 0.5 }", "unknown key 'clean_weight'")]
    [InlineData("  adversarial: { epsilon: 0 }", "'training.adversarial.epsilon' is 0")]
    [InlineData("  noise: { scale: 1 }", "write method none or dnr")]
    [InlineData("  dnr: { prune_rate: 0.1, final_prune_rate: 0.2 }", "is above prune_rate")]
    [InlineData("  method: cap\n  cap: { keep: 2 }", "'training.cap.keep' is 2")]
    [InlineData("  method: dnr\n  dnr: { unit: channel, multiple: 8 }", "12 channels are no multiple of dnr's 8")]
    [InlineData("  method: dnr\n  dnr: { unit: channel, balanced: true }", "net.yaml:10:35: error: balanced counts single weights in rows")]
    [InlineData("  method: dnr\n  dnr: { unit: channel, multiple: 4 }\n  noise: {}", "noise belongs to channels")]
    public void Parse_WrongKey_IsALocatedError(string section, string message) => Assert.Contains(message, Complaint(Network + section + "\n"));

    [Theory]
    [InlineData("none\n  noise: {}", "block_size 2: write 1")]
    [InlineData("dnr", "blocks of 2 do not have")]
    [InlineData("cap", "make 'multiple' of the method a multiple of 2")]
    public void Parse_BlocksThatTheMethodCannotTake_IsAnErrorAtTheLayer(string method, string message)
    {
        string text = Network.Replace("outputs: 12, block_size: 1", "outputs: 12, block_size: 2", StringComparison.Ordinal) + $"  method: {method}\n";
        Assert.Contains(message, Complaint(text));
        Assert.StartsWith("net.yaml:6:", Complaint(text));
    }

    [Fact]
    public void Parse_RecurrentLayersAndChannels_IsAnError() =>
        Assert.Contains("only convolutions and dense layers", Complaint(Text.Smallest + "\ntraining: { method: cap }\n"));

    [Fact]
    public void Parse_DataWithLabelsOfSteps_RefusesAdversarialTraining() =>
        Assert.Contains("one label a sequence", Complaint(Text.Smallest.Replace("outputs: 10", "outputs: 39", StringComparison.Ordinal) + "\ndata: { name: speech }\ntraining: { adversarial: {} }\n"));

    [Fact]
    public void Threshold_OverTheEpochs_FollowsBothSchedules()
    {
        var steps = new AdversarialSettings(AdversarialMethod.Psat, 0.1, 7, 0.1);
        Assert.Equal([0, 0, 0, 1 / 3.0, 1 / 3.0, 2 / 3.0, 1], Enumerable.Range(0, 7).Select(e => steps.Threshold(e, 7)));
        var linear = steps with { Schedule = ThresholdSchedule.Linear, FinalThreshold = 0.4 };
        Assert.Equal([0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4], Enumerable.Range(0, 10).Select(e => Math.Round(linear.Threshold(e, 10), 12)));
        Assert.Equal(0.4, linear.Threshold(70, 100));       // exactly, not 0.4000000000000002
    }

    private static TrainingSettings Parse(string training) => DesignReader.Parse(Network + training, "net.yaml").Training;

    private static string Complaint(string text) => Assert.Throws<InputException>(() => DesignReader.Parse(text, "net.yaml")).Errors[0].ToString();
}
