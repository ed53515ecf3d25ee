namespace HwGen.Core.Network;

/// <summary>Shape of a map of features; in memory position by position, row-major, the channels of a position together.</summary>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    public int Size => Height * Width * Channels;

    public override string ToString() => $"{Height}×{Width}×{Channels}";
}
