using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>From data to a trained block-circulant network: a dense baseline, ADMM, retraining.</summary>
public static class TrainingRun
{
    private const string CheckpointMagic = "HWGENCKP";

    /// <summary>Trains, or goes on where a stopped run was, or reads what is up to date.</summary>
    /// <param name="artifactsRoot">The baseline goes to dense-HASH/ in it, the rest to a folder of the design's name.</param>
    /// <param name="device">One of <see cref="ComputeDevice.Names"/>.</param>
    /// <exception cref="InputException">Data or files of an earlier run are missing or damaged, or training diverged.</exception>
    /// <exception cref="OperationCanceledException">Stopped; a checkpoint was saved.</exception>
    public static TrainingOutcome Run(DesignFile design, string artifactsRoot, string device, IProgress<TrainingProgress>? progress, CancellationToken stop)
    {
        if (design.Data.Name != FashionMnist.Name)
            throw new InputException(design.Data.Location.Error($"unknown data set '{design.Data.Name}'; use {FashionMnist.Name}."));
        string digest = FashionMnist.Digest(design.Data);
        using var ops = ComputeDevice.Open(device);
        return Run(design, ops, digest, () => FashionMnist.Load(design.Data), artifactsRoot, progress, stop);
    }

    /// <summary>Share of the sequences that a network classifies right, 0..1.</summary>
    public static double Accuracy(TrainedNetwork network, SequenceDataset data, string device)
    {
        using var ops = ComputeDevice.Open(device);
        return Accuracy(network, data, ops);
    }

    internal static double Accuracy(TrainedNetwork network, SequenceDataset data, Ops ops)
    {
        using var model = new NetworkModel(ops, network.Layers, Math.Min(128, data.Count), data.Steps);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        return Evaluation.Accuracy(model, data);
    }

    /// <param name="dataDigest">Stands for what <paramref name="load"/> returns.</param>
    /// <param name="load">Called only when there is something to train.</param>
    internal static TrainingOutcome Run(DesignFile design, Ops ops, string dataDigest, Func<(SequenceDataset Train, SequenceDataset Test)> load,
        string artifactsRoot, IProgress<TrainingProgress>? progress, CancellationToken stop, TrainingIntervals? intervals = null)
    {
        string denseKey = TrainingKeys.Dense(design, dataDigest, ops.Kind), key = TrainingKeys.Circulant(design, denseKey);
        var denseFiles = new Artifacts(Path.Combine(artifactsRoot, $"dense-{denseKey[..16]}"), denseKey);
        var files = new Artifacts(Path.Combine(artifactsRoot, design.Name), key);
        var denseLayers = design.Layers.Select(l => l.WithBlockSize(1)).ToList();
        var context = new Lazy<TrainingContext>(() =>
        {
            var (train, test) = load();
            Check(design, train);
            return new(ops, design, train, test, progress, stop, intervals ?? TrainingIntervals.Default);
        });

        var (dense, denseLog) = denseFiles.Load() ?? denseFiles.Finish(() =>
        {
            var start = new ParameterLayout(denseLayers).Pack(Initialization.Create(denseLayers, design.Seed));
            return Phase(context.Value, denseLayers, denseFiles, denseFiles.Restore() ?? TrainingState.Start(TrainingPhase.Dense, start, new([], [])));
        });
        var (circulant, log) = files.Load() ?? files.Finish(() =>
        {
            var state = files.Restore();
            if (state is null or { Phase: TrainingPhase.Admm })
            {
                var (pulled, admmLog) = design.Layers.All(l => l.BlockSize == 1) ? (dense, denseLog)
                    : Phase(context.Value, denseLayers, files, state
                        ?? TrainingState.Start(TrainingPhase.Admm, new ParameterLayout(denseLayers).Pack(dense), denseLog));
                var projected = CirculantProjection.Project(pulled, design.Layers);
                state = TrainingState.Start(TrainingPhase.Retrain, new ParameterLayout(design.Layers).Pack(projected), admmLog);
                files.Save(state);
            }
            return Phase(context.Value, design.Layers, files, state);
        });
        return new(dense, circulant, denseLog.Epochs[^1].TestAccuracy, log.Epochs[^1].TestAccuracy, log);
    }

    private static void Check(DesignFile design, SequenceDataset data)
    {
        var errors = new List<InputError>();
        if (design.Layers[0].InputSize != data.InputSize)
            errors.Add(design.Data.Location.Error($"a step of this data has {data.InputSize} features, but the first layer takes {design.Layers[0].InputSize}; make them equal."));
        if (design.Layers[^1].OutputSize != data.Classes)
            errors.Add(design.Data.Location.Error($"this data has {data.Classes} classes, but the last layer gives {design.Layers[^1].OutputSize}; make them equal."));
        if (errors.Count > 0) throw new InputException(errors);
    }

    private static (TrainedNetwork, TrainingLog) Phase(TrainingContext context, IReadOnlyList<LayerDescription> layers, Artifacts files, TrainingState state)
    {
        using var runner = new PhaseRunner(context, layers, state);
        runner.Run(files.Save);
        return (new ParameterLayout(layers).Unpack(state.Parameters), new(state.Epochs, state.Residuals));
    }

    /// <summary>The files of one network in one folder.</summary>
    private sealed record Artifacts(string Folder, string Key)
    {
        private string Network => Path.Combine(Folder, "network.bin");
        private string Log => Path.Combine(Folder, "log.bin");
        private string Speed => Path.Combine(Folder, "speed.bin");
        private string Checkpoint => Path.Combine(Folder, "checkpoint.bin");

        /// <summary>Null unless finished for this key; the log is written last.</summary>
        public (TrainedNetwork, TrainingLog)? Load() =>
            LogFile.Load(Log, Speed, Key) is { } log ? (NetworkFile.Load(Network, Key), log) : null;

        public (TrainedNetwork, TrainingLog) Finish(Func<(TrainedNetwork, TrainingLog)> train)
        {
            var (network, log) = train();
            NetworkFile.Save(Network, network, Key);
            LogFile.Save(Log, Speed, Key, log);
            File.Delete(Checkpoint);
            return (network, log);
        }

        public void Save(TrainingState state) => SealedFile.Write(Checkpoint, CheckpointMagic, Key, state.Write);

        /// <summary>Null when there is none of this key.</summary>
        public TrainingState? Restore()
        {
            if (!File.Exists(Checkpoint)) return null;
            var (key, state) = SealedFile.Read(Checkpoint, CheckpointMagic, TrainingState.Read);
            return key == Key ? state : null;
        }
    }
}
