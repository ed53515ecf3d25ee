using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using HwGen.Core;

namespace HwGen.Sim.CoSimulation;

/// <summary>Verilator by its command line: lint, and builds that are kept by the content of what they were made from.</summary>
/// <remarks>Memory images are read when the simulation starts, so other weights need no other build.</remarks>
public sealed class Verilator
{
    /// <summary>What a <see cref="ToolException"/> calls the program that was built.</summary>
    public const string Simulation = "simulation";

    private const string InstallHint = "Install it (Debian: apt-get install verilator g++ make), or see `hwgen doctor`.";

    /// <summary>One file: reading the runtime's headers takes as long as compiling ten files of a small design.</summary>
    private static readonly string[] CommonFlags = ["OPT_GLOBAL=-O1", "OPT_SLOW=-O0", "VM_PARALLEL_BUILDS=0"];

    /// <summary>-O1 runs fastest and compiles fast; the generated makefile would otherwise put -Os behind other flags.</summary>
    private static readonly string[] MakeFlags = ["OPT_FAST=-O1", .. CommonFlags];

    /// <summary>For a run of a few thousand cycles, where compiling is all the time there is.</summary>
    private static readonly string[] BriefMakeFlags = ["OPT_FAST=-O0", .. CommonFlags];

    private readonly string _cache;
    private readonly string _builds;

    /// <param name="cache">Folder of the compiled runtime and of kept builds; made when needed.</param>
    /// <param name="builds">Another folder for the builds, for those that are of no use later.</param>
    public Verilator(string cache, string? builds = null) => (_cache, _builds) = (Path.GetFullPath(cache), Path.GetFullPath(builds ?? cache));

    /// <summary>Runs lint with every warning on.</summary>
    /// <param name="folder">The design's output folder.</param>
    /// <param name="top">Top module.</param>
    /// <param name="cancel">Ends the tool.</param>
    /// <returns>The warnings and errors, one a line; empty when it is silent.</returns>
    public static async Task<IReadOnlyList<string>> LintAsync(string folder, string top, CancellationToken cancel)
    {
        BufferedCommandResult result = await RunAsync("verilator", folder, ["--lint-only", "-Wall", "--top-module", top, "-f", "rtl.f"], false, cancel).ConfigureAwait(false);
        return [.. result.StandardError.Split('\n').Where(l => l.StartsWith("%Warning", StringComparison.Ordinal) || l.StartsWith("%Error", StringComparison.Ordinal))];
    }

    /// <summary>Builds the simulation of what lies in a folder, or takes the kept build of the same text.</summary>
    /// <param name="folder">The design's output folder.</param>
    /// <param name="top">Top module.</param>
    /// <param name="trace">Whether the build can write waveforms.</param>
    /// <param name="brief">Whether the run will be so short that compile time counts most.</param>
    /// <param name="cancel">Ends the tool.</param>
    /// <returns>Path of the program; run it in <paramref name="folder"/>.</returns>
    /// <exception cref="ToolException">Verilator or the compiler is missing, or fails.</exception>
    public async Task<string> BuildAsync(string folder, string top, bool trace, bool brief, CancellationToken cancel)
    {
        string version = (await RunAsync("verilator", folder, ["--version"], true, cancel).ConfigureAwait(false)).StandardOutput.Trim();
        string runtime = Path.Combine(_cache, "runtime-" + Hash(version + trace));
        string build = Path.Combine(_builds, Hash(version + trace + brief + await SourcesAsync(folder, cancel).ConfigureAwait(false)));
        string program = Path.Combine(build, "V" + top);
        if (File.Exists(program)) return program;
        string temporary = $"{build}.{Environment.ProcessId}-{Guid.NewGuid():N}";
        Directory.CreateDirectory(temporary);
        try
        {
            string[] flags = ["--cc", "--exe", "-O3", "--x-assign", "fast", "--x-initial", "fast", "-Wno-fatal", "--top-module", top, "--Mdir", temporary];
            await RunAsync("verilator", folder, [.. flags, .. trace ? new[] { "--trace" } : [], "-f", "rtl.f", Path.GetFullPath(Path.Combine(folder, "sim", "harness.cpp"))], true, cancel).ConfigureAwait(false);
            // The runtime is most of a small build's compile time and the same for all: its objects are made once.
            Copy(runtime, temporary);
            await RunAsync("make", temporary, ["-C", temporary, "-f", $"V{top}.mk", .. brief ? BriefMakeFlags : MakeFlags], true, cancel).ConfigureAwait(false);
            KeepRuntime(temporary, runtime);
            Publish(temporary, build);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, true);
        }
        return program;
    }

    /// <summary>Runs a program and gives its standard output to a reader while it runs.</summary>
    /// <returns>What it wrote to standard error.</returns>
    /// <exception cref="ToolException">It can't be started, or fails.</exception>
    public static async Task<string> StreamAsync(string program, string folder, IEnumerable<string> arguments, Func<Stream, CancellationToken, Task> reader, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new ToolException(program, program, "not started", "Build it again.");
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        bool ended = false;
        try
        {
            await reader(process.StandardOutput.BaseStream, cancel).ConfigureAwait(false);
            // A reader that has seen enough leaves a running process behind; one that read to the end does not.
            ended = process.WaitForExit(TimeSpan.FromSeconds(1));
        }
        finally
        {
            if (!process.HasExited) process.Kill(true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        string log = await errors.ConfigureAwait(false);
        if (ended && process.ExitCode != 0)
            throw new ToolException(Simulation, $"{program} {string.Join(' ', arguments)}", log.Trim(), "The simulation broke off; its log says why.");
        return log;
    }

    private static async Task<BufferedCommandResult> RunAsync(string tool, string folder, string[] arguments, bool mustSucceed, CancellationToken cancel)
    {
        BufferedCommandResult result;
        string command = $"{tool} {string.Join(' ', arguments)}";
        try
        {
            result = await CliWrap.Cli.Wrap(tool).WithArguments(arguments).WithWorkingDirectory(folder)
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancel).ConfigureAwait(false);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ToolException(tool, command, e.Message, InstallHint);
        }
        if (mustSucceed && result.ExitCode != 0)
            throw new ToolException(tool, command, (result.StandardError + result.StandardOutput).Trim(), "The log says what it did not accept.");
        return result;
    }

    private static async Task<string> SourcesAsync(string folder, CancellationToken cancel)
    {
        var text = new StringBuilder();
        string driver = Path.Combine(folder, "driver");
        IEnumerable<string> drivers = Directory.Exists(driver) ? Directory.GetFiles(driver).Order(StringComparer.Ordinal).Select(f => Path.GetRelativePath(folder, f)) : [];
        foreach (string path in (await File.ReadAllLinesAsync(Path.Combine(folder, "rtl.f"), cancel).ConfigureAwait(false)).Append("sim/harness.cpp").Concat(drivers))
            text.Append(path).Append('\n').Append(await File.ReadAllTextAsync(Path.Combine(folder, path), cancel).ConfigureAwait(false)).Append('\0');
        return text.ToString();
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24];

    private static void Copy(string from, string to)
    {
        if (!Directory.Exists(from)) return;
        foreach (string file in Directory.GetFiles(from))
        {
            string target = Path.Combine(to, Path.GetFileName(file));
            File.Copy(file, target, true);
            File.SetLastWriteTimeUtc(target, DateTime.UtcNow);
        }
    }

    private static void KeepRuntime(string build, string runtime)
    {
        if (Directory.Exists(runtime)) return;
        string temporary = $"{runtime}.{Environment.ProcessId}-{Guid.NewGuid():N}";
        Directory.CreateDirectory(temporary);
        foreach (string file in Directory.GetFiles(build, "verilated*.o")) File.Copy(file, Path.Combine(temporary, Path.GetFileName(file)));
        Publish(temporary, runtime);
    }

    private static void Publish(string temporary, string target)
    {
        try
        {
            Directory.Move(temporary, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another build kept the same one meanwhile.
            Directory.Delete(temporary, true);
        }
    }
}
