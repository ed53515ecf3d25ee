using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Training;

/// <summary>What training went through.</summary>
/// <param name="Epochs">In order, the dense baseline's first.</param>
/// <param name="Residuals">One entry a Z and U update of ADMM.</param>
public sealed record TrainingLog(IReadOnlyList<EpochRecord> Epochs, IReadOnlyList<ResidualRecord> Residuals)
{
    /// <summary>What the finished network is worth on each test set; empty while it is trained.</summary>
    public IReadOnlyList<TestScore> Scores { get; init; } = [];
}

/// <param name="Name">The test set's.</param>
/// <param name="Accuracy">Share of the labels, one a sequence or one a step, that the largest output names, 0..1; with CTC 1 less the error rate of the best path.</param>
/// <param name="Labels">Labels it counts over.</param>
/// <param name="Errors">Edits from what was recognised to what was said; null where sequences have no symbols.</param>
public sealed record TestScore(string Name, double Accuracy, long Labels, ErrorCounts? Errors);

/// <param name="Phase">The phase that the epoch belongs to.</param>
/// <param name="Epoch">From 1 in each phase.</param>
/// <param name="Loss">Mean loss of a label over the epoch's batches, each before its update.</param>
/// <param name="TrainAccuracy">Share of these labels that were right, at most 1; with CTC 1 less the error rate.</param>
/// <param name="TestAccuracy">The same of the first test set after the epoch.</param>
/// <param name="FramesPerSecond">Steps of sequences a second of training; 0 where it wasn't measured. Wall-clock time: in no file that is compared.</param>
public sealed record EpochRecord(TrainingPhase Phase, int Epoch, double Loss, double TrainAccuracy, double TestAccuracy, double FramesPerSecond);

/// <param name="Iteration">From 1.</param>
/// <param name="Rho">ρ of the steps before this update.</param>
/// <param name="Primal">‖W − Z‖ / ‖W‖ over all matrices that become block-circulant.</param>
/// <param name="Dual">‖Z − Z before‖ / ‖Z‖.</param>
public sealed record ResidualRecord(int Iteration, double Rho, double Primal, double Dual);
