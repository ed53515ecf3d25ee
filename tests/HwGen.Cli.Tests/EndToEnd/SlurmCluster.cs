using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary>A Slurm of this one machine, with a munge, ports, a configuration and files of its own: no other cluster is looked at or touched.</summary>
/// <remarks>Needs neither systemd nor a host name that resolves.</remarks>
internal sealed class SlurmCluster : IAsyncDisposable
{
    /// <summary>Some ten times what each step takes on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40), Poll = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _daemons = [];

    private SlurmCluster()
    {
    }

    /// <summary>What leads Slurm's commands here.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["SLURM_CONF"] = _folder["slurm.conf"] };

    /// <summary>Returns when the node takes jobs.</summary>
    public static async Task<SlurmCluster> StartAsync()
    {
        var cluster = new SlurmCluster();
        try
        {
            await cluster.BeginAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for this to be printed by one of Slurm's commands.</summary>
    public async Task WaitAsync(string expected, string program, params string[] arguments)
    {
        for (var waited = Stopwatch.StartNew(); await AskAsync(program, arguments) is var answer && answer != expected; await Task.Delay(Poll))
            if (waited.Elapsed > Patience) throw new TimeoutException($"{program} says '{answer}', not '{expected}'.\n{Logs()}");
    }

    /// <summary>The output of one of Slurm's commands.</summary>
    public async Task<string> AskAsync(string program, params string[] arguments)
    {
        using Process process = Begin(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await error;
        return (await output).Trim();
    }

    /// <summary>Ends jobs first, whose processes are no children of the daemons, then all daemons; nothing of it may fail the test.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_daemons.Count > 0)
            try
            {
                await AskAsync("scancel", "--full", "--signal=KILL", "--user=root");
                await WaitAsync("", "squeue", "--noheader");
            }
            catch (Exception e) when (e is TimeoutException or System.ComponentModel.Win32Exception)
            {
                // The daemons below end all the same.
            }
        foreach (Process daemon in Enumerable.Reverse(_daemons))
        {
            daemon.Kill(entireProcessTree: true);
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }
        _folder.Dispose();
    }

    private async Task BeginAsync()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Slurm is not for Windows.");
        File.WriteAllBytes(_folder["munge.key"], RandomNumberGenerator.GetBytes(1024));
        File.SetUnixFileMode(_folder["munge.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // munged wants its socket where any user may reach it.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        string node = System.Environment.MachineName;
        int[] ports = FreePorts(2);
        _folder.Write("slurm.conf", $"""
            ClusterName=hwgen-test
            SlurmctldHost={node}(127.0.0.1)
            SlurmctldPort={ports[0]}
            SlurmdPort={ports[1]}
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/munge
            AuthInfo=socket={_folder["munge.socket"]}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SlurmdParameters=config_overrides
            SchedulerParameters=batch_sched_delay=0
            ReturnToService=2
            StateSaveLocation={_folder["state"]}
            SlurmdSpoolDir={_folder["spool"]}
            SlurmctldPidFile={_folder["slurmctld.pid"]}
            SlurmdPidFile={_folder["slurmd.pid"]}
            SlurmctldLogFile={_folder["slurmctld.log"]}
            SlurmdLogFile={_folder["slurmd.log"]}
            NodeName={node} NodeAddr=127.0.0.1 CPUs=2
            PartitionName=all Nodes={node} Default=YES State=UP

            """);
        Directory.CreateDirectory(_folder["state"]);
        Directory.CreateDirectory(_folder["spool"]);
        Daemon("munged", "--foreground", "--origin=127.0.0.1", $"--key-file={_folder["munge.key"]}", $"--socket={_folder["munge.socket"]}",
            $"--pid-file={_folder["munged.pid"]}", $"--seed-file={_folder["munged.seed"]}");
        for (var waited = Stopwatch.StartNew(); !File.Exists(_folder["munge.socket"]); await Task.Delay(Poll))
            if (waited.Elapsed > Patience) throw new TimeoutException($"munged does not listen.\n{Logs()}");
        Daemon("slurmctld", "-D");
        Daemon("slurmd", "-D");
        await WaitAsync("idle", "sinfo", "--noheader", "--format=%T");
    }

    /// <summary>Stays in the foreground, as a child of this process; what it says goes to a file.</summary>
    private void Daemon(string program, params string[] arguments) =>
        _daemons.Add(Begin("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "sh", _folder[$"{program}.out"], $"/usr/sbin/{program}", .. arguments]));

    private Process Begin(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private string Logs() => string.Join('\n', Directory.GetFiles(_folder.Path).Where(f => Path.GetExtension(f) is ".log" or ".out")
        .Select(f => $"{Path.GetFileName(f)}:\n{File.ReadAllText(f)}"));

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners) listener.Dispose();
        return ports;
    }
}

/// <summary>A test that is skipped by name where Slurm can't be: it wants root, and its daemons, which `build.sh setup` installs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip = Missing;

    private static string? Missing =>
        !Environment.IsPrivilegedProcess ? "Not root: no Slurm of one's own."
        : new[] { "slurmctld", "slurmd", "munged" }.FirstOrDefault(d => !File.Exists($"/usr/sbin/{d}")) is { } daemon ? $"No {daemon} here: `./build.sh setup` installs it."
        : null;
}
