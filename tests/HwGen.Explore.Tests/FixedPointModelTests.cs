using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Explore.Batch;
using HwGen.Frontend.Data;
using HwGen.Frontend.Scoring;
using HwGen.Sim.Reference;

namespace HwGen.Explore.Tests;

public sealed class FixedPointModelTests
{
    private static readonly HardwareSettings Hardware = new(3, 100, 1);

    private static readonly LayerDescription[] Picture =
        [new ConvLayer(new(5, 4, 2), 6, 3, 3, 1, 1, 1, rectify: true), new PoolLayer(new(5, 4, 6), PoolKind.Max, 2, 2), new DenseLayer(24, 8, 4, rectify: true), new DenseLayer(8, 3, 1)];

    private static readonly LayerDescription[] Recurrent = [new GruLayer(4, 6, 2, 2, linearBeforeReset: false), new DenseLayer(6, 3, 1)];

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
    [InlineData(LossKind.CrossEntropy, false)]
    [InlineData(LossKind.CrossEntropy, true)]
    [InlineData(LossKind.Ctc, false)]
    public void Score_LabelledSteps_RecognisesFromTheReferencesWords(LossKind loss, bool slow)
    {
        LayerDescription[] layers = [new GruLayer(4, 6, 2, 2, linearBeforeReset: !slow), new DenseLayer(6, 5, 1)];
        AcceleratorPlan plan = new RandomDesign(7, layers, 9, Hardware).Plan();
        var model = new FixedPointModel(plan, 2, CancellationToken.None);
        int classes = loss == LossKind.Ctc ? 4 : 5;
        Utterances train = new(31, 260, classes), test = new(32, 9, classes);

        Recognizer recognizer = model.ChooseRecognizer(loss, train)!;
        FixedPointScore score = model.Score(test, recognizer);

        var (reference, taps) = (new IntegerReference(plan), new StepTaps(plan));
        // Of 260 utterances every one is asked: 200 is more than half of them.
        double[] penalties = loss == LossKind.Ctc ? [0] : [0, 0.5, 1, 2, 3, 4, 6, 8];
        double best = penalties.MinBy(p => Enumerable.Range(0, train.Count).Sum(i => Edits(train, i, p).Errors));
        var errors = Enumerable.Range(0, test.Count).Select(i => Edits(test, i, best)).Aggregate((a, b) => a + b);
        Assert.Equal(best, recognizer.Penalty);
        Assert.Equal(errors, score.Errors);
        int labels = Enumerable.Range(0, test.Count).Sum(i => loss == LossKind.Ctc ? test.Symbols(i).Length : test.Length(i));
        double hits = loss == LossKind.Ctc ? errors.ReferenceLength - errors.Errors
            : Enumerable.Range(0, test.Count).Sum(i => Outputs(test, i).Chunk(5).Zip(test.Labels(i).ToArray()).Count(o => Array.IndexOf(o.First, o.First.Max()) == o.Second));
        Assert.Equal(hits / labels, score.Accuracy);

        ErrorCounts Edits(Utterances data, int i, double penalty) => EditDistance.Count(data.Symbols(i), loss == LossKind.Ctc
            ? Decoder.BestPath(Outputs(data, i), data.Length(i), 5) : Decoder.BestLabels(Outputs(data, i), data.Length(i), 5, penalty));

        float[] Outputs(Utterances data, int i)
        {
            var outputs = new List<float>();
            foreach (var (t, step) in Quantizer.Read(data, i).Chunk(4).Index())
            {
                reference.Step([.. step.Select(v => plan.InputFormat.Quantize(v))], t == 0, taps);
                foreach (long word in reference.Vector(plan.Program.Output)[..5]) outputs.Add((float)plan.OutputFormat.ToDouble(word));
            }
            return [.. outputs];
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

    /// <summary>Random steps of lasting classes; what is said is each run of them once.</summary>
    private sealed class Utterances(int seed, int count, int classes) : LabelledData
    {
        public override int Count => count;

        public override int InputSize => 4;

        public override int Classes => classes;

        public override LabelKind Kind => LabelKind.Frame;

        public override int Length(int index) => (index * 5 + seed) % 13;

        public override void Read(int index, Span<float> inputs)
        {
            var random = new Random(seed * 1000 + index);
            for (int i = 0; i < inputs.Length; i++) inputs[i] = (float)(4 * random.NextDouble() - 2);
        }

        public override ReadOnlySpan<byte> Labels(int index) => Enumerable.Range(0, Length(index)).Select(t => (byte)((index + t / 3) % classes)).ToArray();

        public override ReadOnlySpan<byte> Symbols(int index) => Transcription.Folded(this, Labels(index));
    }
}
