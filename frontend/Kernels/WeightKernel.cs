using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="WeightKernel"/>. Spectra of a matrix of blocks: word w of block (input i, output o) at
/// Offset + (w·Inputs + i)·Outputs + o.</summary>
public struct WeightKernelArgs
{
    public ArrayView<float> Spectra, Other;
    public int Offset, Size, Inputs, Outputs, Transposed;

    /// <summary>Columns side by side in a panel of the packed matrix; at least the columns: plain rows.</summary>
    public int Panel;
}

/// <summary>Between the spectra of weights and the real matrices that multiply spectra of activations.</summary>
/// <remarks>Words DC and Nyquist (the only one at k = 1) are a matrix each, M[i, o] = word. A complex bin is
/// M = [[Re, Im], [−Im, Re]] with 2·Inputs rows (of real, then of imaginary parts) and 2·Outputs columns; a row of
/// activations times M is the complex product, times Mᵀ the product with the conjugate.</remarks>
public static class WeightKernel
{
    /// <summary>Packs M (or Mᵀ): an item is a row of one bin's matrix.</summary>
    public static void Pack(Index1D item, WeightKernelArgs a)
    {
        int realBins = a.Size == 1 ? 1 : 2;
        int realRows = a.Transposed != 0 ? a.Outputs : a.Inputs, realColumns = a.Transposed != 0 ? a.Inputs : a.Outputs;
        int isComplex = item < realBins * realRows ? 0 : 1;
        int rest = item - isComplex * realBins * realRows;
        int rows = realRows << isComplex, columns = realColumns << isComplex;
        int bin = rest / rows, row = rest % rows;
        int panel = a.Panel == 0 ? columns : a.Panel, width = (columns + panel - 1) / panel * panel;
        int realWidth = a.Panel == 0 ? realColumns : (realColumns + panel - 1) / panel * panel;
        int target = isComplex * realBins * realRows * realWidth + bin * rows * width;
        int word = isComplex == 0 ? bin : 2 + 2 * bin;
        for (int c = 0; c < width; c++)
        {
            float value = 0f;
            if (c < columns)
                value = a.Transposed != 0 ? Entry(a, word, c, row) : Entry(a, word, row, c);
            a.Other[target + c / panel * rows * panel + row * panel + c % panel] = value;
        }
    }

    /// <summary>Spectra of the gradient from the complex bins' Mᵀ-shaped products: an item is one input block of one bin.</summary>
    public static void Fold(Index1D item, WeightKernelArgs a)
    {
        int bin = item / a.Inputs, i = item % a.Inputs, n = 2 * a.Outputs;
        int m = bin * 2 * a.Inputs * n, word = a.Offset + ((2 + 2 * bin) * a.Inputs + i) * a.Outputs, plane = a.Inputs * a.Outputs;
        int real = m + i * n, imaginary = m + (a.Inputs + i) * n;
        for (int o = 0; o < a.Outputs; o++)
        {
            a.Spectra[word + o] = a.Other[real + o] + a.Other[imaginary + a.Outputs + o];
            a.Spectra[word + plane + o] = a.Other[real + a.Outputs + o] - a.Other[imaginary + o];
        }
    }

    private static float Entry(WeightKernelArgs a, int word, int row, int column)
    {
        int i = row % a.Inputs, o = column % a.Outputs, plane = a.Inputs * a.Outputs;
        int at = a.Offset + (word * a.Inputs + i) * a.Outputs + o;
        if ((row >= a.Inputs) == (column >= a.Outputs)) return a.Spectra[at];
        return row >= a.Inputs ? -a.Spectra[at + plane] : a.Spectra[at + plane];
    }
}
