using System.Text;
using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Cli.Import;

/// <summary>Writes the design file of an imported network.</summary>
/// <param name="Name">The design's name.</param>
/// <param name="Model">The ONNX file's name, without folders.</param>
/// <param name="Weights">The network's file, relative to the design.</param>
/// <param name="Data">The .npz file, relative to the design; null where random numbers stand in for the data.</param>
/// <param name="Layers">With block sizes.</param>
/// <param name="Method">How the weights become block-circulant.</param>
/// <param name="Bits">Of a word.</param>
internal sealed record DesignText(string Name, string Model, string Weights, string? Data, IReadOnlyList<LayerDescription> Layers, CompressionMethod Method, int Bits)
{
    /// <summary>Steps of a random sequence.</summary>
    private const int StandInSteps = 32;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"# From {Comment(Model)} by 'hwgen import'. docs/design-file.md explains every key.\nname: {Name}\nseed: 1\n\n");
        text.Append(Data is null
            ? $"# Random numbers from -1 to 1 choose the formats and drive the simulation. With data of the model's own,\n# {{ name: npz, path: FILE.npz, {Keys} }}, the formats fit it and its accuracy is measured.\ndata: {{ name: uniform, {Keys}{Steps} }}\n\n"
            : $"# Arrays x_train, y_train, x_test, y_test; values are taken as they are, as the model was trained with them.\ndata: {{ name: npz, path: {Quoted(Data)}, {Keys} }}\n\n");
        text.Append($"network:\n  # The trained weights: training goes on from them.\n  weights: {Quoted(Weights)}\n  layers:\n");
        foreach (var layer in Layers) text.Append($"    - {{ {Describe(layer)} }}\n");
        text.Append(Method == CompressionMethod.None
            ? "\n# The weights stay as they are but for the projection to circulant blocks. 'method: admm' trains them.\ntraining: { method: none }\n"
            : "\n# From the weights by ADMM, hard projection and retraining. More epochs where the data are few.\ntraining:\n  method: admm\n  batch_size: 64\n  admm: { epochs: 6, learning_rate: 0.002, final_learning_rate: 0.002, rho: 0.01, rho_growth: 1.1, iterations_per_epoch: 10 }\n  retrain: { epochs: 12, learning_rate: 0.002 }\n");
        return text.Append($"\nquantization: {{ bits: {Bits} }}\n").ToString();
    }

    private string Steps => Layers[0] is ConvLayer or PoolLayer ? "" : $", steps: {StandInSteps}";

    private string Keys => Layers[0] switch
    {
        ConvLayer c => Picture(c.Input),
        PoolLayer p => Picture(p.Input),
        var first => $"inputs: {first.InputSize}",
    };

    private static string Picture(ImageShape map) => $"inputs: {map.Width * map.Channels}, rows: {map.Height}, channels: {map.Channels}";

    /// <summary>A layer as a design file lists it.</summary>
    public static string Describe(LayerDescription layer) => layer switch
    {
        GruLayer g => $"type: gru, hidden: {g.OutputSize}, block_size: {g.BlockSize}{Flag("linear_before_reset", g.LinearBeforeReset, ifMissing: true)}",
        LstmLayer m => $"type: lstm, cells: {m.Cells}, block_size: {m.BlockSize}{Flag("peepholes", m.Peepholes)}",
        ConvLayer c => $"type: conv, channels: {c.Output.Channels}, kernel: {c.KernelHeight}, kernel_width: {c.KernelWidth}, stride: {c.Stride}, padding: {c.Padding}, block_size: {c.BlockSize}{Flag("rectify", c.Rectify)}",
        PoolLayer p => $"type: {(p.Kind == PoolKind.Max ? "max_pool" : "average_pool")}, size: {p.Window}, stride: {p.Stride}",
        var d => $"type: dense, outputs: {d.OutputSize}, block_size: {d.BlockSize}{Flag("rectify", d is DenseLayer { Rectify: true })}",
    };

    private static string Flag(string key, bool value, bool ifMissing = false) => value == ifMissing ? "" : $", {key}: {(value ? "true" : "false")}";

    private static string Quoted(string path) => $"'{path.Replace('\\', '/').Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Comment(string text) => new([.. text.Where(c => !char.IsControl(c))]);
}
