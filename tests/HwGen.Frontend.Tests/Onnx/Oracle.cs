using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Onnx;
using HwGen.Frontend.Training;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>ONNX Runtime, and the product's floating-point path beside it.</summary>
internal static class Oracle
{
    /// <summary>Largest difference that is allowed, of the largest output.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>First output of a model.</summary>
    public static float[] Run(byte[] model, params NamedOnnxValue[] inputs)
    {
        using var session = new InferenceSession(model);
        using var results = session.Run(inputs);
        return [.. results[0].AsEnumerable<float>()];
    }

    public static NamedOnnxValue Tensor(string name, float[] values, params int[] shape) =>
        NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(values, shape));

    public static NamedOnnxValue Tensor(string name, int[] values, params int[] shape) =>
        NamedOnnxValue.CreateFromTensor(name, new DenseTensor<int>(values, shape));

    /// <summary>Outputs of the product's floating-point path, shape (count, steps or 1, outputs).</summary>
    /// <param name="inputs">Shape (count, steps, features); of a map (count, rows, columns · channels).</param>
    /// <param name="lengths">Null when all sequences have as many steps as the tensor.</param>
    public static float[] Forward(TrainedNetwork network, float[] inputs, int count, bool everyStep, int[]? lengths = null)
    {
        int steps = network.Layers[0] switch { ConvLayer c => c.Input.Height, PoolLayer p => p.Input.Height, _ => inputs.Length / count / network.InputSize };
        var data = new PaddedDataset(steps, inputs.Length / count / steps, network.OutputSize, everyStep ? LabelKind.Frame : LabelKind.Sequence,
            inputs, new byte[count * steps], lengths ?? [.. Enumerable.Repeat(steps, count)]);
        var ops = Devices.Get("cpu");
        using var model = new NetworkModel(ops, network.Layers, count, steps, data.Kind);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        model.Forward(data, [.. Enumerable.Range(0, count)]);
        return [.. Enumerable.Range(0, count).SelectMany(model.Outputs)];
    }

    /// <summary>From (a, b, …) to (b, a, …).</summary>
    public static float[] Swap(float[] values, int a, int b)
    {
        int run = values.Length / a / b;
        return [.. Enumerable.Range(0, b).SelectMany(j => Enumerable.Range(0, a).SelectMany(i => values.Skip((i * b + j) * run).Take(run)))];
    }

    /// <summary>From (count, channels, positions) to (count, positions, channels).</summary>
    public static float[] ChannelsLast(float[] values, int count, int channels)
    {
        int positions = values.Length / count / channels;
        return [.. Enumerable.Range(0, count).SelectMany(n => Enumerable.Range(0, positions).SelectMany(p =>
            Enumerable.Range(0, channels).Select(c => values[(n * channels + c) * positions + p])))];
    }

    public static void AssertEqual(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(v => Math.Abs(v)), difference = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
        Assert.True(largest > 1e-3, "the outputs say nothing");
        Assert.True(difference <= Tolerance * largest, $"off by {difference / largest:G3} of the largest output");
    }

    public static ImportedNetwork Import(byte[] model) => OnnxImport.Read("model.onnx", model);
}
