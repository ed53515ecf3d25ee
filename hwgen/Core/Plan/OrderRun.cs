using System.Numerics;

namespace HwGen.Core.Plan;

/// <summary>Orders of one unit in consecutive cycles, each a constant more than the one before, and the idle cycles behind them.</summary>
/// <param name="Order">The first order's bits, with the flags of the run's first and last order; 0 where the schedule begins idle.</param>
/// <param name="Length">Orders, at least 1.</param>
/// <param name="Gap">Idle cycles behind the last.</param>
/// <param name="Step">Which of <see cref="UnitRuns.Steps"/> is added; 0 where there is one order.</param>
public readonly record struct OrderRun(BigInteger Order, int Length, int Gap, int Step);
