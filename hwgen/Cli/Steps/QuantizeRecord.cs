using HwGen.Cli.Results;

namespace HwGen.Cli.Steps;

/// <summary>What the report needs to know of a quantization.</summary>
/// <param name="Result">The verb's answer.</param>
/// <param name="Saturations">What each saturation of the design met over the test set.</param>
public sealed record QuantizeRecord(QuantizeResult Result, IReadOnlyList<SaturationShare> Saturations);

/// <param name="Site">Where the design saturates on purpose.</param>
/// <param name="Changed">Words that it changed.</param>
/// <param name="Words">Words that it met.</param>
public sealed record SaturationShare(string Site, long Changed, long Words);
