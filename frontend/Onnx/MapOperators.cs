using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Frontend.Onnx;

/// <summary>Convolutions, pools and what stands between them.</summary>
internal static class MapOperators
{
    private const string OneSize = "hwgen's convolutions and pools take the same for rows and columns";

    public static Value[] Conv(OnnxNode node, Chain chain)
    {
        if (node.Int("group", 1) != 1) node.Refuse($"group is {node.Int("group", 1)}", "each output channel reads all input channels: group 1");
        var w = node.Weights(1, "W");
        int stride = Stride(node);
        if (w.Rank != 4) throw new RefusalException($"W has {w.Rank} dimensions", "a two-dimensional convolution has 4; a one-dimensional one can be written with rows of 1");
        var (x, input) = Map(node, chain);
        int channels = w.Shape[0], height = w.Shape[2], width = w.Shape[3];
        if (w.Items.Length == 0 || w.Shape[1] != input.Channels) throw new RefusalException($"W has {w.Shape[1]} input channels, its input {input.Channels}", "export the model again");
        if (node.Ints("kernel_shape") is { } kernel && !kernel.SequenceEqual([height, width])) throw new RefusalException("kernel_shape isn't W's", "export the model again");
        int padding = Padding(node, input, height, width, stride);
        Limit("kernel", Math.Max(height, width));
        if (height > input.Height + 2 * padding || width > input.Width + 2 * padding)
            throw new RefusalException($"a kernel of {height}×{width} on a map of {input}", "make it smaller than the padded map");
        if ((input.Height + 2.0 * padding) * (input.Width + 2.0 * padding) * channels > FeatureOrder.MaxValues)
            throw new RefusalException($"a map of {channels} channels on {input}", $"a map has at most {FeatureOrder.MaxValues} values");
        var layer = new ConvLayer(input, channels, height, width, stride, padding, 1);
        var taps = new NdArray<float>([channels, input.Channels, height * width], w.Items).Transpose([0, 2, 1]).Items;
        float[] bias = node.Optional(2) is null ? new float[channels] : PerChannel(node, 2, "B", channels);
        int version = chain.Add(layer, new ConvWeights(new(channels, layer.Taps * input.Channels, 1, taps), bias, null));
        return [Output(x, layer.Output, version)];
    }

    public static Value[] Pool(OnnxNode node, Chain chain, PoolKind kind)
    {
        node.Ignore("count_include_pad", "storage_order");      // without padding, and without indices, they change nothing
        int stride = Stride(node);
        if (node.Ints("kernel_shape") is not [var height, var width]) throw new RefusalException("the window isn't two-dimensional", "pool rows and columns");
        if (height != width) throw new RefusalException($"a window of {height}×{width}", OneSize);
        int size = Limit("window", height);
        var (x, input) = Map(node, chain);
        if (size > Math.Min(input.Height, input.Width)) throw new RefusalException($"a window of {size}×{size} on a map of {input}", "make it smaller");
        if (Padding(node, input, size, size, stride) != 0) throw new RefusalException("the map is padded", "pads 0: windows stay inside the map");
        if (node.Flag("ceil_mode") && ((input.Height - size) % stride != 0 || (input.Width - size) % stride != 0))
            throw new RefusalException("ceil_mode is 1 and windows reach over the edge", "ceil_mode 0: windows stay inside the map");
        return [Add(chain, x, new(input, kind, size, stride))];
    }

    public static Value[] GlobalPool(OnnxNode node, Chain chain, PoolKind kind)
    {
        var (x, input) = Map(node, chain);
        return [Global(chain, x, input, kind)];
    }

    /// <summary>A mean over rows and columns is a pool.</summary>
    public static Value[] ReduceMean(OnnxNode node, Chain chain)
    {
        bool keeps = node.Flag("keepdims", ifMissing: true);
        node.Ignore("noop_with_empty_axes");
        var (x, input) = Map(node, chain);
        long[] axes = [.. (node.NumbersOrInput("axes", 1) ?? []).Select(a => (long)OnnxNode.Axis(a, 4)).Order()];
        if (!axes.SequenceEqual([2L, 3L])) throw new RefusalException("a mean over other axes than rows and columns", "a recurrent network is read at its last step or at all steps");
        var pooled = Global(chain, x, input, PoolKind.Average);
        return [keeps ? pooled : pooled with { Axes = [.. pooled.Axes.Take(2)] }];
    }

    public static Value[] BatchNorm(OnnxNode node, Chain chain)
    {
        node.Ignore("momentum");
        if (node.Flag("training_mode")) throw new RefusalException("training_mode is 1", "export in evaluation mode");
        double epsilon = node.Float("epsilon", 1e-5f);
        var x = chain.Signal(node, 0);
        int channels = Channels(x, 1);
        float[] scale = PerChannel(node, 1, "scale", channels), shift = PerChannel(node, 2, "B", channels),
            mean = PerChannel(node, 3, "mean", channels), variance = PerChannel(node, 4, "var", channels);
        if (variance.Any(v => v + epsilon <= 0)) throw new RefusalException("a variance is not above 0", "train it again");
        double[] factor = [.. scale.Zip(variance, (s, v) => s / Math.Sqrt(v + epsilon))];
        return [x with { Version = chain.Scale(c => factor[c], c => shift[c] - factor[c] * mean[c]) }];
    }

    /// <summary>Outputs of the layer below that an axis holds, and nothing else.</summary>
    /// <exception cref="RefusalException">It holds something else.</exception>
    public static int Channels(Activation x, int axis)
    {
        var own = x.Map is { } map ? map.Channel : x.Features is [var one] ? one : null;
        return axis < x.Rank && own is not null && FeatureOrder.AreEqual(x.Axes[axis], [own]) ? (int)own.Size!.Value
            : throw new RefusalException($"axis {axis} of its input isn't the channels of the layer below", "put it right behind a Conv, Gemm or MatMul");
    }

    /// <summary>The signal as a map of batch, channels, rows, columns.</summary>
    private static (Activation X, ImageShape Shape) Map(OnnxNode node, Chain chain)
    {
        var x = chain.Signal(node, 0);
        if (x.Rank != 4) throw new RefusalException($"its input has {x.Rank} dimensions", "batch, channels, rows, columns are four");
        if (x.Features is null)
        {
            if (x.Axes.SelectMany(a => a).Distinct().Count() != x.Axes.Sum(a => a.Count)) throw new RefusalException("axes of its input are not apart", "keep batch, channels, rows and columns on axes of their own");
            var shape = new ImageShape(FeatureOrder.Size(x.Axes[2], "rows"), FeatureOrder.Size(x.Axes[3], "columns"), FeatureOrder.Size(x.Axes[1], "channels"));
            if ((long)shape.Height * shape.Width * shape.Channels > FeatureOrder.MaxValues) throw new RefusalException($"a map of {shape}", $"a map has at most {FeatureOrder.MaxValues} values");
            return (x with { Batch = x.Axes[0], Features = [.. x.Axes[2], .. x.Axes[3], .. x.Axes[1]] }, shape);
        }
        if (x.Map is not { } map || !FeatureOrder.AreEqual(x.Axes[0], x.Batch) || !FeatureOrder.AreEqual(x.Axes[1], [map.Channel])
            || !FeatureOrder.AreEqual(x.Axes[2], [map.Row]) || !FeatureOrder.AreEqual(x.Axes[3], [map.Column]))
            throw new RefusalException("it reads something else than a map of batch, channels, rows, columns", "convolutions and pools come before all other layers");
        return (x, new((int)map.Row.Size!.Value, (int)map.Column.Size!.Value, (int)map.Channel.Size!.Value));
    }

    private static Activation Global(Chain chain, Activation x, ImageShape input, PoolKind kind)
    {
        if (input.Height != input.Width) throw new RefusalException($"a pool over a whole map of {input}", OneSize);
        return Add(chain, x, new(input, kind, Limit("window", input.Height), input.Height));
    }

    private static Activation Add(Chain chain, Activation x, PoolLayer layer) => Output(x, layer.Output, chain.Add(layer, new NoWeights()));

    private static Activation Output(Activation x, ImageShape shape, int version)
    {
        var map = new MapExtents(new("rows", shape.Height), new("columns", shape.Width), new("channels", shape.Channels));
        return x with { Axes = [x.Batch, [map.Channel], [map.Row], [map.Column]], Version = version, Features = map.All, Map = map };
    }

    private static int Stride(OnnxNode node)
    {
        long[] strides = node.Ints("strides") ?? [1, 1];
        if (node.Ints("dilations") is { } dilations && dilations.Any(d => d != 1)) throw new RefusalException("dilations are not 1", "leave dilations out");
        if (strides is not [var down, var right] || down != right) throw new RefusalException($"strides are {string.Join(", ", strides)}", OneSize);
        return Limit("stride", down);
    }

    private static int Limit(string what, long value) => value is >= 1 and <= NetworkLimits.MaxKernel ? (int)value
        : throw new RefusalException($"a {what} of {value}", $"1 to {NetworkLimits.MaxKernel} are supported");

    /// <summary>Zeros on each side.</summary>
    private static int Padding(OnnxNode node, ImageShape input, int height, int width, int stride)
    {
        long[] pads = node.Ints("pads") ?? [0, 0, 0, 0];
        string kind = node.Text("auto_pad") ?? "NOTSET";
        switch (kind)
        {
            case "VALID":
                pads = [0, 0, 0, 0];
                break;
            case "SAME_UPPER" or "SAME_LOWER":
                long rows = Same(input.Height, height), columns = Same(input.Width, width);
                (long rowsBefore, long columnsBefore) = kind == "SAME_UPPER" ? (rows / 2, columns / 2) : (rows - rows / 2, columns - columns / 2);
                pads = [rowsBefore, columnsBefore, rows - rowsBefore, columns - columnsBefore];
                break;
            case not "NOTSET":
                throw new RefusalException($"auto_pad is {kind}", "NOTSET, VALID, SAME_UPPER and SAME_LOWER are supported");
        }
        if (pads.Length != 4 || pads.Any(p => p != pads[0]) || pads[0] is < 0 or > NetworkLimits.MaxKernel)
            throw new RefusalException($"pads are {string.Join(", ", pads)}", $"the same padding on all four sides, 0 to {NetworkLimits.MaxKernel}");
        return (int)pads[0];

        long Same(int size, int kernel) => Math.Max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
    }

    private static float[] PerChannel(OnnxNode node, int input, string name, int channels)
    {
        var array = node.Weights(input, name);
        return array.Rank == 1 && array.Items.Length == channels ? array.Items
            : throw new RefusalException($"{name} has the shape ({string.Join(", ", array.Shape)})", $"({channels}) is needed");
    }
}
