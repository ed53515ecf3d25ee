using System.CommandLine;
using System.Security.Cryptography;
using HwGen.Cli.Files;
using HwGen.Cli.Import;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Onnx;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Verbs;

/// <summary>From an ONNX model to a design file and the weights beside it.</summary>
public sealed class ImportVerb(DesignStep<TrainResult> train)
    : Verb("import", "Read an ONNX model; write a design file and its weights.", FolderOption.Create())
{
    private readonly Argument<string> model = new("MODEL") { Description = "The ONNX file." };

    private readonly Option<string> output = new("--out") { Description = "The design file to write; its name becomes the design's.", HelpName = "DESIGN.yaml", Required = true };

    private readonly Option<string?> data = new("--data") { Description = "The data, for the design: a .npz file with x_train, y_train, x_test, y_test.", HelpName = "FILE.npz" };

    private readonly Option<int> compress = new Option<int>("--compress")
    {
        Description = "Block size of the circulant weights: by ADMM on the data, or by projection alone where there are none.",
        HelpName = "K",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> bits = new("--bits") { Description = $"Bits of a word in hardware, {QuantizationSettings.ShortestWord} to {QuantizationSettings.LongestWord}.", HelpName = "B", DefaultValueFactory = _ => 12 };

    private readonly Option<string> device = DeviceOption.Create();

    protected override void AddTo(Command command)
    {
        command.Add(model);
        command.Add(output);
        command.Add(data);
        command.Add(compress);
        command.Add(bits);
        command.Add(device);
        compress.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var k && (!int.IsPow2(k) || k > NetworkLimits.MaxBlockSize)) result.AddError($"--compress {k} is no block size: give a power of two from 1 to {NetworkLimits.MaxBlockSize}.");
        });
        bits.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var b and (< QuantizationSettings.ShortestWord or > QuantizationSettings.LongestWord)) result.AddError($"--bits {b}: give {QuantizationSettings.ShortestWord} to {QuantizationSettings.LongestWord}.");
        });
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        string source = arguments.GetRequiredValue(model), file = arguments.GetRequiredValue(output), name = Path.GetFileNameWithoutExtension(file);
        string folder = Path.GetDirectoryName(file) ?? "", weights = Path.Combine(folder, name + ".weights");
        if (ModuleName.Complaint(name) is { } complaint) throw Error(file, $"{complaint}; the file's name becomes the design's");
        foreach (string there in new[] { file, weights })
            if (File.Exists(there)) throw Error(there, "the file is there already and is left alone: choose another name, or move it away");
        string? given = arguments.GetValue(data);
        if (given is not null && !File.Exists(given)) throw Error(given, "there is no such file: check the path, or leave --data out");
        int k = arguments.GetValue(compress);

        var imported = OnnxImport.Read(source);
        bool trains = k > 1 && given is not null;
        var layers = BlockSizes.Choose(imported.Network.Layers, k);
        string text = new DesignText(name, Path.GetFileName(source), name + ".weights",
            given is null ? null : Path.GetRelativePath(folder.Length == 0 ? "." : folder, given), layers,
            trains ? CompressionMethod.Admm : CompressionMethod.None, arguments.GetValue(bits)).ToString();
        DesignReader.Parse(text, file);
        using (var stream = File.OpenRead(source))
            NetworkFile.Save(weights, imported.Network, $"onnx {Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation))}");
        AtomicFile.WriteText(file, text, overwrite: false);
        var result = new ImportResult(name, file, weights, [.. layers.Select(DesignText.Describe)], imported.Network.ParameterCount, imported.EveryStep,
            Projections(imported.Network, layers), imported.Notes);
        if (!trains) return result;
        return result with
        {
            Train = await DesignVerb.WithDesignAsync(DesignLoader.Load(file), Root(arguments), arguments.GetRequiredValue(device), terminal, context => train(context, cancellation)),
        };
    }

    /// <summary>How far each matrix is from a block-circulant one.</summary>
    private static List<ProjectionError> Projections(TrainedNetwork network, IReadOnlyList<LayerDescription> layers)
    {
        var back = CirculantProjection.Expand(CirculantProjection.Project(network, layers));
        var errors = new List<ProjectionError>();
        for (int l = 0; l < layers.Count; l++)
        {
            var pairs = network.Weights[l].Matrices.Zip(back.Weights[l].Matrices).ToList();
            for (int m = 0; m < pairs.Count; m++)
                if (layers[l].Matrices[m].BlockSize is > 1 and var k) errors.Add(new(l, m, k, Relative(pairs[m].First.FirstColumns, pairs[m].Second.FirstColumns)));
        }
        return errors;
    }

    private static double Relative(float[] exact, float[] near)
    {
        double difference = exact.Zip(near, (a, b) => ((double)a - b) * ((double)a - b)).Sum(), norm = exact.Sum(v => (double)v * v);
        return norm == 0 ? 0 : Math.Sqrt(difference / norm);
    }

    private static InputException Error(string file, string message) => new(new InputError(file, 1, 1, message));
}
