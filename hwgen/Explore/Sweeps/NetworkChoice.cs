namespace HwGen.Explore.Sweeps;

/// <summary>A network that a search may train.</summary>
/// <param name="Name">For people.</param>
/// <param name="Family">Networks of one family differ in their block size alone.</param>
/// <param name="BlockSize">k, the largest of its matrices.</param>
/// <param name="Multiplies">Real multiplications of a frame.</param>
/// <param name="Bram36">Block memory that its weights fill, in units of 36,864 bits.</param>
public sealed record NetworkChoice(string Name, string Family, int BlockSize, long Multiplies, double Bram36);
