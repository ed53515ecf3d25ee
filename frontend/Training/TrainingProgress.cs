namespace HwGen.Frontend.Training;

/// <summary>Where training is; a few times a second.</summary>
/// <param name="Epoch">From 1, of <paramref name="Epochs"/> of this phase.</param>
/// <param name="Step">From 1, of <paramref name="Steps"/> of this epoch.</param>
/// <param name="Loss">Mean cross-entropy of this epoch so far.</param>
/// <param name="FramesPerSecond">Steps of sequences a second since the last report.</param>
public sealed record TrainingProgress(TrainingPhase Phase, int Epoch, int Epochs, int Step, int Steps, double Loss, double FramesPerSecond);
