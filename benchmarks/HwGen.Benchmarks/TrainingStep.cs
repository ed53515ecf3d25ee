using System.Diagnostics;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Benchmarks;

/// <summary>Whole training steps (forward, backward, clipping, Adam) of a network on random data.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly Ops _ops;
    private readonly NetworkModel _model;
    private readonly AdamState _adam;
    private readonly LabelledData _data;
    private readonly int[] _indices;
    private readonly int _frames;
    private int _updates;

    public TrainingStep(Ops ops, IReadOnlyList<LayerDescription> layers, int batch, int steps, LabelKind kind)
    {
        _data = new RandomData(batch, steps, layers[0].InputSize, layers[^1].OutputSize, kind);
        _indices = [.. Enumerable.Range(0, batch)];
        _frames = batch * steps;
        _ops = ops;
        _model = new(ops, layers, batch, steps, kind);
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
            speeds[i] = (double)steps * _frames / Stopwatch.GetElapsedTime(start).TotalSeconds;
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
        _model.Forward(_data, _indices, train: true);
        _model.Backward();
        double norm = Math.Sqrt(_ops.SumSquares(_model.Gradient));
        _ops.Adam(_adam, 0, _model.Layout.Length, new(1e-3, ++_updates, Math.Min(1, 1 / norm), 0));
        _model.Update();
    }

    private sealed class RandomData(int count, int steps, int inputSize, int classes, LabelKind kind) : LabelledData
    {
        private readonly float[] _values = Values(count * steps * inputSize);

        public override int Count => count;

        public override int InputSize => inputSize;

        public override int Classes => classes;

        public override LabelKind Kind => kind;

        public override int Length(int index) => steps;

        public override void Read(int index, Span<float> inputs) => _values.AsSpan(index * steps * inputSize, steps * inputSize).CopyTo(inputs);

        public override ReadOnlySpan<byte> Labels(int index) =>
            Enumerable.Range(0, kind == LabelKind.Frame ? steps : 1).Select(t => (byte)((index + t) % classes)).ToArray();

        private static float[] Values(int length)
        {
            var random = new Random(1);
            return [.. Enumerable.Range(0, length).Select(_ => (float)(2 * random.NextDouble() - 1))];
        }
    }
}
