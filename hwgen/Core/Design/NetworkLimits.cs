namespace HwGen.Core.Design;

/// <summary>The largest sizes that a design file takes.</summary>
public static class NetworkLimits
{
    /// <summary>Of a k × k block.</summary>
    public const int MaxBlockSize = 64;

    /// <summary>Outputs, cells or channels of a layer.</summary>
    public const int MaxLayerSize = 4096;

    /// <summary>Of a kernel, window, stride or padding.</summary>
    public const int MaxKernel = 64;
}
