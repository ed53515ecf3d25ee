using System.Text.Json;
using HwGen.Cli.Doctor;
using HwGen.Cli.Verbs;

namespace HwGen.Cli.Tests;

[Collection(nameof(PathUsers))]
public sealed class DoctorTests
{
    [Fact]
    public async Task Program_ThatAnswers_IsFoundWithItsVersion()
    {
        var (found, version) = await Probes.Program("dotnet", "--version")(CancellationToken.None);

        Assert.True(found);
        Assert.Matches(@"\A10\.\d+(\.\d+)*\z", version);
    }

    [Fact]
    public async Task Program_ThatIsNotThere_IsNotFound() =>
        Assert.Equal((false, null), await Probes.Program("hwgen-no-such-program")(CancellationToken.None));

    [Fact]
    public async Task Program_ThatFails_IsNotFound() =>
        Assert.False((await Probes.Program("dotnet", "no-such-verb")(CancellationToken.None)).Found);

    [Fact]
    public async Task Files_PlainOrPacked_AreFound()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "");
        folder.Write("b.gz", "");

        Assert.True((await Probes.Files(folder.Path, "a", "b")(CancellationToken.None)).Found);
        Assert.False((await Probes.Files(folder.Path, "a", "b", "c")(CancellationToken.None)).Found);
    }

    [Theory]
    [InlineData(true, true, 0)]
    [InlineData(false, false, 0)]
    [InlineData(false, true, 3)]
    public async Task Doctor_Tool_ExitsWith3OnlyWhenARequiredOneIsMissing(bool found, bool required, int expected)
    {
        var check = new ToolCheck("tool", ["run"], required, "tool-package", _ => Task.FromResult((found, found ? "1.2" : null)));

        var (exitCode, output, _) = await RunHwGen.Async([new DoctorVerb([check])], "doctor", "--json");

        Assert.Equal(expected, exitCode);
        using var json = JsonDocument.Parse(output);
        var tool = json.RootElement.GetProperty("tools")[0];
        Assert.Equal(("tool", found, required), (tool.GetProperty("name").GetString(), tool.GetProperty("found").GetBoolean(), tool.GetProperty("required").GetBoolean()));
        Assert.Contains("tool-package", tool.GetProperty("install").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_AllChecks_SayWhoNeedsThem()
    {
        var (_, output, _) = await RunHwGen.Async([new DoctorVerb(Checks.All)], "doctor");

        foreach (string name in (string[])["verilator", "g++", "make", "fashion-mnist", "yosys", "chromium", "pocl", "slurm", "flite", "sox", "fortunes"])
            Assert.Contains(output.Split('\n'), line => line.StartsWith(name + " ", StringComparison.Ordinal));
    }
}
