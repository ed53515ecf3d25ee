using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Scoring;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests;

/// <summary>CTC inside a network: each sequence's loss and gradient go to its own rows and classes.</summary>
public sealed class CtcTrainingTests
{
    private const int Seed = 12, Inputs = 5, Classes = 6;

    private static readonly LayerDescription[] Layers = [new GruLayer(Inputs, 8, 4), new DenseLayer(8, Classes, 4)];

    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu-sim")]
    public void Backward_Ctc_GivesTheBiasTheSumOfTheLogitsGradients(string device)
    {
        var data = new SymbolData(FrameData.Random(Seed, Inputs, Classes, 7, 4, 0, 1));
        var network = Sample.Network(Seed, Layers);
        var ops = Devices.Get(device);
        using var model = new NetworkModel(ops, Layers, 5, 9, LabelKind.Frame, LossKind.Ctc);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();

        var score = model.Forward(data, [0, 1, 2, 3], train: true);
        model.Backward();

        double loss = 0;
        int symbols = 0, hits = 0;
        var expected = new double[Classes];
        for (int i = 0; i < data.Count; i++)
        {
            var inputs = new float[data.Length(i) * Inputs];
            data.Read(i, inputs);
            float[] logits = [.. NaiveNetwork.Outputs(network, [.. inputs.Chunk(Inputs)]).SelectMany(o => o).Select(v => (float)v)], gradient = new float[logits.Length];
            double own = CtcLoss.Compute(logits, data.Length(i), Classes, data.Symbols(i), gradient);
            loss += double.IsInfinity(own) ? 0 : own;
            symbols += data.Symbols(i).Length;
            hits += data.Symbols(i).Length - (int)EditDistance.Count(data.Symbols(i), Decoder.BestPath(logits, data.Length(i), Classes)).Errors;
            for (int j = 0; j < gradient.Length; j++) expected[j % Classes] += gradient[j];
        }
        var vector = new float[model.Layout.Length];
        ops.Download(model.Gradient, vector);
        float[] bias = ((DenseWeights)model.Layout.Unpack(vector).Weights[1]).Bias;
        Assert.Equal((symbols, hits), (score.Labels, score.Hits));
        // Logits of up to 4 are off by some tens of roundings; a gradient is a sum over 12 steps of numbers below 1.
        Assert.Equal(loss, score.Loss, 12 * 100 * Sample.Unit);
        for (int c = 0; c < Classes; c++) Assert.Equal(expected[c] / symbols, bias[c], 12 * 100 * Sample.Unit);
        Assert.Contains(bias, b => Math.Abs(b) > 1000 * 12 * 100 * Sample.Unit);
    }

    [Fact]
    public void Run_Ctc_LearnsTheOrder()
    {
        string root = Directory.CreateTempSubdirectory("hwgen-ctc-").FullName;
        try
        {
            // A step's largest input is its class; what is said is each class once while it lasts.
            var data = new SymbolData(new FrameData(Inputs, Classes - 1, [.. Enumerable.Range(0, 60).Select(i => Spoken(i))]));
            var design = new DesignFile("ctc", Seed, new("synthetic", null, new("design.yaml", 1, 1)), Layers,
                new(10, 1.0, new(25, 0.02, 0.002), new(new(4, 0.01, 0.01), 0.05, 1.5, 3), new(8, 0.01, 0.001)) { Loss = LossKind.Ctc }, new(12, 8), new(1, 100, 1));
            var outcome = TrainingRun.Run(design, Devices.Get("cpu"), "data", () => new(data, [new("test", data)]), root, null, default);
            Assert.True(outcome.Scores[0].Errors!.Value.Rate < 0.3, $"error rate {outcome.Scores[0].Errors!.Value.Rate}");
            Assert.Equal(outcome.Scores[0].Errors!.Value.ReferenceLength, outcome.Scores[0].Labels);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static float[] Spoken(int i)
    {
        var values = Sample.Values(Seed + i, (4 + i % 5) * Inputs);
        for (int t = 0; t < values.Length / Inputs; t++) values[t * Inputs + (i + t / 2) % (Classes - 1)] += 3;
        return values;
    }

    /// <summary>The order of the labels, each run once.</summary>
    private sealed class SymbolData(FrameData frames) : LabelledData
    {
        public override int Count => frames.Count;

        public override int InputSize => frames.InputSize;

        public override int Classes => CtcTrainingTests.Classes - 1;

        public override LabelKind Kind => LabelKind.Frame;

        public override int Length(int index) => frames.Length(index);

        public override void Read(int index, Span<float> inputs) => frames.Read(index, inputs);

        public override ReadOnlySpan<byte> Labels(int index) => frames.Labels(index);

        public override ReadOnlySpan<byte> Symbols(int index)
        {
            var symbols = new List<byte>();
            foreach (byte label in frames.Labels(index))
                if (label < Classes && (symbols.Count == 0 || symbols[^1] != label)) symbols.Add(label);
            return symbols.ToArray();
        }
    }
}
