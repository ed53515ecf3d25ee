namespace HwGen.Core.Cost;

/// <summary>What the instances of one kind of module need together.</summary>
/// <param name="Module">What the module is, e.g. "element".</param>
/// <param name="Demand">Of all instances.</param>
public sealed record ModuleDemand(string Module, ResourceDemand Demand);
