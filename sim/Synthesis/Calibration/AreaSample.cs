using HwGen.Core.Cost;
using HwGen.Core.Parts;
using HwGen.Core.Plan;

namespace HwGen.Sim.Synthesis.Calibration;

/// <summary>A design, and what Yosys made of it.</summary>
/// <param name="Seed">That drew it.</param>
/// <param name="Plan">The design.</param>
/// <param name="Terms">What the model knows of it.</param>
/// <param name="Measured">By Yosys.</param>
public sealed record AreaSample(int Seed, AcceleratorPlan Plan, AreaTerms Terms, ResourceCount Measured);
