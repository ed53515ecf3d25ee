using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests;

/// <summary>Trainings that begin with weights from elsewhere.</summary>
public sealed class ImportedTrainingTests : IDisposable
{
    private static readonly SequenceDataset Train = Sample.Data(5, 60, 4, 6, 3), Test = Sample.Data(6, 30, 4, 6, 3);

    private static readonly TrainedNetwork Dense = Sample.Network(1, new GruLayer(6, 8, 1), new DenseLayer(8, 3, 1));

    private readonly string _root = Directory.CreateTempSubdirectory("hwgen-import-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Run_MethodNoneDense_KeepsTheWeights()
    {
        var outcome = Run(Design(CompressionMethod.None, 1));

        Assert.Equal(Packed(Dense), Packed(outcome.Dense));
        Assert.Equal(Packed(Dense), Packed(outcome.Circulant));
        Assert.Equal(TrainingRun.Accuracy(Dense, Test, Devices.Get("cpu")), outcome.CirculantAccuracy);
        Assert.Empty(outcome.Log.Epochs);
    }

    [Fact]
    public void Run_MethodNone_ProjectsAndNoMore()
    {
        var design = Design(CompressionMethod.None, 4);

        var outcome = Run(design);

        Assert.Equal(Packed(CirculantProjection.Project(Dense, design.Layers)), Packed(outcome.Circulant));
        Assert.Equal(TrainingRun.Accuracy(Dense, Test, Devices.Get("cpu")), outcome.DenseAccuracy);
    }

    [Fact]
    public void Run_Admm_GoesOnFromTheWeights()
    {
        var outcome = Run(Design(CompressionMethod.Admm, 4));

        Assert.Equal(Packed(Dense), Packed(outcome.Dense));
        Assert.Equal([TrainingPhase.Admm, TrainingPhase.Retrain], outcome.Log.Epochs.Select(e => e.Phase));
        Assert.Equal([4, 1], outcome.Circulant.Layers.Select(l => l.BlockSize));
    }

    [Fact]
    public void Untrained_Weights_AreProjected()
    {
        var design = Design(CompressionMethod.None, 4);

        Assert.Equal(Packed(CirculantProjection.Project(Dense, design.Layers)), Packed(TrainingRun.Untrained(design)));
    }

    [Fact]
    public void Run_OtherWeightsUnderTheSameName_AreAnotherTraining()
    {
        var design = Design(CompressionMethod.None, 1);
        Run(design);
        var other = Sample.Network(2, [.. Dense.Layers]);
        NetworkFile.Save(design.Weights!.Path, other, "test");

        Assert.Equal(Packed(other), Packed(Run(design).Circulant));
    }

    [Fact]
    public void Run_WeightsOfOtherLayers_SaysWhichAndWhere()
    {
        var design = Design(CompressionMethod.None, 1);
        NetworkFile.Save(design.Weights!.Path, Sample.Network(1, new GruLayer(6, 8, 1, 1, false), new DenseLayer(8, 3, 1)), "test");

        Assert.Equal($"net.yaml:3:12: error: layer 0 of {design.Weights.Path} is 'Gru 6 8 1 1 0', but the design's is 'Gru 6 8 1 1 1'; make them equal but for block sizes.",
            Assert.Throws<InputException>(() => Run(design)).Message);
    }

    private TrainingOutcome Run(DesignFile design) =>
        TrainingRun.Run(design, Devices.Get("cpu"), "digest", () => new(Train, [new("test", Test)]), _root, null, CancellationToken.None);

    private DesignFile Design(CompressionMethod method, int k)
    {
        string path = Path.Join(_root, "net.weights");
        if (!File.Exists(path)) NetworkFile.Save(path, Dense, "test");
        var phase = new PhaseSettings(1, 0.001, 0.0001);
        return new("net", 1, new("npz", null, new("net.yaml", 1, 1)), [new GruLayer(6, 8, k), new DenseLayer(8, 3, 1)],
            new(10, 1, phase, new(phase, 0.01, 1.1, 2), phase) { Method = method }, new(12, 10), new(2, 100, 10))
        {
            Weights = new(path, new("net.yaml", 3, 12)),
        };
    }

    private static float[] Packed(TrainedNetwork network) => new ParameterLayout(network.Layers).Pack(network);
}
