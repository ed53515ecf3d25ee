using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary>Sweeps by job arrays: on a Slurm of the test's own, and where Slurm does not do its part.</summary>
public sealed class SlurmTests
{
    /// <summary>Two words of a block hold no four lanes: two points fail. Four networks and words have a score.</summary>
    private static readonly string Design = HwGenProcess.Design.Replace("processing_elements: 3", "processing_elements: 3, vector_lanes: 4", StringComparison.Ordinal)
        .Replace("epochs: 6", "epochs: 2", StringComparison.Ordinal).Replace("epochs: 4", "epochs: 1", StringComparison.Ordinal)
        + "\nexplore: { network.block_size: [2, 4], quantization.bits: [6, 10], hardware.vector_lanes: [1, 4] }\n";

    /// <summary>Columns that say who computed a point, when and how long it took.</summary>
    private static readonly string[] OfTheWorker = ["worker", "lease", "attempts", "seconds"];

    [SlurmFact]
    public async Task Explore_BySlurm_GivesTheRowsOfALocalSweep()
    {
        await using SlurmCluster cluster = await SlurmCluster.StartAsync();
        string[] arguments = ["explore", "tiny.yaml", "--device", "cpu", "--workers", "2"];
        using HwGenProcess local = new(Design), remote = new(Design) { Environment = cluster.Environment };
        var (exitCode, expected) = await local.JsonAsync([.. arguments, "--store", "store/points.sqlite"]);
        Assert.Equal(0, exitCode);

        var (bySlurm, json) = await remote.JsonAsync([.. arguments, "--store", "store/points.sqlite", "--executor", "slurm"]);

        Assert.Equal((0, 8), (bySlurm, json.GetProperty("evaluated").GetInt32()));
        Assert.Equal(expected.GetProperty("points").ToString(), json.GetProperty("points").ToString());
        string[] rows = Rows(local["store/points.sqlite"]);
        Assert.Equal((8 + 4, 2), (rows.Length, rows.Count(r => r.Contains("status=failed", StringComparison.Ordinal) && r.Contains("4 vector_lanes do not divide a block of 2 words", StringComparison.Ordinal))));
        Assert.Equal(rows, Rows(remote["store/points.sqlite"]));
        // It was the array that computed them: its two tasks left their logs.
        Assert.Equal(2, Directory.GetFiles(remote["artifacts/tiny/explore"], "slurm-*_*.log").Length);
        Assert.Empty(Directory.GetFiles(local["artifacts/tiny/explore"], "slurm-*"));
        await cluster.WaitAsync("", "squeue", "--noheader");
    }

    [Fact]
    public async Task Explore_SlurmRefuses_SaysWhatSlurmSaidAndExitsWith3()
    {
        using var hwgen = WithPrograms(("sbatch", "echo 'sbatch: error: Batch job submission failed: Invalid account' >&2; exit 1"));

        var (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "--device", "cpu", "--executor", "slurm");

        Assert.Equal(3, exitCode);
        Assert.Contains("hwgen: error: sbatch: Slurm refused", error, StringComparison.Ordinal);
        Assert.Contains("Batch job submission failed: Invalid account", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explore_ArrayEndsWithPointsLeft_ShowsATasksLogAndExitsWith3()
    {
        using var hwgen = WithPrograms(
            ("sbatch", "echo 'slurmstepd: error: Detected 1 oom-kill event' > artifacts/tiny/explore/slurm-77_1.log; echo 77"),
            ("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"));

        var (exitCode, _, error) = await hwgen.RunAsync("explore", "tiny.yaml", "--device", "cpu", "--executor", "slurm", "--store", "points.sqlite");

        Assert.Equal(3, exitCode);
        Assert.Contains("the job has ended and left 8 points: look at ", error, StringComparison.Ordinal);
        Assert.Contains("Detected 1 oom-kill event", error, StringComparison.Ordinal);
        Assert.Equal(8, Rows(hwgen["points.sqlite"]).Count(r => r.Contains("status=pending", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Explore_NoSlurm_SaysWhatToInstallAndExitsWith3()
    {
        using var hwgen = WithPrograms();

        var (exitCode, json) = await hwgen.JsonAsync("explore", "tiny.yaml", "--device", "cpu", "--executor", "slurm");

        Assert.Equal((3, 3, "sbatch"), (exitCode, json.GetProperty("exitCode").GetInt32(), json.GetProperty("tool").GetString()));
        Assert.StartsWith("there is no Slurm here: install slurm-wlm", json.GetProperty("hint").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The command with these programs alone on its PATH.</summary>
    private static HwGenProcess WithPrograms(params (string Name, string Script)[] programs)
    {
        var hwgen = new HwGenProcess(Design);
        hwgen.Environment = new Dictionary<string, string> { ["PATH"] = Directory.CreateDirectory(hwgen["bin"]).FullName };
        foreach (var (name, script) in programs)
        {
            File.WriteAllText(hwgen[$"bin/{name}"], $"#!/bin/sh\n{script}\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(hwgen[$"bin/{name}"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        return hwgen;
    }

    /// <summary>All rows of a store's tables, each as its columns and their values.</summary>
    private static string[] Rows(string store)
    {
        using var connection = new SqliteConnection($"Data Source={store};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return [.. Table("points"), .. Table("scores")];

        IEnumerable<string> Table(string table)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} ORDER BY key";
            using var reader = command.ExecuteReader();
            while (reader.Read())
                yield return string.Join('\n', Enumerable.Range(0, reader.FieldCount).Where(c => !OfTheWorker.Contains(reader.GetName(c)))
                    .Select(c => $"{reader.GetName(c)}={Convert.ToString(reader.GetValue(c), CultureInfo.InvariantCulture)}"));
        }
    }
}
