using HwGen.Cli.Report;
using HwGen.Cli.Results;

namespace HwGen.Cli.Tests.Report;

/// <summary>A sweep of 3 block sizes and 2 word widths; the last point failed, and one text tries to end the page's script.</summary>
internal static class SweepSample
{
    public const string Hostile = "name: point-8-12\n# </script><b>\"'&\n";

    public static SweepModel Model => new("net", ["network.block_size", "quantization.bits"], ["accuracy", "cycles_per_frame"],
    [
        Point(2, 8, 0.91, 400, onFront: true),
        Point(2, 12, 0.90, 400, onFront: false),
        Point(4, 8, 0.88, 200, onFront: true),
        Point(4, 12, 0.89, 210, onFront: true),
        Point(8, 12, 0.80, 120, onFront: true) with { Text = Hostile, Report = "../point-8-12/report.html" },
        Point(8, 8, null, null, onFront: false) with { Point = Point(8, 8, null, null, onFront: false).Point with { Reason = "too <few> bits" } },
    ]);

    private static SweepPagePoint Point(int blockSize, int bits, double? accuracy, long? cycles, bool onFront)
    {
        string name = $"point-{blockSize}-{bits}";
        var values = new Dictionary<string, string> { ["network.block_size"] = $"{blockSize}", ["quantization.bits"] = $"{bits}" };
        return new(new(name, values, accuracy, null, accuracy, cycles, cycles + 20, (cycles + 20) / 100.0, null, null, null, null, null, cycles * 3, 1000, 500, onFront, null),
            $"name: {name}\n", null);
    }
}
