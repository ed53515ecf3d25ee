using HwGen.Core.Network;

namespace HwGen.Core.Design;

/// <summary>Reads a design file. docs/design-file.md lists every key, its range and its default.</summary>
public static class DesignReader
{
    /// <param name="text">The file's text.</param>
    /// <param name="file">The file as the user named it, for messages. Nothing is read from disk.</param>
    /// <exception cref="InputException">The text is no valid design; carries all mistakes in the order they stand.</exception>
    public static DesignFile Parse(string text, string file) => ParseSpace(text, file).Base;

    /// <summary>The design and the space around it that its section <c>explore</c> spans.</summary>
    /// <inheritdoc cref="Parse"/>
    public static DesignSpace ParseSpace(string text, string file)
    {
        var errors = new List<InputError>();
        var root = YamlTree.Read(text, file, errors);
        if (root is not null and not YamlMap)
            errors.Add(root.Location.Error("a design file is made of 'key: value' lines: 'hwgen new NAME' writes one to start from"));
        var space = root is YamlMap map ? ExploreSection.Read(map, Read(map, errors), errors) : null;
        return errors.Count == 0 && space is not null
            ? space
            : throw new InputException(errors.OrderBy(e => e.Line).ThenBy(e => e.Column));
    }

    internal static DesignFile? Read(YamlMap map, List<InputError> errors) => Read(new SectionReader(map, "", errors), errors);

    private static DesignFile? Read(SectionReader root, List<InputError> errors)
    {
        string name = ReadName(root, errors);
        int seed = root.Integer("seed", 0, int.MaxValue, ifMissing: 1);
        var (data, shape) = DataSection.Read(root.Section("data"), errors);
        var network = root.Section("network");
        var training = TrainingSection.Read(root.Section("training"), shape, errors);
        var weights = network.Text("weights", "a network that 'hwgen import' wrote", required: false);
        if (weights is not null && training.Method is CompressionMethod.Scratch or CompressionMethod.Random)
            errors.Add(weights.Location.Error($"'{(training.Method == CompressionMethod.Scratch ? "scratch" : "random")}' begins with random weights: leave 'network.weights' out, or take another training.method"));
        if (weights is null && training.Method == CompressionMethod.None && !shape.HasLabels)
            errors.Add(network.LocationOf("weights").Error($"{shape.Name} has no labels to train a network for: name one in 'network.weights', or take the method random"));
        var (layers, locations) = NetworkSection.Read(network, shape, shape.Classes + (training.Loss == LossKind.Ctc ? 1 : 0), errors);
        if (errors.Count == 0 && CompressionRules.Find(layers, training) is { } misfit) errors.Add(locations[misfit.Layer].Error(misfit.Complaint));
        var quantization = ReadQuantization(root.Section("quantization"), shape, layers);
        var (hardware, hardwareLocation) = HardwareSection.Read(root.Section("hardware"), shape, errors);
        root.Leave(ExploreSection.Key);
        root.Finish();
        return new(name, seed, data, layers, training, quantization, hardware)
        {
            LayerLocations = locations,
            HardwareLocation = hardwareLocation,
            QuantizationLocation = root.LocationOf("quantization"),
            Weights = weights is null ? null : new(weights.Value, weights.Location),
        };
    }

    private static string ReadName(SectionReader root, List<InputError> errors)
    {
        if (root.Text("name", "a word such as 'my-net'", required: true) is not { } name) return "";
        if (ModuleName.Complaint(name.Value) is { } complaint) errors.Add(name.Location.Error(complaint));
        return name.Value;
    }

    private static QuantizationSettings ReadQuantization(SectionReader section, DataSetShape shape, IReadOnlyList<LayerDescription> layers)
    {
        var result = new QuantizationSettings(
            section.Integer("bits", QuantizationSettings.ShortestWord, QuantizationSettings.LongestWord),
            section.Integer("calibration_sequences", 1, shape.TrainingSequences ?? int.MaxValue, ifMissing: 500))
        {
            WeightBits = section.Integers("weight_bits", QuantizationSettings.ShortestWord, QuantizationSettings.LongestWord, layers.Count, "layer"),
            FftShifts = Shifts("fft_shifts"),
            IfftShifts = Shifts("ifft_shifts"),
            ActivationSegments = section.Integers("activation_segments", QuantizationSettings.FewestSegments, QuantizationSettings.MostSegments, 2, "function", mustBePowersOfTwo: true),
        };
        section.Finish();
        return result;

        IReadOnlyList<int> Shifts(string key) =>
            section.Integers(key, 0, QuantizationSettings.MostShifts, layers.SelectMany(l => l.Matrices).Select(m => m.BlockSize).Distinct().Count(), "block size");
    }
}
