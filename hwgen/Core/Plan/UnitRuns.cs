using System.Numerics;

namespace HwGen.Core.Plan;

/// <summary>One unit's part of the schedule as hwgen_runs plays it: runs of orders instead of a row for each cycle.</summary>
/// <remarks>An order's fields side by side are one number, so a single addition advances all of them, carries and borrows included.</remarks>
public sealed class UnitRuns
{
    private const int MostSteps = 8;

    private readonly BigInteger[] _orders;      // without the flags of edges
    private readonly BigInteger[] _first;       // flags that count in a run's first order
    private readonly BigInteger[] _last;
    private readonly int[] _pairs;              // number of the step to the next cycle's order; -1 where no run goes on
    private readonly List<BigInteger> _candidates = [];

    /// <param name="fields">The unit's fields, side by side in a row; its valid bit is the lowest.</param>
    /// <param name="rows">The whole schedule, a row a cycle.</param>
    public UnitRuns(IReadOnlyList<ScheduleField> fields, IReadOnlyList<BigInteger> rows)
    {
        (Unit, Lsb, Width) = (fields[0].Unit, fields[0].Lsb, fields.Sum(f => f.Width));
        BigInteger all = (BigInteger.One << Width) - 1, first = Flags(FieldEdge.First), last = Flags(FieldEdge.Last);
        BigInteger[] orders = [.. rows.Select(r => (r >> Lsb) & all)];
        _first = [.. orders.Select(o => o & first)];
        _last = [.. orders.Select(o => o & last)];
        _orders = [.. orders.Select(o => o & ~(first | last))];
        _pairs = new int[rows.Count];
        var numbers = new Dictionary<BigInteger, int>();
        for (int i = 0; i < rows.Count; i++)
        {
            _pairs[i] = -1;
            if (i + 1 == rows.Count || !IsOrder(i) || !IsOrder(i + 1) || !_last[i].IsZero || !_first[i + 1].IsZero) continue;
            BigInteger step = (_orders[i + 1] - _orders[i]) & all;
            if (!numbers.TryGetValue(step, out int number))
            {
                numbers[step] = number = _candidates.Count;
                _candidates.Add(step);
            }
            _pairs[i] = number;
        }
        int[] steps = ChooseSteps();
        Steps = [.. steps.Select(s => _candidates[s])];
        Runs = Encode(steps);
        LengthBits = Bits.Of(Runs.Max(r => r.Length));
        GapBits = Bits.Of(Runs.Max(r => r.Gap) + 1);
        StepBits = Bits.Of(Steps.Count);

        BigInteger Flags(FieldEdge edge) => fields.Where(f => f.Edge == edge).Aggregate(BigInteger.Zero, (mask, f) => mask | (BigInteger.One << (f.Lsb - Lsb)));
    }

    public string Unit { get; }

    /// <summary>Lowest bit of the unit's fields in a row.</summary>
    public int Lsb { get; }

    /// <summary>Bits of an order.</summary>
    public int Width { get; }

    /// <summary>In time; together they take as many cycles as the schedule has rows, so the first follows the last.</summary>
    public IReadOnlyList<OrderRun> Runs { get; }

    /// <summary>What is added from order to order, modulo 2^<see cref="Width"/>; empty if every run has one order.</summary>
    public IReadOnlyList<BigInteger> Steps { get; }

    /// <summary>Bits of a length less one.</summary>
    public int LengthBits { get; }

    public int GapBits { get; }

    public int StepBits { get; }

    /// <summary>Bits of a run in its memory.</summary>
    public int RunWidth => Width + LengthBits + GapBits + StepBits;

    /// <summary>A run as its memory holds it: order lowest, then length less one, gap and step.</summary>
    public BigInteger Pack(OrderRun run) => run.Order | (new BigInteger(run.Length - 1) << Width) | (new BigInteger(run.Gap) << (Width + LengthBits))
        | (new BigInteger(run.Step) << (Width + LengthBits + GapBits));

    private bool IsOrder(int row) => !_orders[row].IsEven;

    /// <summary>Takes the step that saves most runs, and another one as long as the memory becomes smaller.</summary>
    private int[] ChooseSteps()
    {
        int[] likely = [.. _pairs.Where(p => p >= 0).GroupBy(p => p).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(2 * MostSteps).Select(g => g.Key)];
        int[] chosen = [];
        long bits = Size(chosen);
        while (chosen.Length < MostSteps)
        {
            int[][] more = [.. likely.Except(chosen).Select(s => (int[])[.. chosen, s])];
            if (more.MinBy(Size) is not { } better || Size(better) >= bits) break;
            (chosen, bits) = (better, Size(better));
        }
        return chosen;
    }

    private long Size(int[] steps)
    {
        List<OrderRun> runs = Encode(steps);
        return (long)runs.Count * (Width + Bits.Of(runs.Max(r => r.Length)) + Bits.Of(runs.Max(r => r.Gap) + 1) + Bits.Of(steps.Length));
    }

    private List<OrderRun> Encode(int[] steps)
    {
        var codes = new int[_candidates.Count];
        Array.Fill(codes, -1);
        for (int s = 0; s < steps.Length; s++) codes[steps[s]] = s;
        var runs = new List<OrderRun>();
        for (int at = 0; at < _orders.Length;)
        {
            int length = 1, step = _pairs[at] >= 0 ? codes[_pairs[at]] : -1, end = at;
            if (step >= 0)
                while (_pairs[at + length - 1] == _pairs[at]) length++;
            for (end += length; end < _orders.Length && !IsOrder(end);) end++;
            runs.Add(new(_orders[at] | _first[at] | _last[at + length - 1], length, end - at - length, Math.Max(step, 0)));
            at = end;
        }
        return runs;
    }
}
