namespace HwGen.Core.Plan;

/// <summary>Where the spectra of one vector lie.</summary>
/// <param name="Name">"x" for the input, "h0", "h1", … for the states.</param>
/// <param name="Size">Words before padding.</param>
/// <param name="Blocks">Blocks of k words.</param>
/// <param name="SpectrumBase">First row within a bank of the spectral memory.</param>
/// <param name="StateBase">First row of the state memory; −1 for the input.</param>
/// <param name="Formats">Words.</param>
public sealed record VectorPlan(string Name, int Size, int Blocks, int SpectrumBase, int StateBase, VectorFormats Formats);
