using System.Numerics.Tensors;
using HwGen.Frontend.Data;

namespace HwGen.Frontend.Robustness;

/// <summary>Sequences of a batch at the points that an attack has moved them to; a network reads them as any data.</summary>
/// <remarks>Radii are ε times a feature's range, or ε itself without ends; points stay between the ends.</remarks>
/// <param name="source">Data with a label a sequence.</param>
/// <param name="capacity">Most sequences.</param>
/// <param name="epsilon">ε.</param>
internal sealed class PerturbedBatch(LabelledData source, int capacity, double epsilon) : LabelledData
{
    private readonly int[] _indices = new int[capacity];
    private readonly float[][] _originals = new float[capacity][], _points = new float[capacity][];
    private readonly float[][] _least = new float[capacity][], _largest = new float[capacity][];    // ends of each value: of the ball, and between those of the inputs
    private float[] _moves = [];
    private readonly float[] _radii = [.. Enumerable.Range(0, source.InputSize).Select(f => (float)(epsilon * (source.Box?.Range(f) ?? 1)))];
    private int _count;

    public override int Count => _count;

    public override int InputSize => source.InputSize;

    public override int Classes => source.Classes;

    public override LabelKind Kind => source.Kind;

    public override InputBox? Box => source.Box;

    /// <summary>How a value is read; null as it is. Points themselves are not changed by it.</summary>
    public Func<float, float>? Seen { get; init; }

    /// <summary>0..Count−1.</summary>
    public int[] Slots { get; private set; } = [];

    public override int Length(int index) => source.Length(_indices[index]);

    public override void Read(int index, Span<float> inputs)
    {
        var point = _points[index];
        if (Seen is null) point.CopyTo(inputs);
        else
            for (int i = 0; i < point.Length; i++) inputs[i] = Seen(point[i]);
    }

    public override ReadOnlySpan<byte> Labels(int index) => source.Labels(_indices[index]);

    /// <summary>Where a sequence is now, shape (steps, input).</summary>
    public Span<float> Point(int slot) => _points[slot];

    /// <summary>All of them.</summary>
    public float[][] Points => _points[.._count];

    /// <summary>Which sequence of the data it is.</summary>
    public int SourceIndex(int slot) => _indices[slot];

    /// <summary>Takes other sequences, at the points where they really are.</summary>
    public void Load(ReadOnlySpan<int> indices)
    {
        _count = indices.Length;
        if (Slots.Length != _count) Slots = [.. Enumerable.Range(0, _count)];
        indices.CopyTo(_indices);
        for (int b = 0; b < _count; b++)
        {
            int size = source.Length(indices[b]) * source.InputSize;
            if (_originals[b]?.Length != size) (_originals[b], _points[b], _least[b], _largest[b]) = (new float[size], new float[size], new float[size], new float[size]);
            source.Read(indices[b], _originals[b]);
            _originals[b].CopyTo(_points[b], 0);
            Ends(b);
        }
    }

    /// <summary>Moves by <paramref name="distance"/>(i) radii, then back into the ball and between the ends.</summary>
    public void Move(int slot, Func<int, double> distance)
    {
        var point = _points[slot];
        for (int i = 0; i < point.Length; i++) point[i] = (float)(point[i] + distance(i) * _radii[i % _radii.Length]);
        Project(slot);
    }

    /// <summary>One step of <paramref name="length"/> radii along the sign of the gradient.</summary>
    public void Step(int slot, ReadOnlySpan<float> gradient, double length)
    {
        var point = _points[slot];
        if (_moves.Length < point.Length) _moves = new float[point.Length];
        var moves = _moves.AsSpan(0, point.Length);
        float share = (float)length;
        for (int row = 0; row < point.Length; row += _radii.Length) TensorPrimitives.Multiply(_radii, share, moves[row..]);
        for (int i = 0; i < point.Length; i++) moves[i] = gradient[i] == 0 ? 0 : MathF.CopySign(moves[i], gradient[i]);
        TensorPrimitives.Add(point, moves, point);
        Project(slot);
    }

    /// <summary>Σ radius·|gradient| − Σ (point − original)·gradient: how far a point is from a first-order maximum of the ball.</summary>
    public double Stationarity(int slot, ReadOnlySpan<float> gradient)
    {
        double sum = 0;
        for (int i = 0; i < gradient.Length; i++)
            sum += (double)_radii[i % _radii.Length] * Math.Abs(gradient[i]) - ((double)_points[slot][i] - _originals[slot][i]) * gradient[i];
        return sum;
    }

    /// <summary>The nearest point of the ball between the ends.</summary>
    public void Project(int slot)
    {
        TensorPrimitives.Max(_points[slot], _least[slot], _points[slot]);
        TensorPrimitives.Min(_points[slot], _largest[slot], _points[slot]);
    }

    private void Ends(int slot)
    {
        var (original, least, largest, box) = (_originals[slot], _least[slot], _largest[slot], source.Box);
        for (int i = 0, f = 0; i < original.Length; i++)
        {
            (least[i], largest[i]) = (original[i] - _radii[f], original[i] + _radii[f]);
            if (box is not null) (least[i], largest[i]) = (Math.Clamp(least[i], box.Least[f], box.Largest[f]), Math.Clamp(largest[i], box.Least[f], box.Largest[f]));
            if (++f == _radii.Length) f = 0;
        }
    }
}
