using System.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class UnitRunsTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(7100, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Runs_PlayedAsTheHardwareDoes_AreTheRows(int seed)
    {
        ControlPlan control = RandomDesign.DrawAny(seed).Plan().Control;
        var rows = new BigInteger[control.Rows.Count];
        foreach (UnitRuns runs in control.Runs)
        {
            ScheduleField[] fields = [.. control.Fields.Where(f => f.Unit == runs.Unit)];
            int row = 0;
            foreach (BigInteger order in runs.Runs.SelectMany(r => Play(runs, fields, runs.Pack(r)))) rows[row++] |= order << runs.Lsb;
            Assert.Equal(rows.Length, row);
        }
        Assert.Equal(control.Rows, rows);
    }

    [Fact]
    public void Runs_LongProducts_AreFew()
    {
        AcceleratorPlan plan = new RandomDesign(1, 4, 8, 1, 28, [64], 10).Plan();
        UnitRuns products = plan.Control.Runs.Single(r => r.Unit == "product");
        // Two columns' spectra a row group at most, and one idle run.
        Assert.InRange(products.Runs.Count, plan.Groups.Groups.Count, 2 * plan.Groups.Groups.Count + 1);
        Assert.Single(products.Steps);
        Assert.True(plan.Control.Runs.Sum(r => r.Runs.Count * r.RunWidth) < plan.Control.Rows.Count * plan.Control.RowWidth / 10);
    }

    [Fact]
    public void Runs_StepWithBorrow_IsOneAddition()
    {
        // valid, a counts down, b up, c marks the last order of a run.
        ScheduleField[] fields = [new("x_valid", 0, 1), new("x_a", 1, 3), new("x_b", 4, 3), new("x_c", 7, 1, FieldEdge.Last)];
        BigInteger[] rows = [0, .. Enumerable.Range(0, 5).Select(i => (BigInteger)(1 | ((7 - i) << 1) | (i << 4) | (i == 4 ? 1 << 7 : 0))), 0, 0];
        var runs = new UnitRuns(fields, rows);
        Assert.Equal([new OrderRun(0, 1, 0, 0), new OrderRun(1 | (7 << 1) | (1 << 7), 5, 2, 0)], runs.Runs);
        Assert.Equal([(1 << 4) - (1 << 1)], runs.Steps);
        Assert.Equal(rows, runs.Runs.SelectMany(r => Play(runs, fields, runs.Pack(r))));
    }

    /// <summary>hwgen_runs on one word of its memory, with what the control makes of the flags.</summary>
    private static IEnumerable<BigInteger> Play(UnitRuns runs, ScheduleField[] fields, BigInteger word)
    {
        BigInteger order = word & Mask(runs.Width);
        int length = Take(runs.Width, runs.LengthBits) + 1, gap = Take(runs.Width + runs.LengthBits, runs.GapBits);
        int step = Take(runs.Width + runs.LengthBits + runs.GapBits, runs.StepBits);
        for (int i = 0; i < length; i++)
        {
            BigInteger hidden = (i > 0 ? Flags(FieldEdge.First) : 0) | (i + 1 < length ? Flags(FieldEdge.Last) : 0);
            yield return order & ~hidden;
            if (i + 1 < length) order = (order + runs.Steps[step]) & Mask(runs.Width);
        }
        for (int i = 0; i < gap; i++) yield return 0;

        int Take(int lsb, int bits) => (int)((word >> lsb) & Mask(bits));
        BigInteger Flags(FieldEdge edge) => fields.Where(f => f.Edge == edge).Aggregate(BigInteger.Zero, (m, f) => m | (BigInteger.One << (f.Lsb - runs.Lsb)));
    }

    private static BigInteger Mask(int bits) => (BigInteger.One << bits) - 1;
}
