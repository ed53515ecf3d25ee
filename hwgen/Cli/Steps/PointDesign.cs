using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Cli.Steps;

/// <summary>A point's design and the same by <see cref="PointEvaluation.Trained"/>, or what is wrong with its values together.</summary>
internal sealed record PointDesign(DesignFile? Design, DesignFile? Trained, InputException? Errors);
