using HwGen.Core.Parts;

namespace HwGen.Core.Cost;

/// <summary>A demand as a family sees it.</summary>
/// <param name="Fixed">What rules alone say: multipliers, memories, shift registers.</param>
/// <param name="Lut">What each kind's constant multiplies into look-up tables.</param>
/// <param name="Ff">The same for flip-flops.</param>
public sealed record AreaTerms(ResourceCount Fixed, IReadOnlyDictionary<LogicKind, double> Lut, IReadOnlyDictionary<LogicKind, double> Ff);
