namespace HwGen.Cli.Report;

/// <summary>Everything that the report shows: plain data, in the order it is shown. report.json is this, field by field.</summary>
/// <param name="Design">The design's name.</param>
/// <param name="BlockSize">k of all layers.</param>
/// <param name="Bits">Bits of a word.</param>
/// <param name="ClockMegahertz">What cycles are turned into time with.</param>
/// <param name="Accuracy">From the dense baseline to the Verilog.</param>
/// <param name="Size">Parameters and memory.</param>
/// <param name="Cycles">Predicted and simulated.</param>
/// <param name="Utilization">Busy shares of the multipliers, one entry a kind of unit.</param>
/// <param name="Verification">What co-simulation compared.</param>
/// <param name="Tensors">Fixed-point formats and the ranges they were chosen from.</param>
/// <param name="Widths">What interval analysis proved.</param>
/// <param name="Training">Loss and accuracy over the epochs.</param>
/// <param name="Admm">Residuals over the iterations.</param>
/// <param name="Activations">Error of each piecewise-linear function.</param>
public sealed record ReportModel(
    string Design, int BlockSize, int Bits, double ClockMegahertz,
    IReadOnlyList<AccuracyRow> Accuracy, NetworkSize Size, CycleFacts Cycles, IReadOnlyList<UnitShare> Utilization,
    VerificationFacts Verification, IReadOnlyList<TensorFacts> Tensors, IReadOnlyList<WidthProof> Widths,
    IReadOnlyList<TrainingPoint> Training, IReadOnlyList<AdmmPoint> Admm, IReadOnlyList<ActivationError> Activations);

/// <param name="Label">Which network, such as "fixed point, 12 bits".</param>
/// <param name="Accuracy">0..1.</param>
/// <param name="Over">Over which images, such as "all 10,000 test images".</param>
public sealed record AccuracyRow(string Label, double Accuracy, string Over);

/// <param name="Parameters">Stored numbers of the block-circulant network.</param>
/// <param name="DenseParameters">Stored numbers of the dense baseline.</param>
/// <param name="MemoryBits">Bits in all memories of the design.</param>
public sealed record NetworkSize(long Parameters, long DenseParameters, long MemoryBits);

/// <param name="Predicted">Of the whole unstalled run.</param>
/// <param name="Simulated">Of the whole unstalled run.</param>
/// <param name="PerFrame">Streams interleaved: cycles from one step to the next.</param>
/// <param name="SingleStream">First input beat to last output beat of one step, state warm.</param>
/// <param name="ExecutedMultiplies">Multiplies that one step takes in this design.</param>
/// <param name="DenseMultiplies">Multiplies that one step of the same network with dense weights takes.</param>
public sealed record CycleFacts(
    long Predicted, long Simulated, long PerFrame, long SingleStream, long ExecutedMultiplies, long DenseMultiplies);

/// <param name="Unit">Such as "processing elements".</param>
/// <param name="Multipliers">How many there are.</param>
/// <param name="Share">Busy share of their cycles while streams are interleaved, 0..1.</param>
public sealed record UnitShare(string Unit, int Multipliers, double Share);

/// <param name="Words">Words compared.</param>
/// <param name="Mismatches">Words that differ.</param>
/// <param name="Sequences">Test sequences run.</param>
/// <param name="Taps">Observation points.</param>
/// <param name="LintWarnings">Of Verilator's lint.</param>
/// <param name="FirstDivergence">Where the first mismatch is.</param>
/// <param name="FaultsInjected">Mutations tried; null when none were.</param>
/// <param name="FaultsFound">Mutations found.</param>
public sealed record VerificationFacts(
    long Words, long Mismatches, int Sequences, int Taps, int LintWarnings,
    string? FirstDivergence = null, int? FaultsInjected = null, int? FaultsFound = null);

/// <param name="Name">The tensor.</param>
/// <param name="Width">Bits of its word.</param>
/// <param name="FracBits">Bits behind the binary point; may be negative.</param>
/// <param name="Magnitude">Largest magnitude recorded.</param>
/// <param name="Saturated">Share of the recorded values that the format clips, 0..1.</param>
public sealed record TensorFacts(string Name, int Width, int FracBits, double Magnitude, double Saturated);

/// <param name="Name">The adder, accumulator or register.</param>
/// <param name="NeededBits">Bits that no input can exceed, by interval analysis over the actual weights.</param>
/// <param name="WidthBits">Bits it has.</param>
/// <param name="Saturates">It clips instead where the proof does not reach.</param>
public sealed record WidthProof(string Name, double From, double To, int NeededBits, int WidthBits, bool Saturates);

/// <param name="Phase">Dense, ADMM or retraining.</param>
/// <param name="Epoch">Since the beginning, all phases counted on.</param>
/// <param name="Loss">Mean training loss.</param>
/// <param name="Accuracy">On the test set, 0..1; null when not measured here.</param>
public sealed record TrainingPoint(string Phase, double Epoch, double Loss, double? Accuracy = null);

/// <param name="Iteration">From 1.</param>
/// <param name="Primal">‖W − Z‖ / ‖W‖.</param>
/// <param name="Dual">‖Z − Z of the iteration before‖ / ‖W‖.</param>
/// <param name="Rho">ρ of the iteration.</param>
public sealed record AdmmPoint(int Iteration, double Primal, double Dual, double Rho);

/// <param name="Name">Sigmoid or tanh.</param>
/// <param name="Points">Over the input words, rising.</param>
public sealed record ActivationError(string Name, IReadOnlyList<ErrorPoint> Points);

/// <param name="X">The input's value.</param>
/// <param name="Error">What the hardware gives, minus the exact function.</param>
public sealed record ErrorPoint(double X, double Error);
