using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>What the linear unit does with the sums of a layer: bias, rectification, pool.</summary>
/// <param name="Layer">Layer whose sums it takes.</param>
/// <param name="Sum">Index of the sum.</param>
/// <param name="Vector">Index of the vector that it makes.</param>
/// <param name="Rectify">Whether negative values become 0.</param>
/// <param name="Pool">The pool layer behind, or null.</param>
/// <param name="Windows">For each group of the vector, the positions of the sum that go into it.</param>
/// <param name="Base">First row of the sum memory.</param>
/// <param name="BiasBase">First row of the bias memory.</param>
public sealed record LinearPlan(int Layer, int Sum, int Vector, bool Rectify, PoolLayer? Pool, IReadOnlyList<int[]> Windows, int Base, int BiasBase)
{
    /// <summary>Windows whose sums are kept at once: those being written, and those being read.</summary>
    public const int Regions = 4;
}
