using System.Diagnostics;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Benchmarks;

/// <summary>Speed of whole training steps (forward, backward, clipping, Adam) of GRU 28→128 and a dense layer of 10.</summary>
internal sealed class TrainingStep : IDisposable
{
    public const int Batch = 128, Steps = 28, Inputs = 28, Hidden = 128, Classes = 10;

    private static readonly int[] Indices = [.. Enumerable.Range(0, Batch)];

    private readonly Ops _ops;
    private readonly NetworkModel _model;
    private readonly AdamState _adam;
    private readonly SequenceDataset _data;
    private int _updates;

    public TrainingStep(Ops ops, int blockSize)
    {
        var random = new Random(1);
        _data = new(Batch, Steps, Inputs, Classes, [.. Enumerable.Range(0, Batch * Steps * Inputs).Select(_ => (float)random.NextDouble())],
            [.. Indices.Select(i => (byte)(i % Classes))]);
        LayerDescription[] layers = [new GruLayer(Inputs, Hidden, blockSize), new DenseLayer(Hidden, Classes, blockSize)];
        _ops = ops;
        _model = new(ops, layers, Batch, Steps);
        ops.Upload(_model.Parameters, _model.Layout.Pack(Initialization.Create(layers, 1)));
        _model.Update();
        _adam = new(_model.Parameters, _model.Gradient, ops.Allocate(_model.Layout.Length), ops.Allocate(_model.Layout.Length), _model.Parameters);
    }

    /// <summary>Frames (steps of sequences) a second: the median of <paramref name="runs"/> runs of at least the given time.</summary>
    public double FramesPerSecond(int runs, TimeSpan atLeast)
    {
        Run();
        Run();
        var speeds = new double[runs];
        for (int i = 0; i < runs; i++)
        {
            int steps = 0;
            long start = Stopwatch.GetTimestamp();
            do
            {
                Run();
                steps++;
            } while (Stopwatch.GetElapsedTime(start) < atLeast);
            speeds[i] = (double)steps * Batch * Steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(speeds);
        return speeds[runs / 2];
    }

    public void Dispose()
    {
        _adam.First.Dispose();
        _adam.Second.Dispose();
        _model.Dispose();
    }

    private void Run()
    {
        _model.Forward(_data, Indices);
        _model.Backward();
        double norm = Math.Sqrt(_ops.SumSquares(_model.Gradient));
        _ops.Adam(_adam, 0, _model.Layout.Length, new(1e-3, ++_updates, Math.Min(1, 1 / norm), 0));
        _model.Update();
    }
}
