namespace HwGen.Frontend.Kernels;

/// <summary>Where blocks of k words lie in rows of a tensor: word w of lane l of group g of row r is at
/// Offset + r·RowStride + g·GroupStride + w·WordStride + l.</summary>
public readonly record struct BlockArgs(Tensor Tensor, int Offset, int RowStride, int GroupStride, int WordStride);
