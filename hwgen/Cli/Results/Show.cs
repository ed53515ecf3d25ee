using System.Globalization;
using HwGen.Frontend.Scoring;

namespace HwGen.Cli.Results;

/// <summary>Numbers as people read them; the same everywhere in the world.</summary>
internal static class Show
{
    /// <summary>A share 0..1 with two decimals of a percent; a dash for null.</summary>
    public static string Percent(double? share) =>
        share is { } s ? (100 * s).ToString("0.00", CultureInfo.InvariantCulture) + " %" : "-";

    /// <summary>Mean and, of several seeds, sample standard deviation of shares, in percent.</summary>
    public static string Spread(SeedStatistics s) => (100 * s.Mean).ToString("0.00", CultureInfo.InvariantCulture)
        + (s.Deviation is { } d ? " ± " + (100 * d).ToString("0.00", CultureInfo.InvariantCulture) : "");

    public static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>At most four digits that count.</summary>
    public static string Number(double x) => x.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>The difference of two shares in percent points, with its sign.</summary>
    public static string Points(double? difference) => difference is { } d ? (100 * d).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) + " points" : "-";
}
