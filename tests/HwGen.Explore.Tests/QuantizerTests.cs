using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;

namespace HwGen.Explore.Tests;

/// <summary>Calibration and scoring against straightforward twins, on a random network (fixed seed) that was never trained.</summary>
public sealed class QuantizerTests
{
    private const int Seed = 41, Inputs = 5, Hidden = 6, Outputs = 3, K = 2, Steps = 4, Count = 120;

    private readonly Random _random = new(Seed);
    private readonly TrainedNetwork _network;
    private readonly SequenceDataset _data;

    public QuantizerTests()
    {
        _network = new(
            [new GruLayer(Inputs, Hidden, K), new DenseLayer(Hidden, Outputs, K)],
            [
                new GruWeights(
                    [.. Enumerable.Range(0, 3).Select(_ => Matrix(Hidden, Inputs))], [.. Enumerable.Range(0, 3).Select(_ => Matrix(Hidden, Hidden))],
                    [.. Enumerable.Range(0, 3).Select(_ => Values(Hidden))], [.. Enumerable.Range(0, 3).Select(_ => Values(Hidden))]),
                new DenseWeights(Matrix(Outputs, Hidden), Values(Outputs)),
            ]);
        _data = new(Count, Steps, Inputs, Outputs, Values(Count * Steps * Inputs), [.. Enumerable.Range(0, Count).Select(_ => (byte)_random.Next(Outputs))]);
    }

    [Fact]
    public void Calibrate_MoreSequencesThanThereAre_UsesAllAndHoldsEveryValue()
    {
        NetworkRanges ranges = Quantizer.Calibrate(_network, _data, 10 * Count);

        Assert.Equal(_data.Inputs.Max(Math.Abs), ranges.Vectors[0], 1e-12);
        Assert.True(ranges.Vectors[1] is > 0 and < 1);
        Assert.All(ranges.Spectra.Zip(ranges.Vectors), r => Assert.True(r.First <= K * r.Second + 1e-12));
    }

    [Fact]
    public void Calibrate_FewSequences_IsWithinAllSequences()
    {
        NetworkRanges few = Quantizer.Calibrate(_network, _data, 3), all = Quantizer.Calibrate(_network, _data, Count);

        Assert.All(few.Sums.Zip(all.Sums), r => Assert.True(r.First <= r.Second));
        Assert.True(few.Vectors[0] < all.Vectors[0]);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(14)]
    public void Evaluate_AnyThreads_EqualsOneReferenceSequenceBySequence(int bits)
    {
        AcceleratorPlan plan = Plan(bits);

        var model = new FixedPointModel(plan, 2, CancellationToken.None, byReference: true);
        FixedPointScore score = model.Score(_data, null);

        var reference = new IntegerReference(plan);
        var taps = new StepTaps(plan);
        int hits = 0;
        foreach ((long[][] sequence, int s) in Stimulus.Quantize(plan, Enumerable.Range(0, Count).Select(s => Quantizer.Read(_data, s))).Select((q, s) => (q, s)))
        {
            for (int t = 0; t < Steps; t++) reference.Step(sequence[t], t == 0, taps);
            long[] outputs = [.. reference.Vector(plan.Program.Output)[..Outputs]];
            if (Array.IndexOf(outputs, outputs.Max()) == _data.AllLabels[s]) hits++;
        }
        Assert.Equal((double)hits / Count, score.Accuracy);
        Assert.Equal(reference.Saturations().Sites, model.Saturations.Sites);
    }

    [Fact]
    public void Evaluate_ManyBits_AgreesWithTheFloatNetworkOnNearlyAllClasses()
    {
        var float64 = new DenseModel(_network);
        byte[] classes = [.. Enumerable.Range(0, Count).Select(s => (byte)float64.Classify(_data.Sequence(s), Steps))];

        FixedPointScore score = new FixedPointModel(Plan(18), 2, CancellationToken.None).Score(new SequenceDataset(_data.Count, _data.Steps, _data.InputSize, _data.Classes, _data.Inputs, classes), null);

        // 18 bits leave errors of about 1e-3 in outputs that are about 1 apart: a few of 120 classes may be that close.
        Assert.True(score.Accuracy >= 0.97, $"{score.Accuracy}");
    }

    [Fact]
    public void Measure_MoreBits_GivesAboutSixDecibelsEach()
    {
        ArraySegment<float>[] sequences = [.. Enumerable.Range(0, 20).Select(s => Quantizer.Read(_data, s))];
        IReadOnlyList<SignalToNoise> few = SignalToNoise.Measure(Plan(8), _network, sequences), many = SignalToNoise.Measure(Plan(14), _network, sequences);

        Assert.Equal(["layer 0: W_z x + R_z h", "layer 0: W_r x + R_r h", "layer 0: W_n x", "layer 0: R_n h", "layer 1: W x", "h0", "y1"], few.Select(p => p.Place));
        foreach (var (a, b) in few.Zip(many).Where(p => p.First.Place.StartsWith("layer", StringComparison.Ordinal)))
            // 6.02 dB a bit; binary points are whole, and the state's own error comes in where it runs free.
            Assert.InRange(b.Forced - a.Forced, 6 * 6.02 - 8, 6 * 6.02 + 8);
        Assert.All(many, p => Assert.True(p.Forced >= p.Free - 0.5, $"{p.Place}: {p.Forced} {p.Free}"));
    }

    [Theory]
    [InlineData(new long[] { 3, 5, 5, -1 }, 1)]
    [InlineData(new long[] { -4, -4 }, 0)]
    public void Class_Tie_TakesTheFirst(long[] outputs, int expected) => Assert.Equal(expected, Quantizer.Class(outputs));

    private AcceleratorPlan Plan(int bits) => AcceleratorPlan.Create("explore-test", _network,
        NetworkFormats.Choose(_network, Quantizer.Calibrate(_network, _data, Count), new(bits, Count)), new HardwareSettings(2, 100, 1));

    private BlockCirculantMatrix Matrix(int rows, int columns) =>
        new(rows, columns, K, Values((rows + K - 1) / K * ((columns + K - 1) / K) * K));

    private float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(_random.NextDouble() * 2 - 1))];
}
