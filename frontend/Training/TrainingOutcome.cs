using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Both networks and what they are worth.</summary>
/// <param name="Dense">Every block size 1: the baseline.</param>
/// <param name="Circulant">The design's block sizes.</param>
/// <param name="DenseScores">Of the baseline on each test set.</param>
/// <param name="Log">Of both, and the block-circulant network's scores.</param>
public sealed record TrainingOutcome(TrainedNetwork Dense, TrainedNetwork Circulant, IReadOnlyList<TestScore> DenseScores, TrainingLog Log)
{
    /// <summary>Of the block-circulant network on each test set.</summary>
    public IReadOnlyList<TestScore> Scores => Log.Scores;

    /// <summary>α of each output channel's noise, matrix after matrix; null without noise. Scores are of the network without it.</summary>
    public float[]? Noise { get; init; }

    /// <summary>On the first test set, 0..1.</summary>
    public double DenseAccuracy => DenseScores[0].Accuracy;

    /// <summary>On the first test set, 0..1.</summary>
    public double CirculantAccuracy => Scores[0].Accuracy;
}
