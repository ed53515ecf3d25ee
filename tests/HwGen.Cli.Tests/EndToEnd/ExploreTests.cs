using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary>Sweeps around a tiny design on tiny data, by the real command.</summary>
public sealed class ExploreTests(ITestOutputHelper output)
{
    private const string Space = "\nexplore: { network.block_size: [2, 4], quantization.bits: [6, 10], hardware.processing_elements: [2, 4] }\n";

    [Fact]
    public async Task Explore_KilledFiveTimesBesideAnother_LosesNothingAndDoesNothingTwice()
    {
        const int seed = 12;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using HwGenProcess whole = new(HwGenProcess.Design + Space), killed = new(HwGenProcess.Design + Space);
        var (exitCode, expected) = await whole.JsonAsync("explore", "tiny.yaml", "--device", "cpu");
        Assert.Equal(0, exitCode);
        Assert.Equal(8, expected.GetProperty("evaluated").GetInt32());

        for (int kill = 0; kill < 5; kill++)
        {
            using Process process = killed.Start("explore", "tiny.yaml", "--device", "cpu");
            var drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await Task.Delay(random.Next(200, 3000));
            process.Kill();
            await process.WaitForExitAsync();
            await drained;
        }
        // Two at once finish what is left.
        var both = await Task.WhenAll(killed.JsonAsync("explore", "tiny.yaml", "--device", "cpu"), killed.JsonAsync("explore", "tiny.yaml", "--device", "cpu"));
        var (_, again) = await killed.JsonAsync("explore", "tiny.yaml", "--device", "cpu");

        Assert.Equal(0, again.GetProperty("evaluated").GetInt32());
        foreach (var (code, json) in both.Append((0, again)))
        {
            Assert.Equal(0, code);
            Assert.Equal(expected.GetProperty("points").ToString(), json.GetProperty("points").ToString());
        }
    }

    [Fact]
    public async Task Explore_Analytic_GivesThePlansFiguresWithoutTraining()
    {
        using HwGenProcess hwgen = new(HwGenProcess.Design + Space);
        var (_, real) = await hwgen.JsonAsync("explore", "tiny.yaml", "--device", "cpu");

        var (exitCode, analytic) = await hwgen.JsonAsync("explore", "tiny.yaml", "--analytic");

        Assert.Equal(0, exitCode);
        JsonElement[] expected = [.. real.GetProperty("points").EnumerateArray()], points = [.. analytic.GetProperty("points").EnumerateArray()];
        Assert.Equal(expected.Length, points.Length);
        foreach (var (e, p) in expected.Zip(points))
        {
            foreach (string figure in (string[])["design", "cyclesPerFrame", "cyclesSingleStream", "latencyMicroseconds", "multipliers", "parameters"])
                Assert.Equal(e.GetProperty(figure).ToString(), p.GetProperty(figure).ToString());
            // Two tables of up to 32 rows, a slope of b + 1 and an offset of b + 3 bits each.
            int tables = 2 * 32 * (2 * int.Parse(p.GetProperty("values").GetProperty("quantization.bits").GetString()!) + 4);
            Assert.InRange(p.GetProperty("memoryBits").GetInt64() - e.GetProperty("memoryBits").GetInt64(), -tables, tables);
            Assert.Equal(JsonValueKind.Null, p.GetProperty("accuracy").ValueKind);
        }
    }

    [Fact]
    public async Task Take_APoint_GoesOnFromItsTrainedNetwork()
    {
        using HwGenProcess hwgen = new(HwGenProcess.Design + Space);
        var (_, sweep) = await hwgen.JsonAsync("explore", "tiny.yaml", "--device", "cpu");
        JsonElement point = sweep.GetProperty("points").EnumerateArray().First(p => p.GetProperty("onFront").GetBoolean());
        string name = point.GetProperty("design").GetString()!;

        var (exitCode, taken) = await hwgen.JsonAsync("explore", "tiny.yaml", "--take", name);

        Assert.Equal(0, exitCode);
        File.Copy(hwgen[taken.GetProperty("file").GetString()!], hwgen["tiny.yaml"], overwrite: true);
        DateTime written = File.GetLastWriteTimeUtc(hwgen[$"artifacts/{name}/network.bin"]);
        var (quantized, json) = await hwgen.JsonAsync("quantize", "tiny.yaml");
        Assert.Equal(0, quantized);
        Assert.Equal(name, json.GetProperty("design").GetString());
        Assert.Equal(point.GetProperty("accuracy").GetDouble(), json.GetProperty("accuracy").GetProperty("fixedPoint").GetDouble());
        Assert.Equal(written, File.GetLastWriteTimeUtc(hwgen[$"artifacts/{name}/network.bin"]));
        Assert.Equal(2, (await hwgen.RunAsync("explore", "tiny.yaml", "--take", "nobody")).ExitCode);
    }

    [Fact]
    public async Task Explore_TwoDesignsUnderAttackKilledOnce_HasTheFiguresOfAttackInOneTable()
    {
        const string space = "\nexplore: { quantization.bits: [6, 10], attack: { epsilon: 0.2, steps: 5, restarts: 2, images: 150 }, front: [accuracy, robust_accuracy, energy_per_frame_nanojoule] }\n";
        using HwGenProcess hwgen = new(HwGenProcess.Design + space);
        File.WriteAllText(hwgen["robust.yaml"], HwGenProcess.Design.Replace("name: tiny", "name: robust", StringComparison.Ordinal)
            .Replace("batch_size: 32", "batch_size: 32\n  adversarial: { epsilon: 0.2, steps: 3 }", StringComparison.Ordinal) + space);
        string[] arguments = ["explore", "tiny.yaml", "robust.yaml", "--device", "cpu", "--store", "points.sqlite", "--markdown", "table.md"];
        using (Process process = hwgen.Start(arguments))
        {
            var drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            for (int wait = 0; wait < 3000 && !process.HasExited && !File.Exists(hwgen["artifacts/tiny/network.bin"]); wait++) await Task.Delay(20);
            process.Kill();
            await process.WaitForExitAsync();
            await drained;
        }

        var (exitCode, json) = await hwgen.JsonAsync(arguments);

        Assert.Equal(0, exitCode);
        var (attacked, attack) = await hwgen.JsonAsync("attack", "tiny.yaml", "robust.yaml", "--device", "cpu", "--attacks", "pgd", "--epsilon", "0.2", "--steps", "5", "--restarts", "2",
            "--images", "150", "--integer-images", "150", "--bits", "6", "10");
        Assert.Equal(0, attacked);
        JsonElement[] points = [.. json.GetProperty("points").EnumerateArray()];
        var expected = attack.GetProperty("designs").EnumerateArray().SelectMany(d => d.GetProperty("rows").EnumerateArray().Select(r => (Design: d.GetProperty("design").GetString()!, Row: r)))
            .Where(r => r.Row.GetProperty("way").GetString() != "transfer")
            .ToDictionary(r => $"{r.Design} {r.Row.GetProperty("bits").GetInt32()}", r => r.Row.GetProperty("accuracy").GetDouble());
        Assert.Equal(["tiny 6", "tiny 10", "robust 6", "robust 10"], points.Select(Name));
        foreach (JsonElement point in points)
        {
            Assert.Equal(expected[Name(point)], point.GetProperty("robustAccuracy").GetDouble());
            Assert.Equal(expected[$"{Name(point).Split(' ')[0]} 0"], point.GetProperty("floatRobustAccuracy").GetDouble());
        }
        Assert.True(expected["robust 0"] > expected["tiny 0"], $"training under attack helped nothing: {attack}");
        Assert.Contains("\"robust_accuracy\"", File.ReadAllText(hwgen[json.GetProperty("page").GetString()!]), StringComparison.Ordinal);
        string[] table = File.ReadAllLines(hwgen["table.md"]);
        Assert.Contains("| name | bits | ", table[2].Replace("quantization.", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(4, table.Count(l => l.StartsWith("| tiny |", StringComparison.Ordinal) || l.StartsWith("| robust |", StringComparison.Ordinal)));

        var (_, again) = await hwgen.JsonAsync(arguments);
        Assert.Equal(0, again.GetProperty("evaluated").GetInt32());
        Assert.Equal(points.Select(p => p.ToString()), again.GetProperty("points").EnumerateArray().Select(p => p.ToString()));

        static string Name(JsonElement point) => $"{point.GetProperty("values").GetProperty("name").GetString()} {point.GetProperty("values").GetProperty("quantization.bits").GetString()}";
    }

    [Fact]
    public async Task Explore_DesignsThatCantBeCompared_AreRefused()
    {
        using HwGenProcess hwgen = new(HwGenProcess.Design + Space);
        File.WriteAllText(hwgen["other.yaml"], HwGenProcess.Design.Replace("name: tiny", "name: other", StringComparison.Ordinal) + "\nexplore: { attack: { epsilon: 0.1 } }\n");
        File.WriteAllText(hwgen["twin.yaml"], HwGenProcess.Design);

        var (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "other.yaml");
        Assert.Equal(2, exitCode);
        Assert.Matches("^other.yaml:[0-9]+:[0-9]+: error: 'explore' weighs other figures or another attack than that of 'tiny'", error);
        (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "twin.yaml");
        Assert.Equal(2, exitCode);
        Assert.StartsWith("twin.yaml:1:1: error: another design given is named 'tiny' too", error, StringComparison.Ordinal);
        (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "other.yaml", "--analytic");
        Assert.Equal(2, exitCode);
        Assert.Contains("--analytic takes one design, not 2", error, StringComparison.Ordinal);
        (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "--exhaustive");
        Assert.Equal(2, exitCode);
        Assert.Contains("--exhaustive is of no use without --analytic", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explore_DamagedStore_IsALocatedErrorAndStays()
    {
        using HwGenProcess hwgen = new(HwGenProcess.Design + Space);
        File.WriteAllText(hwgen["points.sqlite"], "no store at all");

        var (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "--store", "points.sqlite");

        Assert.Equal(2, exitCode);
        Assert.StartsWith("points.sqlite:1:1: error: the store is damaged", error, StringComparison.Ordinal);
        Assert.Equal("no store at all", File.ReadAllText(hwgen["points.sqlite"]));
    }

    [Fact]
    public async Task Explore_StoreThatCantBeWritten_IsALocatedError()
    {
        using HwGenProcess hwgen = new(HwGenProcess.Design + Space);

        var (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "--store", "/proc/self/points.sqlite");

        Assert.Equal(2, exitCode);
        Assert.StartsWith("/proc/self/points.sqlite:1:1: error: the store can't be written", error, StringComparison.Ordinal);
    }

    /// <summary>A limit on the size of files stands for a disk with no room.</summary>
    [Fact]
    public async Task Explore_StoreThatMayNotGrow_IsALocatedErrorAndLosesNothing()
    {
        using HwGenProcess hwgen = new(HwGenProcess.Design + Space);
        var (_, expected) = await hwgen.JsonAsync("explore", "tiny.yaml", "--device", "cpu", "--store", "points.sqlite");
        File.WriteAllText(hwgen["more.yaml"], HwGenProcess.Design + Space.Replace("explore: {", "explore: { seed: { from: 3, to: 99 },", StringComparison.Ordinal));
        // The signal that says so would end the process; and the runtime keeps its code in a file unless told otherwise.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "trap '' XFSZ; exec prlimit --fsize=$0 dotnet \"$@\"", new FileInfo(hwgen["points.sqlite"]).Length.ToString(CultureInfo.InvariantCulture),
            typeof(CommandLine).Assembly.Location, "explore", "more.yaml", "--store", "points.sqlite"])
        {
            WorkingDirectory = hwgen.Folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
        };
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;

        Assert.StartsWith("points.sqlite:1:1: error: the ", error, StringComparison.Ordinal);
        Assert.Contains("run the same command again; what is done is kept", error, StringComparison.Ordinal);
        Assert.Equal(2, process.ExitCode);
        var (exitCode, again) = await hwgen.JsonAsync("explore", "tiny.yaml", "--device", "cpu", "--store", "points.sqlite");
        Assert.Equal((0, 0), (exitCode, again.GetProperty("evaluated").GetInt32()));
        Assert.Equal(expected.GetProperty("points").ToString(), again.GetProperty("points").ToString());
    }
}
