using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests.Robustness;

/// <summary>Whole trainings of small networks in folders that are deleted afterwards.</summary>
internal static class Training
{
    public const int Seed = 7;

    private static readonly TrainingIntervals EveryStep = new(TimeSpan.Zero, TimeSpan.Zero);

    public static DesignFile Design(LayerDescription[] layers, Func<TrainingSettings, TrainingSettings> change) => new("d", Seed, new("synthetic", null, new("design.yaml", 2, 9)), layers,
        change(new(10, 1.0, new(6, 0.02, 0.002), new(new(1, 0.01, 0.01), 0.05, 1.5, 3), new(2, 0.01, 0.001)) { Method = CompressionMethod.None }),
        new(12, 8), new(1, 100, 1));

    public static TrainingOutcome Run(LayerDescription[] layers, LabelledData train, LabelledData test, Func<TrainingSettings, TrainingSettings> change, int seed = Seed)
    {
        string root = Directory.CreateTempSubdirectory("hwgen-robust-").FullName;
        try
        {
            return TrainingRun.Run(Design(layers, change) with { Seed = seed }, Devices.Get("cpu"), "data", () => new(train, [new("test", test)]), root, null, default);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    public static TrainingOutcome Run(string root, DesignFile design, LabelledData train, LabelledData test, Action? step = null, CancellationToken stop = default,
        TrainingIntervals? intervals = null) =>
        TrainingRun.Run(design, Devices.Get("cpu"), "data", () => new(train, [new("test", test)]), root, step is null ? null : new Reports(step), stop, intervals ?? EveryStep);

    public static float[] Pack(TrainedNetwork network) => new ParameterLayout(network.Layers).Pack(network);

    private sealed class Reports(Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action();
    }
}
