using System.Text.Json;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Cli.Verbs;
using HwGen.Core.Parts;

namespace HwGen.Cli.Tests;

public sealed class SynthVerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Synth_UnknownTarget_NamesThoseThatThereAre()
    {
        var (exitCode, _, error) = await RunHwGen.Async([new SynthVerb(Answer(true))], "synth", "x.yaml", "--target", "virtex");

        Assert.Equal(2, exitCode);
        Assert.StartsWith("hwgen: error: --target virtex is not known: give one of xilinx7, ultrascale, ecp5, ice40, ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Synth_NothingGenerated_IsALocatedError()
    {
        string design = folder.Write("net.yaml", FakePipeline.Design);

        var (exitCode, _, error) = await RunHwGen.Async([new SynthVerb(new Synthesis((_, _) => null, _ => null).RunAsync)], "synth", design, "--target", "ice40", "--out", folder.Path);

        Assert.Equal(2, exitCode);
        Assert.Contains($"{design}:1:1: error: ", error, StringComparison.Ordinal);
        Assert.Contains("run 'hwgen generate' first", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Join(folder.Path, "artifacts", "net", "synth")));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Synth_Design_ExitsWith1WhenItDoesNotFit(bool fits, int expected)
    {
        string design = folder.Write("net.yaml", FakePipeline.Design);

        var (exitCode, output, _) = await RunHwGen.Async([new SynthVerb(Answer(fits))], "synth", design, "--target", "xc7s15", "--json", "--out", folder.Path);

        Assert.Equal(expected, exitCode);
        using var json = JsonDocument.Parse(output);
        JsonElement root = json.RootElement;
        Assert.Equal(("XC7S15", fits), (root.GetProperty("part").GetString(), root.GetProperty("fits").GetBoolean()));
        Assert.Equal((90, 100), (root.GetProperty("lut").GetProperty("predicted").GetInt32(), root.GetProperty("lut").GetProperty("measured").GetInt32()));
        Assert.False(root.GetProperty("fmaxMHz").TryGetProperty("measured", out _));
    }

    [Fact]
    public async Task Synth_DesignTooLarge_SaysByHowMuchAndWhichPartHoldsIt()
    {
        string design = folder.Write("net.yaml", FakePipeline.Design);

        var (_, output, _) = await RunHwGen.Async([new SynthVerb(Answer(false))], "synth", design, "--target", "xc7s15", "--out", folder.Path);

        Assert.Contains("too small  DSP: 24 of 20, 4 too many\n", output, StringComparison.Ordinal);
        Assert.EndsWith("does NOT fit; XC7Z020 would hold it\n", output, StringComparison.Ordinal);
        Assert.Contains("-10.0 %", output, StringComparison.Ordinal);
    }

    private static SynthStep Answer(bool fits) => (context, part, _, _) => Task.FromResult(new SynthResult(
        context.Design.Name, part.Name, "synth_xilinx", "whole", new(90, 100), new(50, 50), new(24, 24), new(null, 1.5), new(null, null), fits,
        fits ? [] : [new("DSP", 24, 20)], [])
    { Nearest = fits ? null : "XC7Z020" });
}
