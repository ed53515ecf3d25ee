using HwGen.Core.Parts;

namespace HwGen.Core.Cost;

/// <summary>What area.json holds.</summary>
/// <param name="Families">The constants of each family.</param>
/// <param name="Provenance">For each family, how they were made: tool, command, designs, errors.</param>
public sealed record AreaConstants(IReadOnlyDictionary<FpgaFamily, AreaCoefficients> Families, IReadOnlyDictionary<FpgaFamily, AreaProvenance> Provenance);

/// <param name="Tool">Program and version.</param>
/// <param name="Command">What it ran on each design.</param>
/// <param name="Designs">How the designs are drawn.</param>
/// <param name="Seeds">Of the designs that were fitted.</param>
/// <param name="LutError">Median and worst relative error over them, after the fit.</param>
/// <param name="FfError">The same for flip-flops.</param>
public sealed record AreaProvenance(string Tool, string Command, string Designs, IReadOnlyList<int> Seeds, IReadOnlyList<double> LutError, IReadOnlyList<double> FfError);
