using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Explore.Batch;
using HwGen.Sim.Reference;

namespace HwGen.Explore.Tests;

public sealed class FixedPointModelTests
{
    private static readonly HardwareSettings Hardware = new(3, 100, 1);

    private static readonly LayerDescription[] Picture =
        [new ConvLayer(new(5, 4, 2), 6, 3, 3, 1, 1, 1, rectify: true), new PoolLayer(new(5, 4, 6), PoolKind.Max, 2, 2), new DenseLayer(24, 8, 4, rectify: true), new DenseLayer(8, 3, 1)];

    private static readonly LayerDescription[] Recurrent = [new LstmLayer(4, 6, 0, false, 2, 2, 2), new DenseLayer(6, 3, 1)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Outputs_AnyNetwork_AreTheReferencesLastWords(bool picture)
    {
        AcceleratorPlan plan = new RandomDesign(5, picture ? Picture : Recurrent, 9, Hardware).Plan();
        Assert.Equal(picture, BatchEvaluator.Fits(plan));
        var random = new Random(5);
        int steps = picture ? 1 : 4, size = plan.Input.Size;
        float[][] sequences = [.. Enumerable.Range(0, 11).Select(_ => Enumerable.Range(0, steps * size).Select(_ => (float)(8 * random.NextDouble() - 4)).ToArray())];

        float[][] outputs = new FixedPointModel(plan, 2, CancellationToken.None).Outputs(sequences);

        var (reference, taps) = (new IntegerReference(plan), new StepTaps(plan));
        for (int s = 0; s < sequences.Length; s++)
        {
            for (int t = 0; t < steps; t++) reference.Step([.. sequences[s].Skip(t * size).Take(size).Select(v => plan.InputFormat.Quantize(v))], t == 0, taps);
            Assert.Equal(reference.Vector(plan.Program.Output)[..3].ToArray(), outputs[s].Select(v => (long)Math.ScaleB(v, plan.OutputFormat.FracBits)));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(12)]
    public void Dequantized_QuantizedAgain_GivesTheSameWords(int bits)
    {
        var design = new RandomDesign(6, Picture, bits, Hardware);
        TrainedNetwork network = design.Network();
        AcceleratorPlan plan = design.Plan();

        TrainedNetwork straight = FixedPointModel.Dequantized(network, plan);

        AcceleratorPlan again = AcceleratorPlan.Create("again", straight, design.Formats(network), Hardware);
        for (int l = 0; l < Picture.Length; l++)
        {
            Assert.Equal(plan.Parameters[l].Biases, again.Parameters[l].Biases);
            foreach (var (expected, actual) in plan.Parameters[l].Matrices.Zip(again.Parameters[l].Matrices))
                for (int i = 0; i < expected.RowBlocks; i++)
                    for (int j = 0; j < expected.ColumnBlocks; j++) Assert.Equal(expected.Block(i, j).ToArray(), actual.Block(i, j).ToArray());
        }
        Assert.NotEqual(network.Weights[2].Matrices.First().FirstColumns, straight.Weights[2].Matrices.First().FirstColumns);
    }

    [Fact]
    public void Seen_AnyValue_IsAWordOfTheInput()
    {
        AcceleratorPlan plan = new RandomDesign(7, Picture, 6, Hardware).Plan();
        var seen = new FixedPointModel(plan, 1, CancellationToken.None).Attacked.Seen;
        double half = Math.ScaleB(0.5, -plan.InputFormat.FracBits);
        foreach (float value in new[] { 0.013f, -0.4f, 0.77f })
        {
            Assert.InRange(seen(value), value - half, value + half);
            Assert.Equal(seen(value), seen(seen(value)));
        }
    }
}
