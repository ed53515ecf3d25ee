using System.ComponentModel;
using System.Diagnostics;
using HwGen.Core.Plan;

namespace HwGen.Print.Tests;

/// <summary>A printed design on disk, gone when disposed; tools run in it, since memory images are read by relative path.</summary>
internal sealed class PrintedFolder : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"hwgen-print-{Guid.NewGuid():N}");

    public PrintedFolder(AcceleratorPlan plan)
    {
        foreach (OutputFile file in RtlPrinter.Print(plan))
        {
            string path = Path.Combine(_folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Text);
        }
    }

    /// <summary>Runs a tool that must succeed.</summary>
    /// <returns>All that it printed.</returns>
    public async Task<string> RunAsync(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string log = await process.StandardOutput.ReadToEndAsync() + await errors;
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}:\n{log}");
            return log;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{tool} is needed; ./build.sh setup installs it.", e);
        }
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
