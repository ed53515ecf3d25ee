using System.Globalization;

namespace HwGen.Core.Design;

/// <summary>The values a number may have, and how a message says so.</summary>
internal readonly record struct NumberRange(double Min, bool MinIncluded, double Max)
{
    public static NumberRange From(double min, double max) => new(min, true, max);

    public static NumberRange Above(double min, double max) => new(min, false, max);

    /// <summary>False for NaN.</summary>
    public bool Contains(double x) => (MinIncluded ? x >= Min : x > Min) && x <= Max;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(MinIncluded ? "from" : "above")} {Min}{(MinIncluded ? " to" : ", at most")} {Max}");
}
