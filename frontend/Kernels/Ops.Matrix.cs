namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    private const int GradientColumns = 96, GradientRows = 72, LeastTasks = 8;

    /// <summary>C (+)= A·B for each of <paramref name="batch"/> matrices; B packed by <see cref="Pack"/>.</summary>
    /// <param name="a">rows × depth.</param>
    /// <param name="packed">depth × columns.</param>
    /// <param name="c">rows × columns.</param>
    public void Multiply(MatrixArgs a, MatrixArgs packed, MatrixArgs c, int rows, int columns, int depth, int batch, bool accumulate)
    {
        if (_simd)
        {
            for (int i = 0; i < batch; i++)
                SimdGemm.Multiply(a.Tensor.Host + a.Offset + i * a.BatchStride, a.RowStride, packed.Tensor.Host + packed.Offset + i * packed.BatchStride,
                    c.Tensor.Host + c.Offset + i * c.BatchStride, c.RowStride, rows, columns, depth, accumulate);
            return;
        }
        LaunchProduct(new()
        {
            A = a.Tensor.View,
            B = packed.Tensor.View,
            C = c.Tensor.View,
            Rows = rows,
            Columns = columns,
            Depth = depth,
            Accumulate = accumulate ? 1 : 0,
            AOffset = a.Offset,
            ARowStride = a.RowStride,
            ADepthStride = 1,
            ABatch = a.BatchStride,
            BOffset = packed.Offset,
            BRowStride = columns,
            BBatch = packed.BatchStride,
            COffset = c.Offset,
            CRowStride = c.RowStride,
            CBatch = c.BatchStride,
        }, batch);
    }

    /// <summary>C = Aᵀ·B for each of <paramref name="batch"/> matrices: the gradient of weights, summed over rows of activations.</summary>
    /// <param name="a">depth × rows.</param>
    /// <param name="b">depth × columns.</param>
    /// <param name="c">rows × columns.</param>
    public void MultiplyTransposed(MatrixArgs a, MatrixArgs b, MatrixArgs c, int rows, int columns, int depth, int batch)
    {
        if (_simd)
        {
            int across = Divide(columns, GradientColumns), height = batch * across >= LeastTasks ? rows : GradientRows, parts = across * Divide(rows, height);
            For(batch * parts, task =>
            {
                int i = task / parts, first = task % across * GradientColumns, top = task % parts / across * height;
                SimdGemm.MultiplyTransposed(a.Tensor.Host + a.Offset + i * a.BatchStride + top, a.RowStride,
                    b.Tensor.Host + b.Offset + i * b.BatchStride + first, b.RowStride,
                    c.Tensor.Host + c.Offset + i * c.BatchStride + top * c.RowStride + first, c.RowStride,
                    Math.Min(height, rows - top), Math.Min(GradientColumns, columns - first), depth);
            });
            return;
        }
        LaunchProduct(new()
        {
            A = a.Tensor.View,
            B = b.Tensor.View,
            C = c.Tensor.View,
            Rows = rows,
            Columns = columns,
            Depth = depth,
            AOffset = a.Offset,
            ARowStride = 1,
            ADepthStride = a.RowStride,
            ABatch = a.BatchStride,
            BOffset = b.Offset,
            BRowStride = b.RowStride,
            BBatch = b.BatchStride,
            COffset = c.Offset,
            CRowStride = c.RowStride,
            CBatch = c.BatchStride,
        }, batch);
    }

    private void LaunchProduct(GemmKernelArgs args, int batch)
    {
        int groups = Divide(args.Rows, GemmKernel.RowsPerItem);
        args.ColumnsPerItem = PerItem(args.Columns);
        if (_lanes) Launch<GemmKernelArgs>(GemmKernel.Lane, batch * groups * args.Columns, args);
        else Launch<GemmKernelArgs>(GemmKernel.Strip, batch * groups * Divide(args.Columns, args.ColumnsPerItem), args);
    }

    /// <summary>Floats of a packed matrix of <paramref name="columns"/> columns are its rows times this.</summary>
    public int PackedWidth(int columns) => _simd ? Divide(columns, SimdGemm.Panel) * SimdGemm.Panel : columns;

    /// <summary>Packs the matrices of all bins (see <see cref="WeightKernel"/>) one after the other, real bins first.</summary>
    /// <param name="spectra">k planes of inputs × outputs from <paramref name="offset"/>.</param>
    /// <param name="transposed">Packs Mᵀ, which takes gradients back.</param>
    public void Pack(Tensor spectra, int offset, int k, int inputs, int outputs, bool transposed, Tensor target)
    {
        if (_simd)
        {
            SimdVector.Pack(spectra.Host + offset, k, inputs, outputs, transposed, target.Host);
            return;
        }
        int rows = transposed ? outputs : inputs, real = k == 1 ? 1 : 2, complex = k / 2 - 1;
        Launch<WeightKernelArgs>(WeightKernel.Pack, real * rows + (complex > 0 ? complex * 2 * rows : 0), new()
        {
            Spectra = spectra.View,
            Other = target.View,
            Offset = offset,
            Size = k,
            Inputs = inputs,
            Outputs = outputs,
            Transposed = transposed ? 1 : 0,
        });
    }

    /// <summary>The complex bins' gradients from their matrices' (2·inputs × 2·outputs each), see <see cref="WeightKernel.Fold"/>.</summary>
    public void Fold(Tensor products, Tensor spectra, int offset, int k, int inputs, int outputs)
    {
        if (_simd)
        {
            int plane = inputs * outputs, n = 2 * outputs;
            for (int bin = 0; bin < k / 2 - 1; bin++)
                for (int i = 0; i < inputs; i++)
                {
                    float* real = products.Host + (bin * 2 * inputs + i) * n, imaginary = real + inputs * n;
                    float* word = spectra.Host + offset + ((2 + 2 * bin) * inputs + i) * outputs;
                    for (int o = 0; o < outputs; o++)
                    {
                        word[o] = real[o] + imaginary[outputs + o];
                        word[plane + o] = real[outputs + o] - imaginary[o];
                    }
                }
            return;
        }
        Launch<WeightKernelArgs>(WeightKernel.Fold, Math.Max(k / 2 - 1, 0) * inputs, new()
        {
            Spectra = spectra.View,
            Other = products.View,
            Offset = offset,
            Size = k,
            Inputs = inputs,
            Outputs = outputs,
        });
    }
}
