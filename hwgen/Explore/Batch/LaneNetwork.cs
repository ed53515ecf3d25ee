using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>A plan's parameters, transforms and tables in the form that <see cref="LaneRun"/> reads; shared by all runs.</summary>
internal sealed class LaneNetwork(AcceleratorPlan plan)
{
    public AcceleratorPlan Plan => plan;

    public LaneTransform Fft { get; } = new(plan.Formats.Fft);

    public LaneTransform Ifft { get; } = new(plan.Formats.Ifft);

    public LaneActivation Sigmoid { get; } = new(plan.Sigmoid);

    public LaneActivation Tanh { get; } = new(plan.Tanh);

    /// <summary>W of each gate of each layer.</summary>
    public LaneMatrix[][] Input { get; } = [.. plan.Parameters.Select(p => p.Input.Select(m => new LaneMatrix(m)).ToArray())];

    /// <summary>R of each gate of each layer; none for a dense one.</summary>
    public LaneMatrix[][] Recurrent { get; } = [.. plan.Parameters.Select(p => p.Recurrent.Select(m => new LaneMatrix(m)).ToArray())];
}
