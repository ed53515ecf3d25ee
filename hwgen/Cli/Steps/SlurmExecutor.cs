using System.Globalization;
using CliWrap;
using CliWrap.Buffered;
using HwGen.Core;
using HwGen.Explore.Sweeps;

namespace HwGen.Cli.Steps;

/// <summary>Has a sweep's points evaluated by a Slurm job array, each of whose tasks is an hwgen that works on the same store.</summary>
/// <param name="folder">Takes the tasks' logs; on a file system that all nodes see, as the store is.</param>
/// <param name="command">Program and arguments of a task.</param>
public sealed class SlurmExecutor(string folder, IReadOnlyList<string> command)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>Submits and waits until every point is done or failed.</summary>
    /// <param name="tasks">Of the array.</param>
    /// <param name="store">Told its points.</param>
    /// <param name="report">Told now and then how far the points are.</param>
    /// <exception cref="ToolException">Slurm is missing or refuses, or its tasks ended with points left.</exception>
    public async Task RunAsync(int tasks, SweepStore store, Action<IReadOnlyDictionary<PointStatus, int>> report, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        string job = (await CallAsync("sbatch",
        [
            "--parsable", $"--array=1-{tasks.ToString(CultureInfo.InvariantCulture)}", "--job-name=hwgen", $"--chdir={Directory.GetCurrentDirectory()}",
            $"--output={Path.GetFullPath(Path.Join(folder, "slurm-%A_%a.log"))}", "--wrap", string.Join(' ', command.Select(Quote)),
        ], cancel)).Trim().Split(';')[0];
        try
        {
            while (true)
            {
                // Asked before the store: a task that ends between the two has written its points.
                bool isThere = (await CallAsync("squeue", ["--noheader", "--jobs", job], cancel, mayFail: true)).Trim().Length > 0;
                var counts = store.Counts();
                report(counts);
                if (counts[PointStatus.Pending] + counts[PointStatus.Running] == 0) return;
                if (!isThere)
                    throw new ToolException("slurm", $"sbatch, job {job}", LogOf(job), $"the job has ended and left {counts[PointStatus.Pending] + counts[PointStatus.Running]} points: look at {folder}/slurm-{job}_*.log, then run the same command again");
                await Task.Delay(Poll, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            await CallAsync("scancel", [job], CancellationToken.None, mayFail: true);
            throw;
        }
    }

    /// <summary>The end of the first task's log.</summary>
    private string LogOf(string job)
    {
        const int lines = 20;
        string path = Path.Join(folder, $"slurm-{job}_1.log");
        return File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(lines)) : "";
    }

    private static async Task<string> CallAsync(string program, string[] arguments, CancellationToken cancel, bool mayFail = false)
    {
        try
        {
            var result = await CliWrap.Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancel);
            return result.ExitCode == 0 || mayFail ? result.StandardOutput
                : throw new ToolException(program, $"{program} {string.Join(' ', arguments)}", result.StandardError, "Slurm refused: its message is in the log");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new ToolException(program, $"{program} {string.Join(' ', arguments)}", "", "there is no Slurm here: install slurm-wlm and set it up, or leave --executor out");
        }
    }

    /// <summary>For a POSIX shell.</summary>
    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
