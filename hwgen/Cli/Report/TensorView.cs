using HwGen.Cli.Results;

namespace HwGen.Cli.Report;

/// <summary>A tensor's row: its format, and how much of it the recorded values use.</summary>
internal sealed record TensorView(string Name, string Format, string Represents, string Recorded, string Used, string BarWidth, string Saturated)
{
    public static TensorView Of(TensorFacts tensor)
    {
        double limit = Math.ScaleB(1, tensor.Width - 1 - tensor.FracBits);
        double used = tensor.Magnitude / limit;
        return new(
            tensor.Name,
            $"Q{tensor.Width - 1 - tensor.FracBits}.{tensor.FracBits}",
            $"±{Show.Number(limit)}",
            $"±{Show.Number(tensor.Magnitude)}",
            Show.Percent(used),
            ReportView.BarWidth(used),
            Show.Percent(tensor.Saturated));
    }
}
