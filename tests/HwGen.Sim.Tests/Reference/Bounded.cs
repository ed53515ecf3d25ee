using HwGen.Core.Numerics;

namespace HwGen.Sim.Tests.Reference;

/// <summary>Values and how far a correct fixed-point result may lie from each.</summary>
internal sealed record Bounded(double[] Value, double[] Error)
{
    public static Bounded Exact(double[] value) => new(value, new double[value.Length]);

    public static Bounded Zero(int count) => Exact(new double[count]);

    public Bounded Slice(int from, int count) => new(Value[from..(from + count)], Error[from..(from + count)]);
}

/// <summary>What a tap shows at one entry: words of a format within a bound.</summary>
internal sealed record BoundedWords(Bounded Words, FixedFormat Format);
