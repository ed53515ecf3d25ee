using HwGen.Core.Network;

namespace HwGen.Core.Design;

/// <summary>A design file, read and checked: everything the user decides.</summary>
public sealed record DesignFile(
    string Name,
    int Seed,
    DataSettings Data,
    IReadOnlyList<LayerDescription> Layers,
    TrainingSettings Training,
    QuantizationSettings Quantization,
    HardwareSettings Hardware);

/// <param name="Name">One of <see cref="DataSetName.All"/>.</param>
/// <param name="Path">The data set's folder, of npz its file; null is where the system's package puts it.</param>
/// <param name="Location">Where the design file names the data, for messages about it.</param>
public sealed record DataSettings(string Name, string? Path, InputLocation Location)
{
    /// <summary>For data sets of speech.</summary>
    public FeatureSettings Features { get; init; } = FeatureSettings.Default;

    /// <summary>Features of a step, where only the design tells them before the data are read: npz and csv.</summary>
    public int? Inputs { get; init; }

    /// <summary>Steps that a row of csv is split into.</summary>
    public int Steps { get; init; } = 1;
}

/// <summary>A place in a text file, both from 1.</summary>
public sealed record InputLocation(string File, int Line, int Column)
{
    public InputError Error(string message) => new(File, Line, Column, message);
}

/// <summary>Three phases: a dense baseline, ADMM towards block-circulant weights, retraining in the circulant subspace.</summary>
/// <param name="BatchSize">Sequences a step.</param>
/// <param name="GradientClip">Largest global 2-norm of the gradient.</param>
/// <param name="Dense">The dense baseline, from random weights.</param>
/// <param name="Admm">ADMM from the dense baseline; its learning rate is its own.</param>
/// <param name="Retrain">Retraining after the hard projection.</param>
public sealed record TrainingSettings(
    int BatchSize, double GradientClip, PhaseSettings Dense, AdmmSettings Admm, PhaseSettings Retrain);

/// <param name="Epochs">Passes over the training set, at least 1.</param>
/// <param name="LearningRate">Adam's, at the first step; it falls along a half cosine to <paramref name="FinalLearningRate"/>.</param>
/// <param name="FinalLearningRate">Adam's, at the last step.</param>
public sealed record PhaseSettings(int Epochs, double LearningRate, double FinalLearningRate);

/// <param name="Phase">Epochs and learning rate.</param>
/// <param name="Rho">ρ of the first ADMM iteration.</param>
/// <param name="RhoGrowth">ρ is multiplied by this after each iteration, at least 1.</param>
/// <param name="IterationsPerEpoch">Z and U updates in one epoch, at least 1.</param>
public sealed record AdmmSettings(PhaseSettings Phase, double Rho, double RhoGrowth, int IterationsPerEpoch);

/// <param name="Bits">b: bits of the word of weights and of data between units, 4..18.</param>
/// <param name="CalibrationSequences">Training sequences whose ranges choose the formats.</param>
public sealed record QuantizationSettings(int Bits, int CalibrationSequences);

/// <param name="ProcessingElements">P: row blocks that run at once.</param>
/// <param name="ClockMegahertz">The clock that cycle counts are turned into time with; nothing is closed against it here.</param>
/// <param name="VerifySequences">Test sequences that co-simulation runs.</param>
public sealed record HardwareSettings(int ProcessingElements, double ClockMegahertz, int VerifySequences);
