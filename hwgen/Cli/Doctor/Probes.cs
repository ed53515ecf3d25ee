using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace HwGen.Cli.Doctor;

/// <summary>The ways to look for a tool.</summary>
public static partial class Probes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Starts the program; it is here when it ends with 0.</summary>
    public static Probe Program(string program, params string[] arguments) => async cancellation =>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var answer = await CliWrap.Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(limit.Token);
            var version = Version().Match(answer.StandardOutput);
            return (answer.ExitCode == 0, version.Success ? version.Value : null);
        }
        catch (Win32Exception)
        {
            return (false, null);   // no such program
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (false, null);   // it hangs
        }
    };

    /// <summary>A file of that name is on PATH: for a program that knows no option that only answers.</summary>
    public static Probe OnPath(string program) => _ => Task.FromResult<(bool, string?)>(
        ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Join(folder, program))), null));

    /// <summary>The folder holds all the files, each plain or with .gz.</summary>
    public static Probe Files(string folder, params string[] names) => _ => Task.FromResult<(bool, string?)>(
        (names.All(n => File.Exists(Path.Join(folder, n)) || File.Exists(Path.Join(folder, n + ".gz"))), null));

    /// <summary>An OpenCL driver is registered whose file name holds <paramref name="name"/>, and the loader is there.</summary>
    public static Probe OpenClDriver(string folder, string name) => _ =>
    {
        bool registered = Directory.Exists(folder) && Directory.EnumerateFiles(folder, $"*{name}*.icd").Any();
        bool loads = registered && NativeLibrary.TryLoad("libOpenCL.so.1", out nint loader) && Free(loader);
        return Task.FromResult<(bool, string?)>((loads, null));
    };

    private static bool Free(nint library)
    {
        NativeLibrary.Free(library);
        return true;
    }

    [GeneratedRegex(@"\d+(\.\d+)+")]
    private static partial Regex Version();
}
