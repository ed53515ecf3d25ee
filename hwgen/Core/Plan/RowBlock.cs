namespace HwGen.Core.Plan;

/// <summary>One block of K rows of a sum.</summary>
/// <param name="Sum">Index of the sum.</param>
/// <param name="Block">Row block.</param>
/// <param name="Window">Of a convolution the group of the vector that it goes into; 0 for others.</param>
/// <param name="Member">Of a convolution the place within the window; 0 for others.</param>
public readonly record struct RowBlock(int Sum, int Block, int Window = 0, int Member = 0);
