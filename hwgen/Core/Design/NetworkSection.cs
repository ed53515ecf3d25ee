using HwGen.Core.Network;

namespace HwGen.Core.Design;

/// <summary>Reads the section <c>network</c> of a design file.</summary>
internal static class NetworkSection
{
    private const string Example = "{ type: gru, hidden: 128, block_size: 8 }";

    private static readonly string[] Types = ["gru", "lstm", "conv", "max_pool", "average_pool", "dense"];

    /// <param name="outputs">Outputs that the last layer must have, and why; null when only the data tell.</param>
    public static (IReadOnlyList<LayerDescription> Layers, IReadOnlyList<InputLocation> Locations) Read(
        SectionReader network, DataSetShape shape, int? outputs, List<InputError> errors)
    {
        var sections = network.List("layers", Example);
        network.Finish();
        var layers = new List<LayerDescription>();
        var locations = new List<InputLocation>();
        int start = sections.Contains(null) ? -1 : errors.Count;     // an entry that is no section breaks what stands on it, too
        foreach (var section in sections)
        {
            if (section is null) continue;
            var layer = ReadLayer(section, new(shape, layers, isKnown: errors.Count == start), errors);
            section.Finish();
            if (layer is null) continue;    // what stands on a broken layer is judged by its own keys alone
            layers.Add(layer);
            locations.Add(section.LocationOf("type"));
            if (errors.Count > start || section != sections[^1]) continue;
            if (NetworkRules.Find(layers, endsOpen: !shape.HasLabels) is { } wrong) errors.Add(sections[wrong.Layer]!.LocationOf("type").Error(wrong.Complaint));
            CheckLast(section, layers, shape, outputs, errors);
        }
        return (layers, locations);
    }

    private static void CheckLast(SectionReader section, List<LayerDescription> layers, DataSetShape shape, int? outputs, List<InputError> errors)
    {
        if (!shape.HasLabels || layers[^1] is not DenseLayer last) return;      // told by the rules
        if (last.Rectify) errors.Add(section.LocationOf("rectify").Error("the last layer's outputs compete, large against small: leave 'rectify' out"));
        if (outputs is { } expected && last.OutputSize != expected)
            errors.Add(section.LocationOf("outputs").Error($"the last layer has {last.OutputSize} outputs but {shape.Name} "
                + (expected == shape.Classes ? $"has {expected} classes" : $"has {shape.Classes} classes and the loss a blank")
                + $": end with {{ type: dense, outputs: {expected}, block_size: {last.BlockSize} }}"));
    }

    /// <returns>Null after an error.</returns>
    private static LayerDescription? ReadLayer(SectionReader section, Below below, List<InputError> errors)
    {
        string expected = $"one of {string.Join(", ", Types)}";
        if (section.Text("type", expected, required: true) is not { } type) return null;
        if (!Types.Contains(type.Value))
        {
            errors.Add(type.Location.Error(NearestName.Of(type.Value, Types) is { } nearest
                ? $"unknown layer type '{type.Value}': did you mean '{nearest}'?"
                : $"unknown layer type '{type.Value}': write {expected}"));
            section.TakeAll();
            return null;
        }
        int before = errors.Count;
        LayerDescription? layer = type.Value switch
        {
            "gru" => Gru(section, below),
            "lstm" => Lstm(section, below),
            "conv" => Conv(section, below, errors),
            "dense" => new DenseLayer(below.Features, Size(section, "outputs"), BlockSize(section), section.Flag("rectify", ifMissing: false)),
            _ => Pool(section, below, type.Value == "max_pool" ? PoolKind.Max : PoolKind.Average, errors),
        };
        if (layer is ConvLayer or PoolLayer && below.Map is null) errors.Add(type.Location.Error(below.Layers.Count == 0
            ? $"{below.Shape.Name} has no pictures: begin with a gru or lstm"
            : "a convolution or pool reads a map: put it before all dense layers, and not with recurrent ones"));
        return errors.Count == before ? layer : null;
    }

    private static GruLayer Gru(SectionReader section, Below below)
    {
        int hidden = Size(section, "hidden"), k = BlockSize(section);
        return new(below.Features, hidden, BlockSize(section, "input_block_size", k), BlockSize(section, "recurrent_block_size", k),
            section.Flag("linear_before_reset", ifMissing: true));
    }

    private static LstmLayer Lstm(SectionReader section, Below below)
    {
        int cells = Size(section, "cells"), projection = section.Integer("projection", 0, NetworkLimits.MaxLayerSize, ifMissing: 0);
        bool peepholes = section.Flag("peepholes", ifMissing: false);
        int k = BlockSize(section);
        return new(below.Features, cells, projection, peepholes, BlockSize(section, "input_block_size", k),
            BlockSize(section, "recurrent_block_size", k), BlockSize(section, "projection_block_size", k));
    }

    private static ConvLayer? Conv(SectionReader section, Below below, List<InputError> errors)
    {
        int channels = Size(section, "channels"), height = section.Integer("kernel", 1, NetworkLimits.MaxKernel);
        int width = section.Integer("kernel_width", 1, NetworkLimits.MaxKernel, ifMissing: height);
        int stride = section.Integer("stride", 1, NetworkLimits.MaxKernel, ifMissing: 1), padding = section.Integer("padding", 0, NetworkLimits.MaxKernel, ifMissing: 0);
        int k = BlockSize(section);
        bool norm = section.Flag("batch_norm", ifMissing: false), rectify = section.Flag("rectify", ifMissing: false);
        if (below.Map is not { } map) return new(new(height, width, 1), channels, height, width, stride, padding, k);      // refused by its place
        if (height > map.Height + 2 * padding || width > map.Width + 2 * padding)
        {
            errors.Add(section.LocationOf("kernel").Error($"a kernel of {height}×{width} is larger than the map of {map} with its padding: make it smaller"));
            return null;
        }
        return new(map, channels, height, width, stride, padding, k, norm, norm ? k : 1, rectify);
    }

    private static PoolLayer? Pool(SectionReader section, Below below, PoolKind kind, List<InputError> errors)
    {
        int size = section.Integer("size", 1, NetworkLimits.MaxKernel), stride = section.Integer("stride", 1, NetworkLimits.MaxKernel, ifMissing: size);
        if (below.Map is not { } map) return new(new(size, size, 1), kind, size, stride);     // refused by its place
        if (size <= Math.Min(map.Height, map.Width)) return new(map, kind, size, stride);
        errors.Add(section.LocationOf("size").Error($"a window of {size}×{size} is larger than the map of {map}: make it smaller"));
        return null;
    }

    private static int Size(SectionReader section, string key) => section.Integer(key, 1, NetworkLimits.MaxLayerSize);

    private static int BlockSize(SectionReader section, string key = "block_size", int? ifMissing = null) =>
        section.Integer(key, 1, NetworkLimits.MaxBlockSize, ifMissing, mustBePowerOfTwo: true);

    /// <summary>What stands below a layer.</summary>
    /// <param name="isKnown">False above a broken layer: any map then stands in for the one that would be there.</param>
    private sealed class Below(DataSetShape shape, IReadOnlyList<LayerDescription> layers, bool isKnown)
    {
        public DataSetShape Shape => shape;

        public IReadOnlyList<LayerDescription> Layers => layers;

        public int Features => Layers.Count == 0 ? Shape.FeaturesPerStep : Layers[^1].OutputSize;

        /// <summary>Null when it is no map.</summary>
        public ImageShape? Map => !isKnown ? new(NetworkLimits.MaxKernel, NetworkLimits.MaxKernel, 1) : Layers.Count == 0 ? Shape.Image : Layers[^1] switch
        {
            ConvLayer c => c.Output,
            PoolLayer p => p.Output,
            _ => null,
        };
    }
}
