using System.Diagnostics;
using HwGen.Core.Network;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Benchmarks;

/// <summary>Time and memory of one square fully connected layer, forward and backward.</summary>
/// <param name="Size">n: inputs and outputs.</param>
/// <param name="BlockSize">n for one circulant block, 1 for a dense matrix.</param>
/// <param name="Milliseconds">Of a pass over the batch, forward, backward and taking over changed weights; the median of several runs.</param>
/// <param name="Megabytes">Of all tensors that the layer and its parameters hold.</param>
internal sealed record CostAgainstSize(int Size, int BlockSize, double Milliseconds, double Megabytes)
{
    public const int Batch = 16;

    private const int Runs = 7;

    private static readonly TimeSpan AtLeast = TimeSpan.FromMilliseconds(300);

    public static CostAgainstSize Measure(Ops ops, int n, int k)
    {
        long before = ops.AllocatedFloats;
        var layout = new ParameterLayout([new DenseLayer(n, n, k)]);
        using Tensor parameters = ops.Allocate(layout.Length), gradient = ops.Allocate(layout.Length);
        ops.Upload(parameters, layout.Pack(Initialization.Create(layout.Layers, 1)));
        using Tensor x = ops.Allocate(Values(Batch * n)), dx = ops.Allocate(Batch * n);
        using var layer = new Frontend.Training.DenseModel(ops, layout, 0, Batch, 1, parameters);
        ops.Upload(layer.Gradients.Tensor, Values(Batch * n));
        void Pass()
        {
            layer.Update(parameters, 0);
            layer.Forward(new(x, 0, n), 1, true);
            layer.Backward(new(x, 0, n), new MatrixArgs(dx, 0, n), gradient, 1);
        }
        Pass();
        double megabytes = (ops.AllocatedFloats - before) * sizeof(float) / 1e6;
        var times = new double[Runs];
        for (int r = 0; r < Runs; r++)
        {
            int passes = 0;
            long start = Stopwatch.GetTimestamp();
            do
            {
                Pass();
                passes++;
            } while (Stopwatch.GetElapsedTime(start) < AtLeast);
            times[r] = Stopwatch.GetElapsedTime(start).TotalMilliseconds / passes;
        }
        return new(n, k, times.Order().ElementAt(Runs / 2), megabytes);
    }

    /// <summary>c of cost ≈ c · model(n) with the least sum of squared relative errors, and the largest relative error left.</summary>
    public static (double Factor, double WorstError) Fit(IReadOnlyList<(double N, double Cost)> points, Func<double, double> model)
    {
        double[] ratios = [.. points.Select(p => model(p.N) / p.Cost)];
        double factor = ratios.Sum() / ratios.Sum(r => r * r);
        return (factor, ratios.Max(r => Math.Abs(factor * r - 1)));
    }

    /// <summary>Slope of log cost over log n: the power of n that the cost grows with.</summary>
    public static double Power(IReadOnlyList<(double N, double Cost)> points)
    {
        double meanX = points.Average(p => Math.Log(p.N)), meanY = points.Average(p => Math.Log(p.Cost));
        return points.Sum(p => (Math.Log(p.N) - meanX) * (Math.Log(p.Cost) - meanY)) / points.Sum(p => Math.Pow(Math.Log(p.N) - meanX, 2));
    }

    private static float[] Values(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }
}
