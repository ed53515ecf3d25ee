using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace HwGen.Cli.Tests;

/// <summary>One at a time: the tests that change PATH or look programs up in it.</summary>
[CollectionDefinition(nameof(PathUsers))]
public sealed class PathUsers;

/// <summary>Runs build.ps1 in the PowerShell engine, without PowerShell's modules, and holds it against build.sh.</summary>
[Collection(nameof(PathUsers))]
public sealed class BuildScriptTests
{
    internal static readonly string Root = FindRoot(AppContext.BaseDirectory);

    [Fact]
    public async Task BuildScripts_Help_AreTheSame()
    {
        var (exitCode, lines) = RunPowerShell("help");
        var shell = await RunShellAsync("help");

        Assert.Equal((0, 0), (exitCode, shell.ExitCode));
        Assert.Equal(shell.StandardOutput.Replace("build.sh", "build.ps1", StringComparison.Ordinal).TrimEnd(), string.Join('\n', lines).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("demo_parts", "demoParts")]
    [InlineData("energy_parts", "energyParts")]
    [InlineData("all_parts", "allParts")]
    public void BuildScripts_Packages_AreTheSame(string inShell, string inPowerShell)
    {
        string shell = Regex.Match(File.ReadAllText(Path.Join(Root, "build.sh")), $@"^{inShell}=\(([^)]*)\)", RegexOptions.Multiline).Groups[1].Value;
        string powerShell = Regex.Match(File.ReadAllText(Path.Join(Root, "build.ps1")), $@"^\${inPowerShell} = ['""]([^'""]*)['""]", RegexOptions.Multiline).Groups[1].Value;

        string[] named = [.. Words(shell).Where(w => !w.StartsWith('"')).Select(w => w.Split(':')[0])];
        Assert.NotEmpty(named);
        Assert.Equal(named.Order(), Words(powerShell).Where(w => !w.StartsWith('$')).Order());

        static string[] Words(string list) => list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-such-verb")]
    public async Task BuildScripts_UnknownVerb_PrintTheVerbsAndExitWith2(string verb)
    {
        var (exitCode, lines) = RunPowerShell(verb);

        Assert.Equal(2, exitCode);
        Assert.Contains("./build.ps1 VERB", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Equal(2, (await RunShellAsync(verb)).ExitCode);
    }

    [Fact]
    public void BuildPs1_NativeCommand_PassesItsArgumentsAndExitCodeOn()
    {
        // The verbs run 'dotnet' from PATH; a stand-in there shows what they call without building again.
        using var folder = new TemporaryFolder();
        if (OperatingSystem.IsWindows()) folder.Write("dotnet.cmd", "@echo dotnet %*\r\n@if %1==format exit /b 7\r\n");
        else
            File.SetUnixFileMode(
                folder.Write("dotnet", "#!/bin/sh\necho \"dotnet $*\"\n[ \"$1\" != format ] || exit 7\n"),
                UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string solution = Path.Join(Root, "HwGen.sln"), program = Path.Join(Root, "hwgen", "Cli", "bin", "Release", "net10.0", "hwgen.dll");

        var hwgen = RunPowerShellWithPath(folder.Path, "hwgen", "verify", "a b.yaml", "--json");
        var lint = RunPowerShellWithPath(folder.Path, "lint");

        Assert.Equal((0, (string[])[$"dotnet build {solution} -c Release --nologo -v quiet", $"dotnet {program} verify a b.yaml --json"]), (hwgen.ExitCode, hwgen.Lines), TupleComparer);
        Assert.Equal((7, (string[])[$"dotnet format {solution} --verify-no-changes"]), (lint.ExitCode, lint.Lines), TupleComparer);
    }

    private static (int ExitCode, string[] Lines) RunPowerShell(params string[] arguments)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand(Path.Join(Root, "build.ps1"));
        foreach (string argument in arguments) shell.AddArgument(argument);
        string[] lines = [.. shell.Invoke().Select(o => o.ToString())];
        return (runspace.SessionStateProxy.GetVariable("LASTEXITCODE") as int? ?? 0, lines);
    }

    private static (int ExitCode, string[] Lines) RunPowerShellWithPath(string first, params string[] arguments)
    {
        string path = Environment.GetEnvironmentVariable("PATH")!;
        try
        {
            Environment.SetEnvironmentVariable("PATH", first + Path.PathSeparator + path);
            return RunPowerShell(arguments);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    private static async Task<BufferedCommandResult> RunShellAsync(string verb) =>
        await CliWrap.Cli.Wrap("bash").WithArguments([Path.Join(Root, "build.sh"), verb]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();

    private static IEqualityComparer<(int ExitCode, string[] Lines)> TupleComparer { get; } =
        EqualityComparer<(int ExitCode, string[] Lines)>.Create((a, b) => a.ExitCode == b.ExitCode && a.Lines.SequenceEqual(b.Lines), a => a.ExitCode);

    private static string FindRoot(string folder) =>
        File.Exists(Path.Join(folder, "HwGen.sln")) ? folder
        : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("HwGen.sln is above no folder of the tests."));
}
