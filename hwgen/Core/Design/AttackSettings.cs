namespace HwGen.Core.Design;

/// <summary>The attack, by projected gradients, that a sweep scores its points under.</summary>
/// <param name="Epsilon">ε: most that a value moves, as a share of its range; in the data's own units where that has no end.</param>
/// <param name="Steps">Of each start.</param>
/// <param name="Restarts">Random starts; an input that one of them turns is wrong.</param>
/// <param name="Images">The first so many test inputs count.</param>
public sealed record AttackSettings(double Epsilon, int Steps, int Restarts, int Images);
