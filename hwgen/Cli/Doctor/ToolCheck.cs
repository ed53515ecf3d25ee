namespace HwGen.Cli.Doctor;

/// <summary>Looks for one tool.</summary>
/// <param name="Name">The tool.</param>
/// <param name="NeededBy">Verbs that use it.</param>
/// <param name="Required">They cannot do without it.</param>
/// <param name="DebianPackages">What brings it, separated by blanks.</param>
/// <param name="Probe">Finds it.</param>
public sealed record ToolCheck(string Name, IReadOnlyList<string> NeededBy, bool Required, string DebianPackages, Probe Probe)
{
    public async Task<ToolStatus> RunAsync(CancellationToken cancellation)
    {
        var (found, version) = await Probe(cancellation);
        string install = OperatingSystem.IsLinux()
            ? $"sudo apt-get install {DebianPackages}"
            : $"install {Name} and put it on PATH (Debian's packages: {DebianPackages})";
        return new(Name, found, version, NeededBy, Required, install);
    }
}

/// <summary>Says whether a tool is here, and which version if it tells.</summary>
public delegate Task<(bool Found, string? Version)> Probe(CancellationToken cancellation);
