using HwGen.Cli.Report;

namespace HwGen.Cli.Tests.Report;

/// <summary>A report with something in every section.</summary>
internal static class Sample
{
    public static ReportModel Model { get; } = new(
        "sample-net", 8, 12, 100,
        [
            new("dense, floating point", 0.8831, "all 10,000 test images"),
            new("block-circulant (k=8), floating point", 0.8794, "all 10,000 test images"),
            new("fixed point, 12 bits", 0.8789, "all 10,000 test images"),
            new("fixed point, 12 bits", 0.8828, "the first 512 test images"),
            new("RTL, decoded from its output words", 0.8828, "the first 512 test images"),
        ],
        new(9_194, 62_346, 178_304),
        new(5_123_456, 5_123_456, 75, 143, 14_336, 61_184),
        [new("processing elements", 224, 0.72), new("FFT", 2, 0.31), new("IFFT", 2, 0.64), new("vector unit", 24, 0.4)],
        new(83_886_080, 0, 512, 14, 0, null, 20, 20),
        [
            new("gru0.input", 12, 11, 0.996, 0),
            new("gru0.weights.spectrum", 12, 9, 3.71, 0),
            new("gru0.gate.accumulator", 30, 18, 40.25, 0),
            new("gru0.candidate", 12, 8, 8.4, 0.0012),
        ],
        [new("gru0 FFT stage 3", -2, 1.9, 15, 15, false), new("gru0 frequency accumulator", -31, 31, 29, 30, false), new("gru0 IFFT output", -7, 7, 14, 12, true)],
        [.. Enumerable.Range(0, 17).Select(e => new TrainingPoint(e < 9 ? "dense" : e < 13 ? "ADMM" : "retraining", e, 0.3 + 1.2 * Math.Exp(-e / 3.0), 0.9 - 0.3 * Math.Exp(-e / 2.0)))],
        [.. Enumerable.Range(1, 16).Select(i => new AdmmPoint(i, 0.8 * Math.Pow(0.75, i), 0.2 * Math.Pow(0.8, i), 0.001 * Math.Pow(1.3, i)))],
        [Activation("sigmoid", x => 1 / (1 + Math.Exp(-x))), Activation("tanh", Math.Tanh)]);

    /// <summary>Words of 12 bits with 8 behind the point, rounded to 2^-11: its error is what is drawn.</summary>
    private static ActivationError Activation(string name, Func<double, double> exact) =>
        new(name, [.. Enumerable.Range(-2048, 4096).Select(raw => new ErrorPoint(raw / 256.0, Math.Round(exact(raw / 256.0) * 2048) / 2048 - exact(raw / 256.0)))]);
}
