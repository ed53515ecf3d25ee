namespace HwGen.Core.Tests.Design;

/// <summary>Design files for tests.</summary>
internal static class Text
{
    /// <summary>Only what has no default.</summary>
    public const string Smallest = """
        name: net
        network:
          layers:
            - { type: gru, hidden: 16, block_size: 4 }
            - { type: dense, outputs: 10, block_size: 4 }
        quantization: { bits: 12 }
        """;

    /// <summary>Designs that between them have every section and every kind of layer.</summary>
    public static IReadOnlyList<string> Sections { get; } =
    [
        """
        name: pictures
        data: { name: npz, path: data.npz, inputs: 84, rows: 28, channels: 3 }
        network:
          layers:
            - { type: conv, channels: 16, kernel: 3, kernel_width: 5, stride: 1, padding: 1, block_size: 1, batch_norm: true, rectify: true }
            - { type: average_pool, size: 2, stride: 2 }
            - { type: dense, outputs: 10, block_size: 8 }
        training:
          method: dnr
          loss: cross_entropy
          lasso: 0.0001
          spectral_bits: 12
          adversarial: { method: psat, epsilon: 0.1, steps: 7, step_size: 0.03, random_start: false, clean_weight: 0.5, lambda: 0, final_lambda: 1, schedule: linear, warmup_epochs: 1 }
          noise: { scale: 0.25, trained: true }
          dnr: { density: 0.1, unit: channel, prune_rate: 0.5, final_prune_rate: 0.005, rho: 0, rho_growth: 1.3, multiple: 8 }
        quantization: { bits: 12 }
        hardware: { part: XC7Z020, budget: { lut: 1000, ff: 2000, dsp: 100, bram36: 12.5 }, clock_megahertz: 100 }
        """,
        """
        name: frames
        seed: 2
        data: { name: timit, path: timit, features: { kind: mfcc, bands: 40, coefficients: 13, energy: false, deltas: true } }
        network:
          weights: frames.weights
          layers:
            - { type: lstm, cells: 64, projection: 32, peepholes: true, block_size: 8, input_block_size: 1, recurrent_block_size: 4, projection_block_size: 2 }
            - { type: gru, hidden: 64, block_size: 8, linear_before_reset: false }
            - { type: dense, outputs: 40, block_size: 1 }
        training:
          loss: ctc
          method: cap
          cap: { epochs: 2, learning_rate: 0.01, final_learning_rate: 0.0002, keep: 0.5, multiple: 8, reconstruction: 1 }
        quantization: { bits: 16, weight_bits: [8, 12, 16], calibration_sequences: 20 }
        hardware: { processing_elements: 4, columns_per_cycle: 2, ifft_units: 2, vector_lanes: 4, streams: 2, verify_sequences: 3 }
        explore:
          network.block_size: [1, 2, 4]
          hardware.processing_elements: { from: 4, to: 64, times: 2 }
          quantization.bits: { from: 8, to: 16, step: 2 }
          front: [accuracy, cycles_per_frame]
        """,
    ];

    /// <summary>The repository's folder, found from the test's.</summary>
    public static string Repository { get; } = FindRepository(AppContext.BaseDirectory);

    private static string FindRepository(string folder) =>
        File.Exists(Path.Combine(folder, "HwGen.sln")) ? folder
        : FindRepository(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("HwGen.sln is above no folder of the tests."));
}
