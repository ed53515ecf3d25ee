using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Explore.Batch;
using HwGen.Frontend.Data;
using HwGen.Sim.Reference;
using HwGen.Tests;
using Xunit.Abstractions;

namespace HwGen.Explore.Tests.Batch;

/// <summary>Sequences side by side against the integer reference, one after the other.</summary>
public sealed class BatchEvaluatorTests(ITestOutputHelper output)
{
    private const int Steps = 5;

    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>();
        foreach (int k in (int[])[1, 2, 4, 8, 16, 32, 64])
            foreach (int bits in (int[])[4, 8, 12, 18])
                shapes.Add(k, bits, 1 + (k + bits) % 2);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Step_RandomNetwork_GivesTheReferencesWords(int blockSize, int bits, int layers)
    {
        var random = RandomNetwork.Draw(100 * blockSize + bits, blockSize, bits, layers);
        output.WriteLine(random.ToString());
        AcceleratorPlan plan = random.Plan();
        Assert.True(BatchEvaluator.Fits(plan));
        SequenceDataset data = Data(random, Lanes.Count);
        var run = new LaneRun(new(plan));
        IntegerReference[] references = [.. Enumerable.Range(0, Lanes.Count).Select(_ => new IntegerReference(plan))];
        var taps = new StepTaps(plan);

        run.Begin();
        for (int t = 0; t < Steps; t++)
        {
            for (int s = 0; s < Lanes.Count; s++) run.SetInput(s, Input(data, s, t));
            run.Step();
            run.Output();
            for (int s = 0; s < Lanes.Count; s++)
            {
                references[s].Step([.. Input(data, s, t).ToArray().Select(v => plan.Vectors[0].Formats.Value.Quantize(v))], t == 0, taps);
                for (int l = 0; l < plan.Layers.Count; l++)
                    if (plan.Layers[l] is GruLayer) Assert.Equal(references[s].State(l).ToArray(), Words(run.State(l), s));
                Assert.Equal([.. Enumerable.Range(0, plan.OutputBlocks).SelectMany(b => taps[plan.OutputTap, b].ToArray())], Words(run.Outputs, s));
            }
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(21, 1)]
    [InlineData(21, 2)]
    public void Accuracy_AnyCountAndThreads_EqualsTheReferences(int count, int threads)
    {
        var random = RandomNetwork.Draw(7, 4, 6);
        AcceleratorPlan plan = random.Plan();
        SequenceDataset data = Data(random, count);

        double accuracy = new BatchEvaluator(plan).Accuracy(data, threads, CancellationToken.None);

        Assert.Equal(Quantizer.Evaluate(plan, data, null, CancellationToken.None).Accuracy, accuracy);
    }

    private static long[] Words(ReadOnlySpan<double> words, int lane)
    {
        var own = new long[words.Length / Lanes.Count];
        for (int i = 0; i < own.Length; i++) own[i] = (long)words[i * Lanes.Count + lane];
        return own;
    }

    private static ReadOnlySpan<float> Input(SequenceDataset data, int sequence, int step) => data.Sequence(sequence).Slice(step * data.InputSize, data.InputSize);

    /// <summary>Twice the range of the calibration, so that inputs saturate too.</summary>
    private static SequenceDataset Data(RandomNetwork network, int count)
    {
        var random = new Random(network.Seed + 9);
        return new(count, Steps, network.Input, network.Outputs,
            [.. Enumerable.Range(0, count * Steps * network.Input).Select(_ => (float)(8 * random.NextDouble() - 4))],
            [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(network.Outputs))]);
    }
}
