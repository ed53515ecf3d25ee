using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Digests of everything that decides a result: equal keys, equal bytes.</summary>
internal static class TrainingKeys
{
    /// <summary>Rises when training computes something else from the same settings.</summary>
    private const int Version = 2;

    /// <summary>Of the dense baseline: block sizes and the later phases are not in it.</summary>
    public static string Dense(DesignFile design, string dataDigest, string deviceKind) => Hash(
        $"dense {Version} {deviceKind} {dataDigest} seed {design.Seed} {Layers(TrainingRun.DenseLayers(design))} {design.Training.Loss} batch {design.Training.BatchSize} "
        + $"clip {N(design.Training.GradientClip)} {Phase(design.Training.Dense)}{Robustness(design.Training)}{(design.Weights is { } w ? $" weights {Digest(w.Path)}" : "")}");

    /// <summary>Of the block-circulant network that starts from that baseline.</summary>
    public static string Circulant(DesignFile design, string denseKey)
    {
        var admm = design.Training.Admm;
        return Hash($"circulant {Version} {denseKey} {Layers(design.Layers)} admm {Phase(admm.Phase)} {N(admm.Rho)} {N(admm.RhoGrowth)} "
            + $"{admm.IterationsPerEpoch} {N(admm.Tolerance)} retrain {Phase(design.Training.Retrain)} {design.Training.Method} "
            + $"scratch {Phase(design.Training.Scratch)} bits {design.Training.SpectralBits}{Reduction(design.Training)}");
    }

    /// <summary>Nothing for designs without, whose keys stay as they were.</summary>
    private static string Robustness(TrainingSettings training)
    {
        string text = "";
        if (training.Adversarial is { } a)
            text += $" adversarial {a.Method} {N(a.Epsilon)} {a.Steps} {N(a.StepSize)} {a.RandomStart} {N(a.CleanWeight)} {N(a.Beta)} "
                + $"{N(a.FirstThreshold)} {N(a.FinalThreshold)} {a.Schedule} {a.WarmupEpochs}";
        if (training.Noise is { } n) text += $" noise {N(n.Scale)} {n.IsTrained}";
        if (training.Lasso > 0) text += $" lasso {N(training.Lasso)}";
        return text;
    }

    private static string Reduction(TrainingSettings training) => training.Method switch
    {
        CompressionMethod.Dnr when training.Dnr is var d =>
            $" dnr {N(d.Density)} {d.Unit} {N(d.PruneRate)} {N(d.FinalPruneRate)} {N(d.Rho)} {N(d.RhoGrowth)} {d.Multiple}{(d.IsBalanced ? " balanced" : "")}",
        CompressionMethod.Cap when training.Cap is var c => $" cap {Phase(c.Phase)} {N(c.Keep)} {c.Multiple} {N(c.Reconstruction)}",
        _ => "",
    };

    private static string Layers(IReadOnlyList<LayerDescription> layers) => string.Join("; ", layers.Select(NetworkFile.Describe));

    private static string Phase(PhaseSettings p) => $"{p.Epochs} {N(p.LearningRate)} {N(p.FinalLearningRate)}";

    private static string Digest(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static string N(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
