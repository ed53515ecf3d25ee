using HwGen.Cli.Results;

namespace HwGen.Cli.Report;

/// <summary>A tensor's row: its format, how much of it the recorded values use, and both drawn over the powers of two.</summary>
/// <param name="ValuesWidth">Of the bar that ends at the largest value recorded.</param>
/// <param name="SpanFrom">Where the format's last place is.</param>
/// <param name="SpanWidth">From there to its limit.</param>
internal sealed record TensorView(string Name, string Format, string Represents, string Recorded, string Used, string Saturated, string ValuesWidth, string SpanFrom, string SpanWidth)
{
    public static TensorView Of(TensorFacts tensor, PowerAxis axis)
    {
        int whole = tensor.Width - 1 - tensor.FracBits;
        double limit = Math.ScaleB(1, whole), last = axis.Place(-tensor.FracBits);
        return new(
            tensor.Name,
            $"Q{whole}.{tensor.FracBits}",
            $"±{Show.Number(limit)}",
            $"±{Show.Number(tensor.Magnitude)}",
            Show.Percent(tensor.Magnitude / limit),
            Show.Percent(tensor.Saturated),
            Show.Number(tensor.Magnitude > 0 ? axis.Place(Math.Log2(tensor.Magnitude)) : 0),
            Show.Number(last),
            Show.Number(axis.Place(whole) - last));
    }
}
