namespace HwGen.Sim.Synthesis.Calibration;

/// <summary>Magnitudes of relative errors over designs, as shares.</summary>
/// <param name="Median">The upper one of two.</param>
/// <param name="Worst">The largest.</param>
public sealed record RelativeErrors(double Median, double Worst);
