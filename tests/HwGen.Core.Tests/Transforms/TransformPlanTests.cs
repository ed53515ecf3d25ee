using System.Numerics;
using HwGen.Core.Numerics;
using HwGen.Core.Transforms;

namespace HwGen.Core.Tests.Transforms;

public sealed class TransformPlanTests
{
    private const int Seed = 7;

    public static TheoryData<bool, int, int, int[]> Plans()
    {
        var data = new TheoryData<bool, int, int, int[]>();
        foreach (bool inverse in new[] { false, true })
            foreach (int k in new[] { 1, 2, 4, 8, 16, 32, 64 })
            {
                int levels = BitOperations.Log2((uint)k);
                foreach (int bits in k == 64 ? new[] { 12 } : [4, 12, 18])
                    foreach (int pattern in (k == 64 ? new[] { 0, 0b010101 } : [0, ~0, 0b010101, 1, 1 << Math.Max(0, levels - 1)]).Select(m => m & ((1 << levels) - 1)).Distinct())
                        data.Add(inverse, k, bits, Pattern(levels, pattern));
                if (k is 8 or 16)
                    for (int pattern = 0; pattern < k; pattern++) data.Add(inverse, k, 8, Pattern(levels, pattern));
            }
        return data;
    }

    /// <summary>Word for word what whole numbers give that are added, multiplied and rounded as they come; every split but for the largest
    /// blocks, of which a few.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(false, 4)]
    [InlineData(false, 8)]
    [InlineData(false, 16)]
    [InlineData(false, 32)]
    [InlineData(false, 64)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 4)]
    [InlineData(true, 8)]
    [InlineData(true, 16)]
    [InlineData(true, 32)]
    [InlineData(true, 64)]
    public void Evaluate_EverySplit_EqualsTheStraightforwardFft(bool inverse, int k)
    {
        int levels = BitOperations.Log2((uint)k), bits = k > 16 ? 10 : 12;
        foreach (int pattern in k > 32 ? [0, 0b101010, 0b010101, 0b111111] : Enumerable.Range(0, k))
        {
            TransformPlan plan = Build(inverse, k, bits, Pattern(levels, pattern));
            var output = new long[k];
            foreach (long[] input in Inputs(plan))
            {
                plan.Evaluate(input, output, new long[plan.Nodes.Count]);
                Assert.Equal(new StraightforwardFft(plan.LevelShifts, plan.Twiddle.FracBits).Run(inverse, input), output);
            }
        }
    }

    /// <summary>The twin tells splits apart: another order of as many shifts gives other words, so that equality says something.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluate_AnotherOrderOfShifts_IsNotTheStraightforwardFft(bool inverse)
    {
        TransformPlan plan = Build(inverse, 8, 12, [1, 0, 0]);
        var twin = new StraightforwardFft([0, 0, 1], plan.Twiddle.FracBits);
        Assert.Contains(Inputs(plan), input =>
        {
            var output = new long[8];
            plan.Evaluate(input, output, new long[plan.Nodes.Count]);
            return !twin.Run(inverse, input).SequenceEqual(output);
        });
    }

    private static int[] Pattern(int levels, int pattern) => [.. Enumerable.Range(0, levels).Select(l => (pattern >> l) & 1)];

    [Theory]
    [MemberData(nameof(Plans))]
    public void Evaluate_AnyInput_StaysWithinProvenRangesAndErrorBounds(bool inverse, int k, int bits, int[] shifts)
    {
        TransformPlan plan = Build(inverse, k, bits, shifts);
        var scratch = new long[plan.Nodes.Count];
        var output = new long[k];
        foreach (long[] input in Inputs(plan).Concat(Extremes(plan)))
        {
            plan.Evaluate(input, output, scratch);
            for (int n = 0; n < plan.Nodes.Count; n++)
            {
                TransformNode node = plan.Nodes[n];
                Assert.True(scratch[n] >= node.Min && scratch[n] <= node.Max, $"node {n}: {scratch[n]} outside {node.Min}..{node.Max}");
                Assert.True(node.Min >= node.Format.Min && node.Max <= node.Format.Max, $"node {n}: {node.Min}..{node.Max} does not fit {node.Format.Width} bits");
            }
            double[] values = [.. input.Select(plan.Input.ToDouble)];
            double[] exact = inverse ? NaiveTransform.Inverse(values) : NaiveTransform.Forward(values);
            double doubles = 1e-12 * k * -plan.Input.ToDouble(plan.Input.Min);      // the naive sum's own rounding
            for (int lane = 0; lane < k; lane++)
            {
                double error = Math.Abs(plan.Format.ToDouble(output[lane]) - exact[lane]);
                Assert.True(error <= plan.Outputs[lane].ErrorBound + doubles, $"lane {lane}: error {error:R} > {plan.Outputs[lane].ErrorBound:R}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nodes_SumsOfEightPoints_ReachTheirProvenRange(bool inverse)
    {
        TransformPlan plan = Build(inverse, 8, 12, [1, 0, 1]);
        var (low, high) = (new long[plan.Nodes.Count], new long[plan.Nodes.Count]);
        var scratch = new long[plan.Nodes.Count];
        foreach (long[] input in Extremes(plan))
        {
            plan.Evaluate(input, new long[8], scratch);
            for (int n = 0; n < scratch.Length; n++) (low[n], high[n]) = (Math.Min(low[n], scratch[n]), Math.Max(high[n], scratch[n]));
        }
        for (int n = 0; n < plan.Nodes.Count; n++)
        {
            if (!plan.Nodes[n].Summing) continue;
            Assert.True(high[n] >= 0.9 * plan.Nodes[n].Max, $"node {n}: only {high[n]} of {plan.Nodes[n].Max}");
            Assert.True(low[n] <= 0.9 * plan.Nodes[n].Min, $"node {n}: only {low[n]} of {plan.Nodes[n].Min}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Evaluate_InverseOfForward_ReturnsTheInput(int k)
    {
        int[] shifts = new int[BitOperations.Log2((uint)k)];
        TransformPlan forward = Build(false, k, 12, shifts);
        TransformPlan inverse = TransformBuilder.Inverse(k, new(forward.OutputBits, forward.Format.FracBits), new(18, 17), shifts);
        var (spectrum, back) = (new long[k], new long[k]);
        foreach (long[] input in Inputs(forward))
        {
            forward.Evaluate(input, spectrum, new long[forward.Nodes.Count]);
            inverse.Evaluate(spectrum, back, new long[inverse.Nodes.Count]);
            for (int t = 0; t < k; t++)
            {
                double bound = inverse.Outputs[t].ErrorBound + 1e-12;
                for (int lane = 0; lane < k; lane++)
                    bound += Math.Abs(NaiveTransform.InverseCoefficient(k, t, lane)) * forward.Outputs[lane].ErrorBound;
                Assert.True(Math.Abs(inverse.Format.ToDouble(back[t]) - forward.Input.ToDouble(input[t])) <= bound, $"sample {t}");
            }
        }
    }

    // Two where the odd quarters are real, two rotations of four for each bin below that: M(n) = M(n/2) + 2·M(n/4) + 2 + 8·(n/8 − 1).
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(4, 0)]
    [InlineData(8, 2)]
    [InlineData(16, 12)]
    [InlineData(32, 42)]
    [InlineData(64, 124)]
    public void Multipliers_BlockSize_AreAsDerived(int k, int multipliers)
    {
        int[] shifts = new int[BitOperations.Log2((uint)k)];
        Assert.Equal(multipliers, Build(false, k, 12, shifts).Multipliers);
        Assert.Equal(multipliers, Build(true, k, 12, shifts).Multipliers);
    }

    [Fact]
    public void Evaluate_WrongTwiddle_LeavesTheErrorBound()
    {
        // The bound can fail: data meant for one size of step against the exact transform of another order.
        TransformPlan plan = Build(false, 8, 12, [0, 0, 0]);
        var output = new long[8];
        long[] input = [.. Extremes(plan).First(i => i.Distinct().Count() > 1)];
        plan.Evaluate(input, output, new long[plan.Nodes.Count]);
        double[] exact = NaiveTransform.Forward([.. input.Reverse().Select(plan.Input.ToDouble)]);
        Assert.Contains(Enumerable.Range(0, 8), lane => Math.Abs(plan.Format.ToDouble(output[lane]) - exact[lane]) > plan.Outputs[lane].ErrorBound + 1e-9);
    }

    [Fact]
    public void Forward_NoPowerOfTwo_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Build(false, 6, 12, [0, 0]));

    [Fact]
    public void Forward_WrongNumberOfShifts_Throws() => Assert.Throws<ArgumentException>(() => Build(false, 8, 12, [0, 0]));

    private static TransformPlan Build(bool inverse, int k, int bits, int[] shifts)
    {
        var (input, twiddle) = (new FixedFormat(bits, bits - 1), new FixedFormat(Math.Min(18, bits + 2), Math.Min(18, bits + 2) - 1));
        return inverse ? TransformBuilder.Inverse(k, input, twiddle, shifts) : TransformBuilder.Forward(k, input, twiddle, shifts);
    }

    private static IEnumerable<long[]> Inputs(TransformPlan plan)
    {
        var random = new Random(Seed);
        int k = plan.BlockSize;
        long min = plan.Input.Min, max = plan.Input.Max;
        yield return [.. Enumerable.Repeat(max, k)];
        yield return [.. Enumerable.Repeat(min, k)];
        yield return [.. Enumerable.Range(0, k).Select(i => i % 2 == 0 ? max : min)];
        for (int i = 0; i < k; i++)
            foreach (long value in new[] { min, max, 1, -1 })
                yield return [.. Enumerable.Range(0, k).Select(t => t == i ? value : 0)];
        for (int i = 0; i < 30; i++) yield return [.. Enumerable.Range(0, k).Select(_ => random.NextInt64(min, max + 1))];
        for (int i = 0; i < 30; i++) yield return [.. Enumerable.Range(0, k).Select(_ => random.Next(2) == 0 ? min : max)];
    }

    /// <summary>For every node the inputs that make it largest and smallest, by its signs as a linear form.</summary>
    private static IEnumerable<long[]> Extremes(TransformPlan plan)
    {
        foreach (double[] form in LinearForms(plan))
        {
            yield return [.. form.Select(c => c > 0 ? plan.Input.Max : plan.Input.Min)];
            yield return [.. form.Select(c => c > 0 ? plan.Input.Min : plan.Input.Max)];
        }
    }

    private static List<double[]> LinearForms(TransformPlan plan)
    {
        var forms = new List<double[]>();
        foreach (TransformNode node in plan.Nodes)
            forms.Add([.. Enumerable.Range(0, plan.BlockSize).Select(i => node.Op switch
            {
                TransformOp.Input => i == node.A ? 1.0 : 0,
                TransformOp.Add => forms[node.A][i] + forms[node.B][i],
                TransformOp.Subtract => forms[node.A][i] - forms[node.B][i],
                TransformOp.Multiply => forms[node.A][i] * plan.Twiddle.ToDouble(node.Constant),
                TransformOp.Double => forms[node.A][i] * 2,
                _ => forms[node.A][i],
            })]);
        return forms;
    }
}
