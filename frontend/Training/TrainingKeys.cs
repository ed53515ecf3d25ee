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
    private const int Version = 1;

    /// <summary>Of the dense baseline: block sizes and the later phases are not in it.</summary>
    public static string Dense(DesignFile design, string dataDigest, string deviceKind) => Hash(
        $"dense {Version} {deviceKind} {dataDigest} seed {design.Seed} {Layers(design, false)} batch {design.Training.BatchSize} "
        + $"clip {N(design.Training.GradientClip)} {Phase(design.Training.Dense)}");

    /// <summary>Of the block-circulant network that starts from that baseline.</summary>
    public static string Circulant(DesignFile design, string denseKey)
    {
        var admm = design.Training.Admm;
        return Hash($"circulant {Version} {denseKey} {Layers(design, true)} admm {Phase(admm.Phase)} {N(admm.Rho)} {N(admm.RhoGrowth)} "
            + $"{admm.IterationsPerEpoch} retrain {Phase(design.Training.Retrain)}");
    }

    private static string Layers(DesignFile design, bool blockSizes) => string.Join(' ', design.Layers.Select(l =>
        $"{(l is GruLayer ? "gru" : "dense")} {l.InputSize} {l.OutputSize}{(blockSizes ? $" k{l.BlockSize}" : "")}"));

    private static string Phase(PhaseSettings p) => $"{p.Epochs} {N(p.LearningRate)} {N(p.FinalLearningRate)}";

    private static string N(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
