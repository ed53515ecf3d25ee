namespace HwGen.Core.Design;

/// <summary>One point of a design space, as a design file of its own.</summary>
/// <param name="Index">Within the space, from 0.</param>
/// <param name="Name">The space's name and eight digits that stand for everything the text says.</param>
/// <param name="Values">One for each axis.</param>
/// <param name="Text">A whole design file without the section <c>explore</c>.</param>
public sealed record DesignPoint(long Index, string Name, IReadOnlyList<string> Values, string Text);
