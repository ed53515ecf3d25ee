using HwGen.Core.Network;
using HwGen.Core.Parts;

namespace HwGen.Core.Design;

/// <summary>A design file, read and checked: everything the user decides.</summary>
public sealed record DesignFile(
    string Name,
    int Seed,
    DataSettings Data,
    IReadOnlyList<LayerDescription> Layers,
    TrainingSettings Training,
    QuantizationSettings Quantization,
    HardwareSettings Hardware)
{
    /// <summary>Where each layer's type stands, for messages; empty for a design that comes from no file.</summary>
    public IReadOnlyList<InputLocation> LayerLocations { get; init; } = [];

    /// <summary>Where the hardware's section, or its lanes, stand.</summary>
    public InputLocation HardwareLocation { get; init; } = new("design", 1, 1);

    /// <summary>Where the quantization's section stands.</summary>
    public InputLocation QuantizationLocation { get; init; } = new("design", 1, 1);

    /// <summary>The network that stands in for the dense baseline; null where that is trained.</summary>
    public WeightsFile? Weights { get; init; }
}

/// <param name="Path">A network as hwgen writes it: every block size 1, the layers of the design.</param>
/// <param name="Location">Where the design file names it, for messages about it.</param>
public sealed record WeightsFile(string Path, InputLocation Location);

/// <param name="Name">One of <see cref="DataSetName.All"/>.</param>
/// <param name="Path">The data set's folder, of npz its file; null is where the system's package puts it.</param>
/// <param name="Location">Where the design file names the data, for messages about it.</param>
public sealed record DataSettings(string Name, string? Path, InputLocation Location)
{
    /// <summary>For data sets of speech.</summary>
    public FeatureSettings Features { get; init; } = FeatureSettings.Default;

    /// <summary>Features of a step, where only the design tells them before the data are read: npz and csv.</summary>
    public int? Inputs { get; init; }

    /// <summary>Rows of a picture, of npz and <see cref="DataSetName.Uniform"/>: a row is a step. Null where it holds none.</summary>
    public int? Rows { get; init; }

    /// <summary>Channels of a picture's points; they divide <see cref="Inputs"/>.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Steps that a row of csv is split into, or that a sequence of <see cref="DataSetName.Uniform"/> has.</summary>
    public int Steps { get; init; } = 1;
}

/// <summary>A place in a text file, both from 1.</summary>
public sealed record InputLocation(string File, int Line, int Column)
{
    public InputError Error(string message) => new(File, Line, Column, message);
}

/// <summary>A dense baseline, and the way to block-circulant weights.</summary>
/// <param name="BatchSize">Sequences a step.</param>
/// <param name="GradientClip">Largest global 2-norm of the gradient.</param>
/// <param name="Dense">The dense baseline, from random weights.</param>
/// <param name="Admm">ADMM from the dense baseline; its learning rate is its own.</param>
/// <param name="Retrain">Retraining after the hard projection.</param>
public sealed record TrainingSettings(
    int BatchSize, double GradientClip, PhaseSettings Dense, AdmmSettings Admm, PhaseSettings Retrain)
{
    /// <summary>How the weights become block-circulant.</summary>
    public CompressionMethod Method { get; init; }

    /// <summary>Of <see cref="CompressionMethod.Scratch"/>, from random weights.</summary>
    public PhaseSettings Scratch { get; init; } = Dense with { Epochs = Dense.Epochs + Admm.Phase.Epochs + Retrain.Epochs };

    /// <summary>What the outputs are trained and scored as.</summary>
    public LossKind Loss { get; init; }

    /// <summary>Of <see cref="CompressionMethod.Random"/>: standard deviation of a weight times the square root of its row's length.</summary>
    public double RandomGain { get; init; } = 1;

    /// <summary>Of <see cref="CompressionMethod.Random"/>: standard deviation of biases and peepholes.</summary>
    public double RandomSpread { get; init; }

    /// <summary>Of <see cref="CompressionMethod.Random"/>: share of the weights of every row that are not zero, rounded up.</summary>
    public double RandomDensity { get; init; } = 1;

    /// <summary>Bits of a word of the weights' spectra that block-circulant training sees, or 0: floating point.</summary>
    public int SpectralBits { get; init; }

    /// <summary>Null: trained on the inputs as they are.</summary>
    public AdversarialSettings? Adversarial { get; init; }

    /// <summary>Null: no noise on the weights.</summary>
    public NoiseSettings? Noise { get; init; }

    /// <summary>λ of |w|: after each update every weight shrinks by λ times the learning rate, at most to 0.</summary>
    public double Lasso { get; init; }

    /// <summary>Of <see cref="CompressionMethod.Dnr"/>; its epochs and learning rates are those of <see cref="Scratch"/>.</summary>
    public DnrSettings Dnr { get; init; } = new(0.1, PruningUnit.Weight, 0.5, 0.5 / 100);

    /// <summary>Of <see cref="CompressionMethod.Cap"/>.</summary>
    public CapSettings Cap { get; init; } = new(new(2, 0.01, 0.01 / 50), 0.5, 1, 1);
}

/// <summary>Ways to block-circulant weights, or to fewer ones.</summary>
public enum CompressionMethod
{
    /// <summary>ADMM from the dense baseline, hard projection, retraining. Source: Li et al., E-RNN, arXiv:1812.07106.</summary>
    Admm,

    /// <summary>Block-circulant from random weights. Source: Ding et al., CirCNN, arXiv:1708.08917.</summary>
    Scratch,

    /// <summary>Hard projection of the dense baseline and retraining for the epochs of ADMM and retraining together.</summary>
    Projection,

    /// <summary>Hard projection of the dense baseline, and no more: with block sizes of 1 its weights stay as they are.</summary>
    None,

    /// <summary>Sparse from random weights, rewired. In channel mode ADMM and retraining follow where a matrix has blocks.</summary>
    Dnr,

    /// <summary>Projection of the dense baseline's channels, then ADMM where a matrix has blocks, then retraining.</summary>
    Cap,

    /// <summary>No training: random weights, for hardware whose network is still to come.</summary>
    Random,
}

public enum LossKind
{
    /// <summary>Softmax cross-entropy with the label of each sequence or step.</summary>
    CrossEntropy,

    /// <summary>Connectionist temporal classification: the labels' order counts, not their times. The last class is the blank.</summary>
    Ctc,
}

/// <param name="Epochs">Passes over the training set, at least 1.</param>
/// <param name="LearningRate">Adam's, at the first step; it falls along a half cosine to <paramref name="FinalLearningRate"/>.</param>
/// <param name="FinalLearningRate">Adam's, at the last step.</param>
public sealed record PhaseSettings(int Epochs, double LearningRate, double FinalLearningRate);

/// <param name="Phase">Epochs and learning rate.</param>
/// <param name="Rho">ρ of the first ADMM iteration.</param>
/// <param name="RhoGrowth">ρ is multiplied by this after each iteration, at least 1.</param>
/// <param name="IterationsPerEpoch">Z and U updates in one epoch, at least 1.</param>
public sealed record AdmmSettings(PhaseSettings Phase, double Rho, double RhoGrowth, int IterationsPerEpoch)
{
    /// <summary>ADMM ends early when both relative residuals, ‖W − Z‖ / ‖W‖ and ‖Z − Z before‖ / ‖Z‖, are at most this; 0 never.</summary>
    public double Tolerance { get; init; }
}

/// <param name="Bits">b: bits of the word of data between units, 4..18.</param>
/// <param name="CalibrationSequences">Training sequences whose ranges choose the formats.</param>
public sealed record QuantizationSettings(int Bits, int CalibrationSequences)
{
    /// <summary>Bits that a word has at least and at most.</summary>
    public const int ShortestWord = 4, LongestWord = 18;

    /// <summary>Segments of an activation's table where nothing else is said, and how few and how many there may be.</summary>
    public const int UsualSegments = 32, FewestSegments = 2, MostSegments = 256;

    /// <summary>Levels of a transform of the largest blocks: no more shifts make sense.</summary>
    public const int MostShifts = 6;

    /// <summary>Bits of the word of a layer's matrices, one a layer, 4..18; empty where they are <see cref="Bits"/>.</summary>
    public IReadOnlyList<int> WeightBits { get; init; } = [];

    /// <summary>Scaling shifts in the levels of the FFT, one number for each block size of the matrices, ascending, 0..6; a block of k words has
    /// log2 k levels, and more shifts mean all. Empty where noise and registers decide.</summary>
    public IReadOnlyList<int> FftShifts { get; init; } = [];

    /// <summary>The same for the inverse FFT; what is not shifted grows the word.</summary>
    public IReadOnlyList<int> IfftShifts { get; init; } = [];

    /// <summary>Segments over the non-negative half of the tables of sigmoid and of tanh, each a power of two, 2..256; empty where both have
    /// <see cref="UsualSegments"/>.</summary>
    public IReadOnlyList<int> ActivationSegments { get; init; } = [];
}

/// <param name="ProcessingElements">Processing elements, each with a row block of its own; no more are used than there are row blocks. 0 lets the
/// budget decide.</param>
/// <param name="ClockMegahertz">The clock that cycle counts are turned into time with; nothing is closed against it here.</param>
/// <param name="VerifySequences">Test sequences that co-simulation runs.</param>
public sealed record HardwareSettings(int ProcessingElements, double ClockMegahertz, int VerifySequences)
{
    /// <summary>Column blocks that an element takes a cycle.</summary>
    public int ColumnsPerCycle { get; init; } = 1;

    /// <summary>Whether a complex product takes three multipliers instead of four; null lets the budget decide, and is no where it has nothing to decide.</summary>
    public bool? ThreeMultiply { get; init; }

    /// <summary>Elements take only weights that are not zero, each with the index of its column: for networks whose block sizes are all 1.</summary>
    public bool Sparse { get; init; }

    /// <summary>K of a sparse engine: its lanes, 8 where nothing is said; 0 for others.</summary>
    public int SparseBlock => !Sparse ? 0 : VectorLanes > 0 ? VectorLanes : DefaultSparseBlock;

    private const int DefaultSparseBlock = 8;

    /// <summary>Inverse FFT units; 0 lets the plan take as many as pay.</summary>
    public int IfftUnits { get; init; }

    /// <summary>Elements of a state block that are updated a cycle; 0 is a whole block.</summary>
    public int VectorLanes { get; init; }

    /// <summary>Independent sequences that take turns on the engine.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>Weights, biases and peepholes are written through AXI4-Lite; else they lie in ROM.</summary>
    public bool ReloadableWeights { get; init; }

    /// <summary>The FPGA, where one is named.</summary>
    public Part? Part { get; init; }

    /// <summary>What the engine may take: the part's, or what the design says; null where nothing is said.</summary>
    public ResourceCount? Budget { get; init; }
}
