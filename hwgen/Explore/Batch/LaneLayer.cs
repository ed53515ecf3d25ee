using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>What makes a layer's vector: one of the two, or the cells first and then the projection of an LSTM.</summary>
/// <param name="Cell">Of a GRU or an LSTM.</param>
/// <param name="Linear">Of a dense layer, or a projection.</param>
internal sealed record LaneLayer(CellPlan? Cell, LinearPlan? Linear);
