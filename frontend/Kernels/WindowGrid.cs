namespace HwGen.Frontend.Kernels;

/// <summary>How a window moves over maps: a position of a map is row·Width + column, a row of all maps map·Positions + position.</summary>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Columns of a map.</param>
/// <param name="OutHeight">Places of the window from top to bottom.</param>
/// <param name="OutWidth">Places of the window from left to right.</param>
/// <param name="WindowHeight">Rows of the window.</param>
/// <param name="WindowWidth">Columns of the window.</param>
/// <param name="Stride">Positions from a place to the next, both ways.</param>
/// <param name="Padding">Zeros around a map on each side.</param>
public readonly record struct WindowGrid(int Height, int Width, int OutHeight, int OutWidth, int WindowHeight, int WindowWidth, int Stride, int Padding)
{
    public int Positions => Height * Width;

    /// <summary>Places of the window.</summary>
    public int Places => OutHeight * OutWidth;

    /// <summary>Positions of the window; (row, column) is tap row·WindowWidth + column.</summary>
    public int Taps => WindowHeight * WindowWidth;

    /// <summary>Position that the window at <paramref name="place"/> sees at <paramref name="tap"/>; −1 outside the map.</summary>
    public int Seen(int place, int tap)
    {
        int y = place / OutWidth * Stride - Padding + tap / WindowWidth, x = place % OutWidth * Stride - Padding + tap % WindowWidth;
        return y >= 0 && y < Height && x >= 0 && x < Width ? y * Width + x : -1;
    }

    /// <summary>Place from which the window sees <paramref name="position"/> at <paramref name="tap"/>; −1 if there is none.</summary>
    public int Seeing(int position, int tap)
    {
        int y = position / Width + Padding - tap / WindowWidth, x = position % Width + Padding - tap % WindowWidth;
        return y >= 0 && y % Stride == 0 && y / Stride < OutHeight && x >= 0 && x % Stride == 0 && x / Stride < OutWidth
            ? y / Stride * OutWidth + x / Stride : -1;
    }

    /// <summary>First and last row of places whose windows reach row <paramref name="y"/> of a map.</summary>
    internal (int First, int Last) RowsSeeing(int y) => Seeing(y + Padding, WindowHeight, OutHeight);

    /// <summary>First and last column of places whose windows reach column <paramref name="x"/> of a map.</summary>
    internal (int First, int Last) ColumnsSeeing(int x) => Seeing(x + Padding, WindowWidth, OutWidth);

    private (int First, int Last) Seeing(int at, int window, int places) => Stride == 1
        ? (Math.Max(at - window + 1, 0), Math.Min(at, places - 1))
        : (Math.Max(at - window + Stride, 0) / Stride, Math.Min(at / Stride, places - 1));
}
