using System.Globalization;
using System.Text.Json;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary><c>hwgen attack</c> as a user runs it.</summary>
public sealed class AttackTests
{
    private static readonly string[] Options = ["--device", "cpu", "--attacks", "pgd", "--epsilon", "0.2", "--steps", "3", "--images", "100", "--integer-images", "50", "--bits", "8"];

    [Fact]
    public async Task Attack_OfSeveralSeeds_HasEachSeedsFiguresAndTheirMeans()
    {
        using HwGenProcess hwgen = new(HwGenProcess.Design);       // its own seed is 3

        var (ownCode, own) = await hwgen.JsonAsync(["attack", "tiny.yaml", .. Options]);
        var (exitCode, json) = await hwgen.JsonAsync(["attack", "tiny.yaml", .. Options, "--seeds", "3", "--markdown", "table.md"]);

        Assert.Equal((0, 0), (ownCode, exitCode));
        JsonElement[] designs = [.. json.GetProperty("designs").EnumerateArray()];
        Assert.Equal([("tiny", 1), ("tiny", 2), ("tiny", 3)], designs.Select(d => (d.GetProperty("design").GetString()!, d.GetProperty("seed").GetInt32())));
        Assert.Equal(Rows(own), Rows(designs[2]));
        Assert.NotEqual(Rows(designs[0]), Rows(designs[1]));
        Assert.Equal(2, Directory.GetDirectories(hwgen["artifacts"], "tiny-net-*").Length);
        double[] clean = [.. designs.Select(d => 100 * d.GetProperty("rows")[0].GetProperty("clean").GetDouble())];
        double mean = clean.Average(), deviation = Math.Sqrt(clean.Sum(c => (c - mean) * (c - mean)) / 2);
        string row = Assert.Single(File.ReadAllLines(hwgen["table.md"]), l => l.StartsWith("| tiny | float |", StringComparison.Ordinal));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| {mean:0.00} ± {deviation:0.00} % |"), row, StringComparison.Ordinal);
    }

    private static string Rows(JsonElement report) => report.GetProperty("rows").ToString();
}
