using HwGen.Core.Network;

namespace HwGen.Core.Design;

/// <summary>Reads a design file. docs/design-file.md lists every key, its range and its default.</summary>
public static class DesignReader
{
    private const int MaxBlockSize = 64;
    private const int MaxLayerSize = 4096;

    /// <summary>A default <c>final_learning_rate</c> is the learning rate divided by this.</summary>
    private const double LearningRateFall = 50;

    /// <param name="text">The file's text.</param>
    /// <param name="file">The file as the user named it, for messages. Nothing is read from disk.</param>
    /// <exception cref="InputException">The text is no valid design; carries all mistakes in the order they stand.</exception>
    public static DesignFile Parse(string text, string file)
    {
        var errors = new List<InputError>();
        var root = YamlTree.Read(text, file, errors);
        if (root is not null and not YamlMap)
            errors.Add(root.Location.Error("a design file is made of 'key: value' lines: 'hwgen new NAME' writes one to start from"));
        var design = root is YamlMap map ? Read(new(map, "", errors), errors) : null;
        return errors.Count == 0 && design is not null
            ? design
            : throw new InputException(errors.OrderBy(e => e.Line).ThenBy(e => e.Column));
    }

    private static DesignFile? Read(SectionReader root, List<InputError> errors)
    {
        string name = ReadName(root, errors);
        int seed = root.Integer("seed", 0, int.MaxValue, ifMissing: 1);
        var (data, shape) = DataSection.Read(root.Section("data"), errors);
        var layers = ReadNetwork(root.Section("network"), shape, errors);
        var training = ReadTraining(root.Section("training"), errors);
        var quantization = ReadQuantization(root.Section("quantization"), shape);
        var hardware = ReadHardware(root.Section("hardware"), shape);
        root.Finish();
        return new(name, seed, data, layers, training, quantization, hardware);
    }

    private static string ReadName(SectionReader root, List<InputError> errors)
    {
        if (root.Text("name", "a word such as 'my-net'", required: true) is not { } name) return "";
        if (ModuleName.Complaint(name.Value) is { } complaint) errors.Add(name.Location.Error(complaint));
        return name.Value;
    }

    private static List<LayerDescription> ReadNetwork(SectionReader network, DataSetShape shape, List<InputError> errors)
    {
        var sections = network.List("layers", "{ type: gru, hidden: 128, block_size: 8 }");
        network.Finish();
        var layers = new List<LayerDescription>();
        foreach (var section in sections)
        {
            if (section is null || ReadLayer(section, layers is [.., var before] ? before.OutputSize : shape.FeaturesPerStep, errors) is not { } layer)
                continue;   // what depends on a broken layer is not judged
            if (layers is [var first, ..] && layer.BlockSize != first.BlockSize)
                errors.Add(section.LocationOf("block_size").Error(
                    $"block_size {layer.BlockSize} differs from the first layer's {first.BlockSize}: the engine has one array for all layers; give each layer the same block_size"));
            layers.Add(layer);
            if (layer is DenseLayer && (layers.Count == 0 || section != sections[^1]))
                errors.Add(section.LocationOf("type").Error("the engine runs one or more gru layers and then one dense layer: put one dense layer last, after a gru"));
            if (section == sections[^1] && layer is GruLayer)
                errors.Add(section.LocationOf("type").Error("the last layer is a gru: end with a dense layer"));
            if (section == sections[^1] && shape.Classes is { } classes && layer.OutputSize != classes)
                errors.Add(section.LocationOf(SizeKey(layer is GruLayer)).Error(
                    $"the last layer has {layer.OutputSize} outputs but {shape.Name} has {classes} classes: end with {{ type: dense, outputs: {classes}, block_size: {layer.BlockSize} }}"));
        }
        return layers;
    }

    /// <returns>Null after an error.</returns>
    private static LayerDescription? ReadLayer(SectionReader section, int inputSize, List<InputError> errors)
    {
        string[] types = ["gru", "dense"];
        string expected = $"one of {string.Join(", ", types)}";
        if (section.Text("type", expected, required: true) is not { } type) return null;
        if (!types.Contains(type.Value))
        {
            errors.Add(type.Location.Error(NearestName.Of(type.Value, types) is { } nearest
                ? $"unknown layer type '{type.Value}': did you mean '{nearest}'?"
                : $"unknown layer type '{type.Value}': write {expected}"));
            return null;
        }
        bool isGru = type.Value == "gru";
        int before = errors.Count;
        int size = section.Integer(SizeKey(isGru), 1, MaxLayerSize);
        int blockSize = section.Integer("block_size", 1, MaxBlockSize, mustBePowerOfTwo: true);
        bool sound = errors.Count == before;
        section.Finish();
        return !sound ? null : isGru ? new GruLayer(inputSize, size, blockSize) : new DenseLayer(inputSize, size, blockSize);
    }

    private static string SizeKey(bool isGru) => isGru ? "hidden" : "outputs";

    private static TrainingSettings ReadTraining(SectionReader training, List<InputError> errors)
    {
        int batchSize = training.Integer("batch_size", 1, 4096, ifMissing: 128);
        double gradientClip = training.Number("gradient_clip", NumberRange.Above(0, 1e6), ifMissing: 1);
        var dense = training.Section("dense");
        var densePhase = ReadPhase(dense, new(8, 0.004, 0), errors);
        dense.Finish();
        var admm = training.Section("admm");
        var admmSettings = new AdmmSettings(
            ReadPhase(admm, new(4, 0.001, 0), errors),
            admm.Number("rho", NumberRange.Above(0, 1e6), ifMissing: 0.001),
            admm.Number("rho_growth", NumberRange.From(1, 100), ifMissing: 1.3),
            admm.Integer("iterations_per_epoch", 1, 1000, ifMissing: 4));
        admm.Finish();
        var retrain = training.Section("retrain");
        var retrainPhase = ReadPhase(retrain, new(4, 0.001, 0), errors);
        retrain.Finish();
        training.Finish();
        return new(batchSize, gradientClip, densePhase, admmSettings, retrainPhase);
    }

    /// <param name="section">The phase's section.</param>
    /// <param name="defaults">Its epochs and learning rate; the final learning rate's default follows from the learning rate.</param>
    /// <param name="errors">Gets a final learning rate above the first.</param>
    private static PhaseSettings ReadPhase(SectionReader section, PhaseSettings defaults, List<InputError> errors)
    {
        int epochs = section.Integer("epochs", 1, 10_000, defaults.Epochs);
        int before = errors.Count;
        double rate = section.Number("learning_rate", NumberRange.Above(0, 1), defaults.LearningRate);
        double final = section.Number("final_learning_rate", NumberRange.From(0, 1), rate / LearningRateFall);
        if (final > rate && errors.Count == before)
            errors.Add(section.LocationOf("final_learning_rate").Error(
                $"final_learning_rate {final} is above learning_rate {rate}: the rate falls, so write at most {rate}"));
        return new(epochs, rate, final);
    }

    private static QuantizationSettings ReadQuantization(SectionReader section, DataSetShape shape)
    {
        var result = new QuantizationSettings(
            section.Integer("bits", 4, 18),
            section.Integer("calibration_sequences", 1, shape.TrainingSequences ?? int.MaxValue, ifMissing: 500));
        section.Finish();
        return result;
    }

    private static HardwareSettings ReadHardware(SectionReader section, DataSetShape shape)
    {
        var result = new HardwareSettings(
            section.Integer("processing_elements", 1, 4096, ifMissing: 16),
            section.Number("clock_megahertz", NumberRange.Above(0, 10_000), ifMissing: 100),
            section.Integer("verify_sequences", 1, shape.TestSequences ?? int.MaxValue, ifMissing: 512));
        section.Finish();
        return result;
    }
}
