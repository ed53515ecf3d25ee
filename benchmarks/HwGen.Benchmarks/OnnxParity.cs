using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Onnx;
using HwGen.Frontend.Training;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace HwGen.Benchmarks;

/// <summary>An imported network beside ONNX Runtime on the same model, over a whole test set.</summary>
internal static class OnnxParity
{
    private const int Batch = 250;

    /// <summary>Largest difference that is allowed, as a share of the largest output.</summary>
    private const double Tolerance = 1e-5;

    /// <param name="model">The ONNX file; its first output is a row of classes a sequence.</param>
    /// <param name="data">The .npz file; its first layer's input size and, of convolutions, rows follow from the model.</param>
    /// <returns>Whether all outputs agree.</returns>
    /// <exception cref="InputException">A file is missing or wrong, or the model gives an output a step.</exception>
    public static bool Run(TextWriter log, string model, string data)
    {
        var imported = OnnxImport.Read(model);
        if (imported.EveryStep) throw new InputException(new InputError(model, 1, 1, "the model gives an output for each step: compare one with an output for each sequence"));
        var network = imported.Network;
        var settings = new DataSettings(DataSetName.Npz, data, new(data, 1, 1));
        var test = NpzData.Load(settings).Test;
        var (ours, theirs) = (new float[test.Count][], new float[test.Count][]);
        using var ops = ComputeDevice.Open("cpu");
        using var session = new InferenceSession(model);
        for (int first = 0; first < test.Count; first += Batch)
        {
            int[] indices = [.. Enumerable.Range(first, Math.Min(Batch, test.Count - first))];
            Forward(ops, network, test, indices).CopyTo(ours, first);
            Forward(session, network.Layers[0], test, indices).CopyTo(theirs, first);
        }
        double largest = theirs.Max(row => row.Max(v => Math.Abs((double)v)));
        double difference = ours.Zip(theirs, (a, b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max()).Max();
        int same = ours.Zip(theirs).Count(p => Best(p.First) == Best(p.Second));
        log.WriteLine($"{Path.GetFileName(model)}: {string.Join(", ", network.Layers.Select(l => l.GetType().Name))}; {network.ParameterCount:N0} parameters; {test.Count:N0} test sequences");
        log.WriteLine($"  largest output {largest:G6}; largest difference from ONNX Runtime {difference:G3}, {difference / largest:G3} of it (allowed {Tolerance:G1})");
        log.WriteLine($"  the same class in {same:N0}; accuracy {Accuracy(ours):P2}, of ONNX Runtime {Accuracy(theirs):P2}");
        return difference <= Tolerance * largest && largest > 0;

        double Accuracy(float[][] outputs) => outputs.Index().Count(o => Best(o.Item) == test.Labels(o.Index)[0]) / (double)outputs.Length;
    }

    private static float[][] Forward(Ops ops, TrainedNetwork network, LabelledData data, int[] indices)
    {
        using var model = new NetworkModel(ops, network.Layers, indices.Length, data.Length(0), data.Kind);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        model.Forward(data, indices);
        return [.. indices.Select((_, slot) => model.Outputs(slot))];
    }

    private static float[][] Forward(InferenceSession session, LayerDescription first, LabelledData data, int[] indices)
    {
        int steps = data.Length(0), features = data.InputSize;
        var inputs = new float[indices.Length * steps * features];
        foreach (var (slot, index) in indices.Index()) data.Read(index, inputs.AsSpan(slot * steps * features, steps * features));
        int[] shape = [indices.Length, steps, features];
        if (first is ConvLayer { Input: var map })
        {
            shape = [indices.Length, map.Channels, map.Height, map.Width];
            inputs = ChannelsFirst(inputs, map);
        }
        string name = session.InputNames[0];
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(inputs, shape))]);
        return [.. results[0].AsEnumerable<float>().Chunk((int)(results[0].AsTensor<float>().Length / indices.Length))];
    }

    /// <summary>From (n, rows, columns, channels) to (n, channels, rows, columns).</summary>
    private static float[] ChannelsFirst(float[] values, ImageShape map)
    {
        int positions = map.Height * map.Width;
        var moved = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i % map.Channels, position = i / map.Channels % positions, picture = i / map.Channels / positions;
            moved[(picture * map.Channels + channel) * positions + position] = values[i];
        }
        return moved;
    }

    private static int Best(float[] outputs) => Array.IndexOf(outputs, outputs.Max());
}
