namespace HwGen.Core.Network;

/// <summary>Two-dimensional convolution (cross-correlation), circulant over channels at each position of the kernel, with optional
/// batch norm and rectification: y = max(0, norm(F ∗ x + b)).</summary>
/// <remarks>
/// Batch norm keeps a mean and a shift β for every channel, but one variance and one scale γ for each group of
/// <see cref="NormGroup"/> channels. With groups of k channels its scale folds exactly into the circulant blocks of a row; a
/// scale for every channel would leave the blocks no longer circulant. Source of the circulant form: Ding et al., CirCNN,
/// arXiv:1708.08917; of batch norm: Ioffe and Szegedy, arXiv:1502.03167.
/// </remarks>
public sealed record ConvLayer : LayerDescription
{
    /// <param name="input">Shape of the map that it reads.</param>
    /// <param name="channels">Channels out.</param>
    /// <param name="kernelHeight">Rows of the kernel.</param>
    /// <param name="kernelWidth">Columns of the kernel.</param>
    /// <param name="stride">Positions from an output to the next, both ways.</param>
    /// <param name="padding">Zeros around the map on each side.</param>
    /// <param name="blockSize">k over channels; the channels of each kernel position are padded to whole blocks.</param>
    /// <param name="batchNorm">Whether the sums are normalised.</param>
    /// <param name="normGroup">Channels that share a variance and a scale.</param>
    /// <param name="rectify">Whether negative outputs become 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, the padding negative, or the kernel larger than the padded map.</exception>
    public ConvLayer(ImageShape input, int channels, int kernelHeight, int kernelWidth, int stride, int padding, int blockSize,
        bool batchNorm = false, int normGroup = 1, bool rectify = false)
        : base(input.Size, OutputShape(input, channels, kernelHeight, kernelWidth, stride, padding).Size, blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(normGroup, 1);
        (Input, Output) = (input, OutputShape(input, channels, kernelHeight, kernelWidth, stride, padding));
        (KernelHeight, KernelWidth, Stride, Padding) = (kernelHeight, kernelWidth, stride, padding);
        (BatchNorm, NormGroup, Rectify) = (batchNorm, normGroup, rectify);
    }

    public ImageShape Input { get; }

    public ImageShape Output { get; }

    public int KernelHeight { get; }

    public int KernelWidth { get; }

    public int Stride { get; }

    public int Padding { get; }

    public bool BatchNorm { get; }

    public int NormGroup { get; }

    public bool Rectify { get; }

    /// <summary>Positions of the kernel.</summary>
    public int Taps => KernelHeight * KernelWidth;

    /// <summary>Channels in, padded to whole blocks: columns of the weight matrix a tap.</summary>
    public int PaddedChannels => (Input.Channels + BlockSize - 1) / BlockSize * BlockSize;

    public override IReadOnlyList<MatrixShape> Matrices => [new(Output.Channels, Input.Channels, BlockSize, Taps)];

    public override LayerDescription MapBlockSizes(Func<int, int> map) => With(map(BlockSize), BatchNorm, NormGroup);

    /// <summary>The same layer with the batch norm's scale shared by other groups of channels.</summary>
    public ConvLayer WithNormGroup(int group) => With(BlockSize, BatchNorm, group);

    /// <summary>The same layer after folding.</summary>
    public ConvLayer WithoutBatchNorm() => With(BlockSize, false, 1);

    private ConvLayer With(int k, bool batchNorm, int group) =>
        new(Input, Output.Channels, KernelHeight, KernelWidth, Stride, Padding, k, batchNorm, group, Rectify);

    private static ImageShape OutputShape(ImageShape input, int channels, int kernelHeight, int kernelWidth, int stride, int padding)
    {
        foreach (int size in (ReadOnlySpan<int>)[input.Height, input.Width, input.Channels, channels, kernelHeight, kernelWidth, stride])
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kernelHeight, input.Height + 2 * padding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kernelWidth, input.Width + 2 * padding);
        return new((input.Height + 2 * padding - kernelHeight) / stride + 1, (input.Width + 2 * padding - kernelWidth) / stride + 1, channels);
    }
}
