using HwGen.Frontend.Scoring;

namespace HwGen.Explore;

/// <summary>How an accelerator does on labelled sequences.</summary>
/// <param name="Accuracy">Share of the labels, one a sequence or one a step, that the largest output word names, 0..1; with CTC 1 less the error rate of the best path.</param>
/// <param name="Errors">Edits from what was recognised to what was said; null where sequences have no symbols.</param>
public sealed record FixedPointScore(double Accuracy, ErrorCounts? Errors);
