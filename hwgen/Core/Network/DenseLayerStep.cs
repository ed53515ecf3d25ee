namespace HwGen.Core.Network;

/// <summary>What one layer did in one step; vectors are padded to whole blocks.</summary>
/// <param name="Input">x.</param>
/// <param name="Sums">Matrix products without bias. GRU: W_z x + R_z h, W_r x + R_r h, W_n x, R_n h. Dense: W x.</param>
/// <param name="Gates">GRU: z, r, n. Dense: none.</param>
/// <param name="Output">GRU: the next state. Dense: y. Zero in the padding.</param>
public sealed record DenseLayerStep(double[] Input, double[][] Sums, double[][] Gates, double[] Output);
