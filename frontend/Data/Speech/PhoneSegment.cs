namespace HwGen.Frontend.Data.Speech;

/// <summary>One phone of a recording: the samples <paramref name="Start"/> up to, without, <paramref name="End"/>.</summary>
/// <param name="Phone">One of <see cref="PhoneTable.Phones"/>.</param>
public sealed record PhoneSegment(int Start, int End, string Phone);
