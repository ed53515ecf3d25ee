using HwGen.Core.Activations;

namespace HwGen.Explore.Batch;

/// <summary>Every value of an activation, looked up by its input word.</summary>
internal sealed class LaneActivation
{
    private readonly float[] _values;      // at most 18 bits, so exact
    private readonly long _min;

    public LaneActivation(ActivationPlan plan)
    {
        _min = plan.Input.Min;
        _values = new float[plan.Input.Max - _min + 1];
        for (int i = 0; i < _values.Length; i++) _values[i] = plan.Evaluate(_min + i);
    }

    /// <param name="words">Raw words of the activation's input format; replaced by its values.</param>
    public void Apply(Span<double> words)
    {
        for (int i = 0; i < words.Length; i++) words[i] = _values[(int)words[i] - _min];
    }
}
