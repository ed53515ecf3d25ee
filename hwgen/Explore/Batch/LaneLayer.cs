using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>What makes a layer's vector: one of the two.</summary>
/// <param name="Cell">Of a GRU.</param>
/// <param name="Linear">Of a dense layer.</param>
internal sealed record LaneLayer(CellPlan? Cell, LinearPlan? Linear);
