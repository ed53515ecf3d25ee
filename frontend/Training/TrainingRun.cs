using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Compression;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>From data to a trained block-circulant network: a dense baseline, ADMM, retraining.</summary>
public static class TrainingRun
{
    private const string CheckpointMagic = "HWGENCKP", NoiseMagic = "HWGENNOI";

    private const string NetworkName = "network.bin", LogName = "log.bin", SpeedName = "speed.bin", NoiseName = "noise.bin";

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>Names of the files of a finished training: a design of another name that trains alike takes them as its own.</summary>
    public static IReadOnlyList<string> Files { get; } = [NetworkName, NoiseName, SpeedName, LogName];

    /// <summary>Trains, or goes on where a stopped run was, or reads what is up to date.</summary>
    /// <param name="artifactsRoot">The baseline goes to dense-HASH/ in it, the rest to a folder of the design's name.</param>
    /// <param name="device">One of <see cref="ComputeDevice.Names"/>.</param>
    /// <param name="reading">Told how much of the data is prepared, where that takes long.</param>
    /// <param name="threads">Worker threads; 0 is one a processor. Results don't depend on it.</param>
    /// <param name="shared">What other trainings have loaded; null loads for this one alone.</param>
    /// <exception cref="InputException">Data or files of an earlier run are missing or damaged, or training diverged.</exception>
    /// <exception cref="OperationCanceledException">Stopped; a checkpoint was saved.</exception>
    public static TrainingOutcome Run(DesignFile design, string artifactsRoot, string device, IProgress<TrainingProgress>? progress, CancellationToken stop,
        IProgress<(int Done, int Total)>? reading = null, int threads = 0, SharedData? shared = null)
    {
        string digest = DataSets.Digest(design.Data);
        using var ops = ComputeDevice.Open(device, threads);
        return Run(design, ops, digest, () => (shared ?? new()).Load(design.Data, digest, Features(artifactsRoot), reading, stop), artifactsRoot, progress, stop);
    }

    /// <summary>The network of a design without labels to train for: random, or the weights that it names, projected.</summary>
    /// <exception cref="InputException">The weights are damaged, or of other layers.</exception>
    public static TrainedNetwork Untrained(DesignFile design) => design.Weights is { } weights
        ? CirculantProjection.Project(Weights(weights, DenseLayers(design)), design.Layers)
        : Initialization.Create(design.Layers, design.Seed, design.Training.RandomGain, design.Training.RandomSpread, design.Training.RandomDensity);

    /// <summary>What training from scratch would start from: a network of the design's shapes.</summary>
    public static TrainedNetwork Initial(DesignFile design) => Initialization.Create(design.Layers, design.Seed);

    /// <summary>Share of the labels that a network's largest output names, 0..1; with CTC 1 less the error rate of the best path.</summary>
    public static double Accuracy(TrainedNetwork network, LabelledData data, string device, LossKind loss)
    {
        using var ops = ComputeDevice.Open(device);
        return Accuracy(network, data, ops, loss);
    }

    /// <summary>What a trained network is worth on each test set of a design with the words of its spectra rounded.</summary>
    /// <param name="bits">Of a word, 2..18; 0 leaves them as they are.</param>
    /// <param name="artifactsRoot">As for <see cref="Run(DesignFile, string, string, IProgress{TrainingProgress}?, CancellationToken, IProgress{ValueTuple{int, int}}?, int, SharedData?)"/>, as the other parameters are.</param>
    public static IReadOnlyList<TestScore> Score(
        TrainedNetwork network, DesignFile design, int bits, string artifactsRoot, string device, int threads = 0, SharedData? shared = null) =>
        Evaluate(network, design, bits, artifactsRoot, device, threads, shared, (model, data) => Evaluation.Scores(model, design.Training.Loss, data));

    /// <summary>Share of the rectified units of a trained network's dense layers that stay at 0 for all of a test set, 0..1: no gradient
    /// wakes them. One a test set; null without such units.</summary>
    /// <inheritdoc cref="Score" path="/param"/>
    public static IReadOnlyList<double?> SilentUnits(
        TrainedNetwork network, DesignFile design, int bits, string artifactsRoot, string device, int threads = 0, SharedData? shared = null) =>
        Evaluate(network, design, bits, artifactsRoot, device, threads, shared, (model, data) => data.Tests.Select(t => Evaluation.SilentUnits(model, t.Data)).ToArray());

    private static T Evaluate<T>(TrainedNetwork network, DesignFile design, int bits, string artifactsRoot, string device, int threads, SharedData? shared,
        Func<NetworkModel, DataSplit, T> evaluate)
    {
        var data = (shared ?? new()).Load(design.Data, DataSets.Digest(design.Data), Features(artifactsRoot));
        using var ops = ComputeDevice.Open(device, threads);
        int longest = Math.Max(data.Train.LongestLength, data.Tests.Max(t => t.Data.LongestLength));
        using var model = new NetworkModel(ops, network.Layers, design.Training.BatchSize, longest, data.Train.Kind, design.Training.Loss);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update(bits);
        return evaluate(model, data);
    }

    private static string Features(string artifactsRoot) => Path.Combine(artifactsRoot, "features");

    internal static double Accuracy(TrainedNetwork network, LabelledData data, Ops ops, LossKind loss = LossKind.CrossEntropy)
    {
        using var model = new NetworkModel(ops, network.Layers, Math.Min(128, data.Count), data.LongestLength, data.Kind, loss);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        return Evaluation.Accuracy(model, data);
    }

    /// <summary>Of the baseline: every matrix dense, batch norm with a scale for each channel.</summary>
    internal static IReadOnlyList<LayerDescription> DenseLayers(DesignFile design) =>
        [.. design.Layers.Select(l => l.WithBlockSize(1)).Select(l => l is ConvLayer c ? c.WithNormGroup(1) : l)];

    /// <param name="dataDigest">Stands for what <paramref name="load"/> returns.</param>
    /// <param name="load">Called only when there is something to train.</param>
    internal static TrainingOutcome Run(DesignFile design, Ops ops, string dataDigest, Func<DataSplit> load,
        string artifactsRoot, IProgress<TrainingProgress>? progress, CancellationToken stop, TrainingIntervals? intervals = null)
    {
        string denseKey = TrainingKeys.Dense(design, dataDigest, ops.Kind), key = TrainingKeys.Circulant(design, denseKey);
        var denseFiles = new Artifacts(Path.Combine(artifactsRoot, $"dense-{denseKey[..16]}"), denseKey);
        var files = new Artifacts(Path.Combine(artifactsRoot, design.Name), key);
        var context = new Lazy<TrainingContext>(() =>
        {
            var data = load();
            Check(design, data.Train);
            return new(ops, design, data, progress, stop, intervals ?? TrainingIntervals.Default);
        });
        var denseLayers = DenseLayers(design);
        using var guard = denseFiles.Load() is null ? denseFiles.Lock(stop) : null;
        var (dense, denseLog) = denseFiles.Load() ?? denseFiles.Finish(() => design.Weights is { } weights
            ? Score(context.Value, denseLayers, TrainingPhase.Dense, Weights(weights, denseLayers), new([], []))
            : Phase(context.Value, denseLayers, denseFiles, denseFiles.Restore()
                ?? Start(TrainingPhase.Dense, Initialization.Create(denseLayers, design.Seed), new([], []))));
        guard?.Dispose();
        if (design.Training is { Method: CompressionMethod.None, Noise: not null } && denseFiles.LoadNoise() is { } noise) files.SaveNoise(noise);
        var (circulant, log) = files.Load() ?? files.Finish(() => Compress(context.Value, files, dense, denseLog));
        return new(dense, circulant, denseLog.Scores, log) { Noise = files.LoadNoise() };
    }

    /// <summary>From the dense baseline, or from random weights, to the block-circulant network.</summary>
    private static (TrainedNetwork, TrainingLog) Compress(TrainingContext context, Artifacts files, TrainedNetwork dense, TrainingLog denseLog)
    {
        var design = context.Design;
        if (design.Training.Method == CompressionMethod.None && design.Layers.All(l => l.BlockSize == 1)) return (dense, denseLog);
        IReadOnlyList<LayerDescription> target = design.Layers;
        if (design.Training.Method is CompressionMethod.Dnr or CompressionMethod.Cap)
        {
            var reduced = files.Below("reduced");
            (dense, denseLog) = reduced.Load() ?? reduced.Finish(() => Reduce(context, reduced, dense, denseLog));
            if (reduced.LoadNoise() is { } noise) files.SaveNoise(noise);
            if (design.Training.Method == CompressionMethod.Dnr && design.Layers.All(l => l.BlockSize == 1)) return (dense, denseLog);
            target = [.. dense.Layers.Zip(design.Layers, WithBlocks)];
        }
        var state = files.Restore();
        if (state is null && design.Training.Method == CompressionMethod.Scratch)
            state = Start(TrainingPhase.Scratch, Initialization.Create(design.Layers, design.Seed), denseLog);
        if (state is null or { Phase: TrainingPhase.Admm })
        {
            // Dense weights with the batch norm that block-circulant ones can take over.
            IReadOnlyList<LayerDescription> layers = [.. target.Select(l => l.WithBlockSize(1))];
            var (pulled, log) = (Regroup(dense, layers), denseLog);
            if (design.Training.Method is CompressionMethod.Admm or CompressionMethod.Dnr or CompressionMethod.Cap && target.Any(l => l.BlockSize > 1))
                (pulled, log) = Phase(context, layers, files, state ?? Start(TrainingPhase.Admm, pulled, denseLog), target);
            var projected = CirculantProjection.Project(pulled, target);
            if (design.Training.Method == CompressionMethod.None) return Score(context, target, TrainingPhase.Retrain, projected, log);
            state = Start(TrainingPhase.Retrain, projected, log);
            files.Save(state);
        }
        return Phase(context, target, files, state);
    }

    /// <summary>From the dense baseline to fewer channels, or from random weights to a sparse network.</summary>
    private static (TrainedNetwork, TrainingLog) Reduce(TrainingContext context, Artifacts files, TrainedNetwork dense, TrainingLog denseLog)
    {
        var training = context.Design.Training;
        if (training.Method == CompressionMethod.Cap)
        {
            var folded = dense.FoldBatchNorm();
            var state = files.Restore() ?? Start(TrainingPhase.Cap, folded, denseLog);
            var (_, log) = Phase(context, folded.Layers, files, state);
            return (ProjectionWork.Bake(state, folded.Layers, training.Cap), log);
        }
        var layers = DenseLayers(context.Design);
        var sparse = files.Restore() ?? Start(TrainingPhase.Dnr, Initialization.Create(layers, context.Design.Seed), denseLog);
        var (network, sparseLog) = Phase(context, layers, files, sparse);
        if (training.Dnr.Unit == PruningUnit.Channel)
            network = ChannelSelection.Keep(network, new SparseMomentum(training.Dnr, new(layers)).Channels(sparse.Mask));
        return (network, sparseLog);
    }

    /// <summary>The layer with the block sizes and norm groups that another of its kind has.</summary>
    private static LayerDescription WithBlocks(LayerDescription layer, LayerDescription other)
    {
        var blocks = layer.WithBlockSize(other.BlockSize);
        return blocks is ConvLayer { BatchNorm: true } c && other is ConvLayer { NormGroup: var group } ? c.WithNormGroup(group) : blocks;
    }

    private static TrainedNetwork Regroup(TrainedNetwork dense, IReadOnlyList<LayerDescription> layers) =>
        new(layers, [.. layers.Zip(dense.Weights, (layer, weights) => layer is ConvLayer conv && weights is ConvWeights { Norm: { } norm } w
            ? Regroup(w, norm, conv.NormGroup) : weights)]);

    private static ConvWeights Regroup(ConvWeights weights, BatchNorm norm, int group)
    {
        if (norm.Group == group) return weights;
        var (weight, regrouped) = norm.Regroup(weights.Weight, group);
        return weights with { Weight = weight, Norm = regrouped };
    }

    private static TrainingState Start(TrainingPhase phase, TrainedNetwork network, TrainingLog log) =>
        TrainingState.Start(phase, new ParameterLayout(network.Layers).Pack(network), log);

    private static void Check(DesignFile design, LabelledData data)
    {
        var errors = new List<InputError>();
        if (design.Layers[0] switch { ConvLayer c => c.Input, PoolLayer p => p.Input, _ => (ImageShape?)null } is { } map)
        {
            if (data.LongestLength != map.Height || data.InputSize != map.Width * map.Channels)
                errors.Add(design.Data.Location.Error($"a picture of this data has {data.LongestLength} rows of {data.InputSize} values, but the first layer takes {map}; make them equal."));
        }
        else if (design.Layers[0].InputSize != data.InputSize)
            errors.Add(design.Data.Location.Error($"a step of this data has {data.InputSize} features, but the first layer takes {design.Layers[0].InputSize}; make them equal."));
        int outputs = data.Classes + (design.Training.Loss == LossKind.Ctc ? 1 : 0);
        if (design.Layers[^1].OutputSize != outputs)
            errors.Add(design.Data.Location.Error($"this data has {data.Classes} classes{(outputs > data.Classes ? " and the loss a blank" : "")}, but the last layer gives {design.Layers[^1].OutputSize}; make it {outputs}."));
        if (design.Training.Loss == LossKind.Ctc && data.Kind == LabelKind.Sequence)
            errors.Add(design.Data.Location.Error("ctc wants a label a step, but this data has one a sequence; write cross_entropy."));
        if (design.Training.Adversarial is not null && data.Kind == LabelKind.Frame)
            errors.Add(design.Data.Location.Error("adversarial training wants one label a sequence, but this data has one a step; leave the section out."));
        if (data.LongestLength == 0) errors.Add(design.Data.Location.Error("no training sequence has a step; mend the lengths."));
        int batch = Math.Min(design.Training.BatchSize, data.Count);
        if (NetworkModel.LargestTensor(design.Layers, batch, data.LongestLength) > Array.MaxLength)
            errors.Add(design.Data.Location.Error($"a batch of {batch} sequences of {data.LongestLength} steps needs tensors of more than {Array.MaxLength} numbers; make batch_size smaller."));
        if (errors.Count > 0) throw new InputException(errors);
    }

    private static (TrainedNetwork, TrainingLog) Phase(TrainingContext context, IReadOnlyList<LayerDescription> layers, Artifacts files, TrainingState state,
        IReadOnlyList<LayerDescription>? target = null)
    {
        using var runner = new PhaseRunner(context, layers, target ?? layers, state);
        runner.Run(files.Save);
        if (state.Noise.Length > 0) files.SaveNoise(state.Noise[..(state.Noise.Length / 3)]);
        return (new ParameterLayout(layers).Unpack(state.Parameters), new(state.Epochs, state.Residuals) { Scores = state.Phase == TrainingPhase.Admm ? [] : runner.Score() });
    }

    /// <summary>What a network is worth as it is.</summary>
    private static (TrainedNetwork, TrainingLog) Score(
        TrainingContext context, IReadOnlyList<LayerDescription> layers, TrainingPhase phase, TrainedNetwork network, TrainingLog log)
    {
        using var runner = new PhaseRunner(context, layers, layers, Start(phase, network, log));
        return (network, new(log.Epochs, log.Residuals) { Scores = runner.Score() });
    }

    /// <summary>The network that stands in for the baseline.</summary>
    private static TrainedNetwork Weights(WeightsFile file, IReadOnlyList<LayerDescription> layers)
    {
        var network = NetworkFile.Load(file.Path);
        if (network.Layers.SequenceEqual(layers)) return network;
        var different = layers.Zip(network.Layers, (wanted, found) => wanted == found).TakeWhile(same => same).Count();
        throw new InputException(file.Location.Error(different < layers.Count && different < network.Layers.Count
            ? $"layer {different} of {file.Path} is '{NetworkFile.Describe(network.Layers[different])}', but the design's is '{NetworkFile.Describe(layers[different])}'; make them equal but for block sizes."
            : $"{file.Path} has {network.Layers.Count} layers, but the design {layers.Count}; make them equal."));
    }

    /// <summary>The files of one network in one folder.</summary>
    private sealed record Artifacts(string Folder, string Key)
    {
        private string Network => Path.Combine(Folder, NetworkName);
        private string Log => Path.Combine(Folder, LogName);
        private string Speed => Path.Combine(Folder, SpeedName);
        private string Checkpoint => Path.Combine(Folder, "checkpoint.bin");
        private string Noise => Path.Combine(Folder, NoiseName);

        /// <summary>Of a network that the final one is made from.</summary>
        public Artifacts Below(string folder) => this with { Folder = Path.Combine(Folder, folder) };

        /// <summary>Waits until no other training is at work on this network: several designs share a baseline.</summary>
        public IDisposable Lock(CancellationToken stop)
        {
            Directory.CreateDirectory(Folder);
            while (true)
            {
                try
                {
                    return new FileStream(Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
                {
                    stop.ThrowIfCancellationRequested();
                    Thread.Sleep(LockPoll);
                }
            }
        }

        /// <summary>Null unless finished for this key; the log is written last.</summary>
        public (TrainedNetwork, TrainingLog)? Load() =>
            File.Exists(Network) && LogFile.Load(Log, Speed, Key) is { } log ? (NetworkFile.Load(Network, Key), log) : null;

        public (TrainedNetwork, TrainingLog) Finish(Func<(TrainedNetwork, TrainingLog)> train)
        {
            var (network, log) = train();
            NetworkFile.Save(Network, network, Key);
            LogFile.Save(Log, Speed, Key, log);
            File.Delete(Checkpoint);
            return (network, log);
        }

        public void SaveNoise(float[] scales) => SealedFile.Write(Noise, NoiseMagic, Key, w => w.WriteFloats(scales));

        /// <summary>Null when there is none of this key.</summary>
        public float[]? LoadNoise()
        {
            if (!File.Exists(Noise)) return null;
            var (key, scales) = SealedFile.Read(Noise, NoiseMagic, r => r.ReadFloats());
            return key == Key ? scales : null;
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
