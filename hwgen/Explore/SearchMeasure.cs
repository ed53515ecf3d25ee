using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;

namespace HwGen.Explore;

/// <summary>What a search counts of every choice: more is better.</summary>
/// <param name="IsDecibels">Whether it is decibels; else an accuracy, 0..1.</param>
/// <param name="Of">The figure of an accelerator.</param>
public sealed record SearchMeasure(bool IsDecibels, Func<AcceleratorPlan, double> Of)
{
    /// <summary>Decibels that stand for no noise, and with the other sign for no signal.</summary>
    private const double Most = 300;

    /// <summary>Accuracy on labelled sequences.</summary>
    /// <param name="data">Neither what calibrated nor what tests.</param>
    /// <param name="loss">That the network was trained with.</param>
    /// <param name="cancel">Stops it.</param>
    public static SearchMeasure Accuracy(LabelledData data, LossKind loss, CancellationToken cancel) =>
        new(false, plan => new FixedPointModel(plan, Environment.ProcessorCount, cancel).Score(data, loss == LossKind.Ctc ? new(loss, 0) : null).Accuracy);

    /// <summary>Signal to noise of the outputs against the float network's: power of all outputs to power of all differences, at every step where steps
    /// have labels, else at the last.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="data">Labels don't count.</param>
    /// <param name="cancel">Stops it.</param>
    public static SearchMeasure OutputSignalToNoise(TrainedNetwork network, LabelledData data, CancellationToken cancel)
    {
        var model = new DenseModel(network.FoldBatchNorm());
        var exact = new double[data.Count][];
        Parallel.For(0, data.Count, new ParallelOptions { CancellationToken = cancel }, s => exact[s] = FloatOutputs(model, network.InputSize, data, s));
        double signal = exact.Sum(outputs => outputs.Sum(v => v * v));
        return new(true, plan =>
        {
            double noise = 0;
            foreach (var (index, values) in new FixedPointModel(plan, Environment.ProcessorCount, cancel).Outputs(data))
                for (int i = 0; i < values.Length; i++) noise += (values[i] - exact[index][i]) * (values[i] - exact[index][i]);
            return noise == 0 ? Most : Math.Clamp(10 * Math.Log10(signal / noise), -Most, Most);
        });
    }

    private static double[] FloatOutputs(DenseModel model, int inputSize, LabelledData data, int sequence)
    {
        ArraySegment<float> inputs = Quantizer.Read(data, sequence);
        LayerState[] state = model.InitialState();
        int size = inputSize, steps = inputs.Count / inputSize;
        var outputs = new List<double>();
        for (int t = 0; t < steps; t++)
        {
            DenseLayerStep[] step = model.Step(inputs.Slice(t * size, size).Select(v => (double)v).ToArray(), state);
            if (data.Kind == LabelKind.Frame || t == steps - 1) outputs.AddRange(step[^1].Output);
            state = model.Next(step);
        }
        return [.. outputs];
    }
}
