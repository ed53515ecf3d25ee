using System.Globalization;
using System.Numerics;

namespace HwGen.Print;

/// <summary>Small pieces of Verilog text.</summary>
internal static class Verilog
{
    /// <summary>5'd2.</summary>
    public static string Decimal(int width, long value) => string.Create(CultureInfo.InvariantCulture, $"{width}'d{value}");

    /// <summary>-5'sd2.</summary>
    public static string Signed(int width, long value) => string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}{width}'sd{Math.Abs(value)}");

    /// <summary>8'hff.</summary>
    public static string Hex(int width, ulong value) => string.Create(CultureInfo.InvariantCulture, $"{width}'h{value:x}");

    /// <summary>8'hff.</summary>
    public static string Hex(int width, BigInteger value) => string.Create(CultureInfo.InvariantCulture, $"{width}'h{Digits(value)}");

    private static string Digits(BigInteger value) => value.IsZero ? "0" : value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');

    /// <summary>A signed net of <paramref name="from"/> bits as <paramref name="to"/> bits: sign-extended, as it is, or its low bits.</summary>
    public static string Resize(string net, int from, int to) =>
        from == to ? net
        : from > to ? $"{net}[{to - 1}:0]"
        : to - from == 1 ? $"{{{net}[{from - 1}], {net}}}"
        : $"{{{{{to - from}{{{net}[{from - 1}]}}}}, {net}}}";
}
