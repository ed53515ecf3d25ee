namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>Partial sums that a batch norm of that many rows takes.</summary>
    public static int NormPartials(int rows) => Divide(rows, NormKernel.PartialRows);

    /// <summary>Outputs of <paramref name="rows"/> rows, from their own moments, which also go into the running ones, or from the running ones.</summary>
    public void Normalize(NormStep s, int rows, bool train)
    {
        var args = s.Arguments(rows, s.Parameters, PerItem(s.Width));
        int ranges = Divide(s.Width, args.ColumnsPerItem), parts = NormPartials(rows), width = s.Width;
        if (!train) Launch<NormKernelArgs>(NormKernel.Running, s.Groups, args);
        else
        {
            if (_simd) ForParts(rows, (part, first, count) => SimdVector.Columns(s.Sums.Host + first * width, width, count, width, s.Partials.Host + part * width));
            else Launch<NormKernelArgs>(NormKernel.Sum, parts * ranges, args);
            Launch<NormKernelArgs>(NormKernel.Means, width, args);
            if (_simd) ForParts(rows, (part, first, count) => SimdNorm.Squares(s.Sums.Host + first * width, s.Columns.Host, count, width, s.Partials.Host + part * width));
            else Launch<NormKernelArgs>(NormKernel.Squares, parts * ranges, args);
            Launch<NormKernelArgs>(NormKernel.Batch, s.Groups, args);
        }
        if (_simd)
            ForParts(rows, (_, first, count) => SimdNorm.Apply(s.Sums.Host + first * width, s.Outputs.Host + first * width,
                s.Columns.Host, s.Parameters.Host + s.Shift, count, width, s.Rectify));
        else Launch<NormKernelArgs>(NormKernel.Apply, rows * ranges, args);
    }

    /// <summary>Gradients at the sums, in place, at β and γ; zeros at the running moments. After <see cref="Normalize"/>.</summary>
    /// <param name="gradient">Laid out as the parameters; null where theirs are not asked for.</param>
    /// <param name="train">As it was there.</param>
    public void NormalizeBack(NormStep s, int rows, Tensor? gradient, bool train = true)
    {
        var args = s.Arguments(rows, gradient ?? s.Parameters, PerItem(s.Width));
        (args.IsRunning, args.HasParameterGradient) = (train ? 0 : 1, gradient is null ? 0 : 1);
        int ranges = Divide(s.Width, args.ColumnsPerItem), parts = NormPartials(rows), width = s.Width;
        if (_simd)
            ForParts(rows, (part, first, count) => SimdNorm.SumBack(s.Sums.Host + first * width, s.Outputs.Host + first * width,
                s.Gradients.Host + first * width, s.Columns.Host, count, width, s.Rectify, s.Partials.Host + part * width, s.Partials.Host + (parts + part) * width));
        else Launch<NormKernelArgs>(NormKernel.SumBack, parts * ranges, args);
        Launch<NormKernelArgs>(NormKernel.BatchBack, s.Groups, args);
        if (_simd)
            ForParts(rows, (_, first, count) => SimdNorm.ApplyBack(s.Sums.Host + first * width, s.Gradients.Host + first * width, s.Columns.Host, count, width));
        else Launch<NormKernelArgs>(NormKernel.ApplyBack, rows * ranges, args);
    }

    /// <summary>Runs <paramref name="body"/>(part, first row, rows) over the parts of <see cref="NormKernel"/>.</summary>
    private void ForParts(int rows, Action<int, int, int> body) =>
        ForChunks(rows, NormKernel.PartialRows, (first, count) => body(first / NormKernel.PartialRows, first, count));
}
