namespace HwGen.Core.Network;

/// <summary>Largest or mean value of each square window of a map, channel by channel; windows that reach over the edge are left out.</summary>
public sealed record PoolLayer : LayerDescription
{
    /// <param name="input">Shape of the map that it reads.</param>
    /// <param name="kind">What it takes of a window.</param>
    /// <param name="size">Rows and columns of a window.</param>
    /// <param name="stride">Positions from a window to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1 or the window larger than the map.</exception>
    public PoolLayer(ImageShape input, PoolKind kind, int size, int stride) : base(input.Size, OutputShape(input, size, stride).Size) =>
        (Input, Output, Kind, Window, Stride) = (input, OutputShape(input, size, stride), kind, size, stride);

    public ImageShape Input { get; }

    public ImageShape Output { get; }

    public PoolKind Kind { get; }

    /// <summary>Rows and columns of a window.</summary>
    public int Window { get; }

    public int Stride { get; }

    public override IReadOnlyList<MatrixShape> Matrices => [];

    public override LayerDescription MapBlockSizes(Func<int, int> map) => this;

    private static ImageShape OutputShape(ImageShape input, int size, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Math.Min(input.Height, input.Width));
        return new((input.Height - size) / stride + 1, (input.Width - size) / stride + 1, input.Channels);
    }
}

public enum PoolKind
{
    Max,
    Average,
}
