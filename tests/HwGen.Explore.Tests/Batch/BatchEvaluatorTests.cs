using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Explore.Batch;
using HwGen.Frontend.Data;
using HwGen.Sim.Reference;
using Xunit.Abstractions;

namespace HwGen.Explore.Tests.Batch;

/// <summary>Sequences side by side against the integer reference, one after the other.</summary>
public sealed class BatchEvaluatorTests(ITestOutputHelper output)
{
    private const int Steps = 5;

    private static readonly HardwareSettings Hardware = new(3, 100, 1);

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
    public void Step_RandomGrus_GivesTheReferencesWords(int blockSize, int bits, int layers) =>
        AssertEqualsReference(RandomDesign.Draw(100 * blockSize + bits, blockSize, bits, layers));

    [Theory]
    [InlineData(1, 6)]
    [InlineData(4, 9)]
    [InlineData(8, 16)]
    public void Step_DenseLayersBetweenGrus_GivesTheReferencesWords(int k, int bits) => AssertEqualsReference(new(40 + k,
        [new DenseLayer(7, 9, k, rectify: true), new GruLayer(9, 11, k), new DenseLayer(11, 6, k, rectify: true), new GruLayer(6, 5, k), new DenseLayer(5, 10, k), new DenseLayer(10, 3, k)], bits, Hardware));

    [Theory]
    [InlineData(1, 7, 0, true)]
    [InlineData(4, 18, 6, true)]
    [InlineData(8, 10, 12, false)]
    [InlineData(16, 14, 0, true)]
    public void Step_Lstms_GivesTheReferencesWords(int k, int bits, int projection, bool peepholes)
    {
        int outputs = projection > 0 ? projection : 11;
        AssertEqualsReference(new(60 + k, [new LstmLayer(5, 11, projection, peepholes, k, k, k), new LstmLayer(outputs, 11, projection, peepholes, k, k, k), new DenseLayer(outputs, 3, k)], bits, Hardware));
    }

    public static TheoryData<int, int, LayerDescription[]> MixedBlocks() => new()
    {
        { 1, 8, [new GruLayer(9, 13, 8), new DenseLayer(13, 5, 1)] },
        { 2, 12, [new GruLayer(9, 13, 2, 8, linearBeforeReset: true), new GruLayer(13, 6, 4), new DenseLayer(6, 5, 2, rectify: true), new DenseLayer(5, 4, 16)] },
        { 3, 5, [new LstmLayer(5, 11, 6, true, 4, 2, 8), new LstmLayer(6, 9, 0, true, 1, 8, 1), new DenseLayer(9, 3, 1)] },
        { 4, 18, [new LstmLayer(7, 19, 10, true, 16, 4, 1), new GruLayer(10, 7, 1, 2, linearBeforeReset: true), new DenseLayer(7, 17, 8)] },
    };

    [Theory]
    [MemberData(nameof(MixedBlocks))]
    public void Step_CellsOfMixedBlocks_GivesTheReferencesWords(int seed, int bits, LayerDescription[] layers) => AssertEqualsReference(new(70 + seed, layers, bits, Hardware));

    [Fact]
    public void Step_NoLayerBehindTheGru_GivesTheReferencesWords() => AssertEqualsReference(new(50, [new GruLayer(5, 7, 2)], 10, Hardware));

    public static TheoryData<int, int, LayerDescription[]> Maps()
    {
        ImageShape picture = new(7, 6, 2), map = new(7, 6, 5), small = new(3, 2, 5);
        return new()
        {
            { 1, 12, [new ConvLayer(picture, 5, 3, 3, 1, 1, 1, rectify: true), new PoolLayer(map, PoolKind.Max, 2, 2), new DenseLayer(45, 6, 1, rectify: true), new DenseLayer(6, 3, 1)] },
            { 2, 8, [new ConvLayer(picture, 5, 3, 3, 1, 1, 1), new PoolLayer(map, PoolKind.Average, 2, 3), new ConvLayer(small with { Width = 2, Height = 2 }, 9, 2, 2, 1, 1, 4, rectify: true), new DenseLayer(81, 7, 8), new DenseLayer(7, 3, 1)] },
            { 3, 5, [new ConvLayer(picture, 6, 3, 3, 2, 1, 2, rectify: true), new ConvLayer(new(4, 3, 6), 8, 3, 3, 2, 1, 8, rectify: true), new DenseLayer(32, 4, 2)] },
            { 4, 18, [new DenseLayer(13, 20, 4, rectify: true), new DenseLayer(20, 9, 16), new DenseLayer(9, 3, 1)] },
        };
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void Step_MapsAndMixedBlocks_GivesTheReferencesWords(int seed, int bits, LayerDescription[] layers) =>
        AssertEqualsReference(new(60 + seed, layers, bits, layers[0] is DenseLayer ? Hardware with { ColumnsPerCycle = 3 } : Hardware));

    [Fact]
    public void Outputs_SequencesOfManySteps_GivesTheReferencesLastWords()
    {
        var random = RandomDesign.Draw(9, 4, 9);
        AcceleratorPlan plan = random.Plan();
        SequenceDataset data = Data(random, 11);
        ArraySegment<float>[] sequences = [.. Enumerable.Range(0, data.Count).Select(s => Quantizer.Read(data, s))];
        var (reference, taps) = (new IntegerReference(plan), new StepTaps(plan));

        long[][] outputs = new BatchEvaluator(plan).Outputs(sequences, false, 2, CancellationToken.None);

        for (int s = 0; s < data.Count; s++)
        {
            for (int t = 0; t < Steps; t++) reference.Step([.. Input(data, s, t).ToArray().Select(v => plan.InputFormat.Quantize(v))], t == 0, taps);
            Assert.Equal(reference.Vector(plan.Program.Output)[..plan.Output.Size].ToArray(), outputs[s]);
        }
    }

    [Fact]
    public void Fits_AnotherKindOfNetwork_IsForTheReference()
    {
        LayerDescription[][] others =
        [
            [new GruLayer(4, 6, 2, 2, linearBeforeReset: false)],
            [new ConvLayer(new(3, 3, 1), 4, 2, 2, 1, 0, 1), new DenseLayer(16, 5, 1), new GruLayer(5, 3, 1)],
        ];
        foreach (LayerDescription[] layers in others)
        {
            AcceleratorPlan plan = new RandomDesign(1, layers, 8, Hardware).Plan();
            Assert.False(BatchEvaluator.Fits(plan), string.Join("; ", layers.AsEnumerable()));
            Assert.Throws<ArgumentException>(() => new BatchEvaluator(plan));
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(21, 1)]
    [InlineData(21, 2)]
    public void Accuracy_AnyCountAndThreads_EqualsTheReferences(int count, int threads)
    {
        var random = RandomDesign.Draw(7, 4, 6);
        AssertSameAccuracy(random.Plan(), Data(random, count), threads);
    }

    [Fact]
    public void Accuracy_LabelledStepsOfUnequalSequences_EqualsTheReferences()
    {
        var random = RandomDesign.Draw(8, 4, 6);
        AssertSameAccuracy(random.Plan(), new UnequalSteps(Data(random, 21)), 2);
    }

    private static void AssertSameAccuracy(AcceleratorPlan plan, LabelledData data, int threads)
    {
        Assert.Equal(new FixedPointModel(plan, 1, CancellationToken.None, byReference: true).Score(data, null), new FixedPointModel(plan, threads, CancellationToken.None).Score(data, null));
    }

    private void AssertEqualsReference(RandomDesign random)
    {
        output.WriteLine(random.ToString());
        AcceleratorPlan plan = random.Plan();
        Assert.True(BatchEvaluator.Fits(plan));
        SequenceDataset data = Data(random, Lanes.Count);
        LaneEngine run = MapNetwork.Fits(plan) ? new MapRun(new(plan)) : new LaneRun(new(plan));
        IntegerReference[] references = [.. Enumerable.Range(0, Lanes.Count).Select(_ => new IntegerReference(plan))];
        var taps = new StepTaps(plan);

        run.Begin();
        for (int t = 0; t < Steps; t++)
        {
            for (int s = 0; s < Lanes.Count; s++) run.SetInput(s, Input(data, s, t));
            // Without an output, the layers behind the last GRU keep the words of the step before.
            bool whole = t is 0 or Steps - 1;
            run.Step(whole);
            for (int s = 0; s < Lanes.Count; s++)
            {
                references[s].Step([.. Input(data, s, t).ToArray().Select(v => plan.InputFormat.Quantize(v))], t == 0, taps);
                for (int l = 0; run is LaneRun recurrent && l < plan.Layers.Count; l++)
                    if (plan.Layers[l] is GruLayer or LstmLayer) Assert.Equal(references[s].State(l).ToArray(), Words(recurrent.State(l), s));
                for (int v = 0; whole && v < plan.Program.Vectors.Count; v++) Assert.Equal(references[s].Vector(v).ToArray(), Words(run.Vector(v), s));
            }
        }
    }

    private static long[] Words(ReadOnlySpan<double> words, int lane)
    {
        var own = new long[words.Length / Lanes.Count];
        for (int i = 0; i < own.Length; i++) own[i] = (long)words[i * Lanes.Count + lane];
        return own;
    }

    private static ReadOnlySpan<float> Input(SequenceDataset data, int sequence, int step) => data.Sequence(sequence).Slice(step * data.InputSize, data.InputSize);

    /// <summary>Twice the range of the calibration, so that inputs saturate too.</summary>
    private static SequenceDataset Data(RandomDesign design, int count)
    {
        var random = new Random(design.Seed + 9);
        int inputs = design.Layers[0].InputSize, outputs = design.Layers[^1].OutputSize;
        return new(count, Steps, inputs, outputs,
            [.. Enumerable.Range(0, count * Steps * inputs).Select(_ => (float)(8 * random.NextDouble() - 4))],
            [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(outputs))]);
    }

    /// <summary>A label for every step, sequences cut to different lengths, some to none.</summary>
    private sealed class UnequalSteps(SequenceDataset whole) : LabelledData
    {
        public override int Count => whole.Count;

        public override int InputSize => whole.InputSize;

        public override int Classes => whole.Classes;

        public override LabelKind Kind => LabelKind.Frame;

        public override int Length(int index) => index * 7 % (Steps + 1);

        public override void Read(int index, Span<float> inputs) => whole.Sequence(index)[..(Length(index) * InputSize)].CopyTo(inputs);

        public override ReadOnlySpan<byte> Labels(int index) => Enumerable.Range(0, Length(index)).Select(t => (byte)((index + t) % Classes)).ToArray();
    }
}
