using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class SquareAttackTests
{
    private static readonly InputBox Box = new([.. Enumerable.Repeat(-1f, 16)], [.. Enumerable.Repeat(3f, 16)]);

    [Fact]
    public void Run_AnyQueries_NeverRaisesTheMarginAndStaysAtTheRim()
    {
        float[][] inputs = [.. Enumerable.Range(0, 6).Select(i => Sample.Values(i, 8 * 16))];
        var attack = new SquareAttack(new(8, 8, 2), Box, 0.05, 60, 3);
        var asked = new int[6];
        var first = new double[6];
        // The mean of the picture's left half: squares there are kept while they lower it.
        var outcome = attack.Run(inputs, [0, 1, 2, 3, 4, 5], queries => [.. queries.Select(q =>
        {
            double margin = 1 + q.Point.Where((_, i) => i % 16 < 8).Average();
            if (asked[q.Input]++ == 0) first[q.Input] = margin;
            return margin;
        })]);
        Assert.Equal(asked, outcome.Queries);
        Assert.All(outcome.Queries, q => Assert.InRange(q, 1, 60));
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.Equal(1 + outcome.Points[i].Where((_, j) => j % 16 < 8).Average(), outcome.Margins[i]);
            Assert.True(outcome.Margins[i] < first[i] - 0.02);
            for (int j = 0; j < inputs[i].Length; j++)
            {
                float up = Math.Min(inputs[i][j] + 0.05f * 4, 3f), down = Math.Max(inputs[i][j] - 0.05f * 4, -1f);
                Assert.True(Near(up) || Near(down));

                bool Near(float rim) => Math.Abs(outcome.Points[i][j] - rim) <= 4 * Sample.Unit;
            }
        }
    }

    [Fact]
    public void Run_OtherCompany_LeavesAnInputsPointsAsTheyAre()
    {
        float[][] inputs = [.. Enumerable.Range(0, 3).Select(i => Sample.Values(i, 8 * 16))];
        var attack = new SquareAttack(new(8, 8, 2), Box, 0.05, 20, 3);
        static double[] Margins(IReadOnlyList<SquareQuery> queries) => [.. queries.Select(q => 2 + (double)q.Point.Sum())];
        var all = attack.Run(inputs, [4, 5, 6], Margins);
        var one = attack.Run([inputs[1]], [5], Margins);
        Assert.Equal(all.Points[1], one.Points[0]);
        Assert.NotEqual(all.Points[1], attack.Run([inputs[1]], [6], Margins).Points[0]);
    }

    [Fact]
    public void Run_TurnedInput_IsAskedNoMore()
    {
        var outcome = new SquareAttack(new(8, 8, 2), Box, 0.05, 50, 3).Run([Sample.Values(0, 128), Sample.Values(1, 128)], [0, 1],
            queries => [.. queries.Select(q => q.Input == 0 ? -1.0 : 1.0)]);
        Assert.Equal([1, 50], outcome.Queries);
    }

    [Fact]
    public void Side_MoreQueries_Shrinks()
    {
        var attack = new SquareAttack(new(28, 28, 1), null, 0.1, 300, 1);
        int[] sides = [.. Enumerable.Range(1, 299).Select(attack.Side)];
        Assert.Equal(sides.OrderDescending(), sides);
        Assert.Equal((18, 1), (sides[0], sides[^1]));
    }
}
