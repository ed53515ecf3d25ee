using System.Diagnostics;
using System.Globalization;

namespace HwGen.Explore.Sweeps;

/// <summary>Names a worker so that others can tell when it is gone: machine, process, its start, and a number of its own.</summary>
internal static class WorkerIdentity
{
    private static readonly string Machine = $"{Environment.MachineName}{ProcessNamespace()}";

    public static string New() => $"{Machine}/{Environment.ProcessId}/{StartOf(Environment.ProcessId)}/{Guid.NewGuid():N}";

    /// <summary>Whether the worker was a process of this machine that is not there any more; false when that can't be told.</summary>
    public static bool IsGone(string worker)
    {
        string[] parts = worker.Split('/');
        return parts.Length == 4 && parts[0] == Machine && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int process) && StartOf(process) != parts[2];
    }

    /// <summary>A process number comes back some day; together with this it does not. Empty when there is no such process.</summary>
    private static string StartOf(int process)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // Field 22 of proc(5), the start in clock ticks since boot; the name in field 2 may hold blanks and brackets.
                string stat = File.ReadAllText($"/proc/{process}/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? "" : fields[22 - 3];
            }
            using var found = Process.GetProcessById(process);
            return found.StartTime.ToUniversalTime().ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    /// <summary>Containers may share a machine's name but not its processes' numbers.</summary>
    private static string ProcessNamespace()
    {
        try
        {
            return OperatingSystem.IsLinux() && new FileInfo("/proc/self/ns/pid").LinkTarget is { } link ? $"-{link}" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
