using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary>Training as a user calls it, on tiny data.</summary>
public sealed class TrainingTests(ITestOutputHelper output)
{
    private const string Lstm = """
        name: tiny
        seed: 3
        data: { name: fashion-mnist, path: data }
        network:
          layers:
            - { type: lstm, cells: 40, projection: 20, peepholes: true, block_size: 8 }
            - { type: dense, outputs: 10, block_size: 1 }
        training:
          batch_size: 32
          dense: { epochs: 2, learning_rate: 0.01 }
          admm: { epochs: 160, learning_rate: 0.005, rho: 0.01, rho_growth: 1.01, iterations_per_epoch: 1 }
          retrain: { epochs: 4, learning_rate: 0.005 }
        quantization: { bits: 10 }
        """;

    [Fact]
    public async Task Train_KilledTenTimesInAdmm_EndsWithTheSameBytes()
    {
        const int seed = 8;
        output.WriteLine($"seed {seed}");
        using HwGenProcess whole = new(Lstm), killed = new(Lstm);
        Assert.Equal(0, (await whole.RunAsync("train", "tiny.yaml", "--device", "cpu")).ExitCode);

        var random = new Random(seed);
        int kills = 0;
        for (; kills < 10; kills++)
        {
            using Process process = killed.Start("train", "tiny.yaml", "--device", "cpu");
            var drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            // Before, in and between checkpoints, which come every three seconds.
            if (process.WaitForExit(random.Next(600, 4000))) break;
            process.Kill();
            await process.WaitForExitAsync();
            await drained;
        }
        Assert.Equal(0, (await killed.RunAsync("train", "tiny.yaml", "--device", "cpu")).ExitCode);

        output.WriteLine($"killed {kills} times");
        Assert.True(kills >= 3, $"only {kills} kills met a training");
        foreach (string file in new[] { "network.bin", "log.bin" })
            Assert.Equal(await File.ReadAllBytesAsync(whole[$"artifacts/tiny/{file}"]), await File.ReadAllBytesAsync(killed[$"artifacts/tiny/{file}"]));
    }

    [Fact]
    public async Task Compare_TwoWaysTwoSeeds_HasARowForEachAndGoesOn()
    {
        using var hwgen = new HwGenProcess();
        string[] arguments = ["compare", "tiny.yaml", "--block-sizes", "2", "--methods", "admm", "scratch", "--spectral-bits", "4", "--seeds", "2", "--markdown", Path.Join(hwgen.Folder, "table.md")];

        var (exitCode, json) = await hwgen.JsonAsync(arguments);

        Assert.Equal(0, exitCode);
        JsonElement rows = json.GetProperty("networks")[0].GetProperty("tests")[0].GetProperty("rows");
        Assert.Equal(["dense", "k=2, admm", "k=2, admm, rounded to 4 bits", "k=2, admm, trained with 4 bits", "k=2, scratch", "k=2, scratch, rounded to 4 bits", "k=2, scratch, trained with 4 bits"],
            rows.EnumerateArray().Select(r => r.GetProperty("weights").GetString()));
        foreach (JsonElement row in rows.EnumerateArray())
        {
            Assert.Equal(2, row.GetProperty("figure").GetProperty("count").GetInt32());
            Assert.InRange(row.GetProperty("figure").GetProperty("mean").GetDouble(), 0.25, 1);     // chance is 0.1
        }
        double dense = rows[0].GetProperty("figure").GetProperty("mean").GetDouble(), admm = rows[1].GetProperty("figure").GetProperty("mean").GetDouble();
        Assert.Equal(dense - admm, rows[1].GetProperty("worseThanDense").GetProperty("mean").GetDouble(), 12);
        string page = await File.ReadAllTextAsync(hwgen["table.md"]);
        Assert.Contains("| tiny | test | k=2, admm |", page, StringComparison.Ordinal);
        Assert.Contains("--spectral-bits 4 --seeds 2", page, StringComparison.Ordinal);

        // All is there: the second time nothing is trained.
        var written = Directory.GetFiles(hwgen["artifacts"], "network.bin", SearchOption.AllDirectories).ToDictionary(f => f, File.GetLastWriteTimeUtc);
        Assert.Equal(10, written.Count);     // a baseline a seed, and four networks a seed
        var (_, again) = await hwgen.JsonAsync(arguments);
        Assert.Equal(json.ToString(), again.ToString());
        Assert.All(written, w => Assert.Equal(w.Value, File.GetLastWriteTimeUtc(w.Key)));
    }

    [Theory]
    [InlineData("--block-sizes", "3")]
    [InlineData("--seeds", "0")]
    [InlineData("--spectral-bits", "2")]
    [InlineData("--methods", "magic")]
    public async Task Compare_WrongOption_ExitsWith2(params string[] option)
    {
        using var hwgen = new HwGenProcess();
        Assert.Equal(2, (await hwgen.RunAsync(["compare", "tiny.yaml", .. option])).ExitCode);
    }

    [Fact]
    public async Task Run_HardwareThatTheEngineLacks_IsRefusedBeforeTraining()
    {
        using var hwgen = new HwGenProcess(Lstm + "\nhardware: { vector_lanes: 16 }");

        var (exitCode, _, error) = await hwgen.RunAsync("run", "tiny.yaml");

        Assert.Equal(2, exitCode);
        Assert.Contains(": error: 16 vector_lanes do not divide a block of 8 words", error, StringComparison.Ordinal);
        Assert.False(File.Exists(hwgen["artifacts/tiny/network.bin"]));
    }
}
