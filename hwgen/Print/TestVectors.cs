namespace HwGen.Print;

/// <summary>A beat of an AXI4-Stream.</summary>
/// <param name="Words">Raw words, shape (K).</param>
/// <param name="Last">TLAST.</param>
/// <param name="Stream">TID.</param>
public sealed record TestBeat(IReadOnlyList<long> Words, bool Last, int Stream);

/// <summary>What the printed testbench drives a design with, and what has to come back.</summary>
/// <param name="Stimulus">Beats of whole steps, in the order in which they go in.</param>
/// <param name="Expected">Beats of the same steps, in the order in which they come out.</param>
public sealed record TestVectors(IReadOnlyList<TestBeat> Stimulus, IReadOnlyList<TestBeat> Expected);
