using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;

namespace HwGen.Sim.Tests.Reference;

/// <summary>The interval analysis against the words that the reference meets.</summary>
public sealed class RangeProofTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(40, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Ranges_RandomDesign_HoldEveryWordOfTheReference(int seed)
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(seed).Plan();
        var stimulus = new Stimulus(Stimulus.Stress(plan, seed), plan.Shape.Streams);
        var reference = new IntegerReference(plan);
        var taps = new StepTaps(plan);
        Interval?[] proven = [.. plan.Taps.Select(plan.RangeOf)];
        Assert.Equal(["schedule"], plan.Taps.Where((_, t) => proven[t] is null).Select(t => t.Name));

        foreach ((int sequence, int step, int stream) in stimulus.Steps)
        {
            reference.Step(stimulus.Sequences[sequence][step], step == 0, taps, stream);
            for (int t = 0; t < plan.Taps.Count; t++)
                for (int e = 0; e < plan.Taps[t].Entries.Count && proven[t] is { } range; e++)
                    foreach (long word in taps[t, e])
                        Assert.True(range.Holds(word), $"seed {seed}, tap {plan.Taps[t].Name}, {plan.Taps[t].Entries[e].What}: {word} is not in {range}");
        }
    }

    [Fact]
    public void Ranges_Saturation_IsNamedWhereSomeInputNeedsMoreThanTheWord()
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(40).Plan();

        Assert.All(plan.Ranges, r => Assert.True(Interval.Of(r.Word).Holds(r.Range) && r.Before.Holds(r.Range), r.Name));
        Assert.All(plan.Ranges, r => Assert.Equal(!Interval.Of(r.Word).Holds(r.Before), r.Saturates));
    }
}
