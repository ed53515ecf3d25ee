using HwGen.Cli.Verbs;
using HwGen.Core.Design;

namespace HwGen.Cli.Tests;

public sealed class NewVerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task New_Name_WritesADesignThatReads()
    {
        var (exitCode, output, error) = await RunHwGen.Async([new NewVerb()], "new", "my-net", "--out", folder.Path, "--json");

        string file = folder["my-net.yaml"];
        Assert.Equal((0, "", $$"""{"design":"my-net","file":"{{file}}","passed":true}""" + "\n"), (exitCode, error, output));
        Assert.Equal("my-net", DesignReader.Parse(File.ReadAllText(file), file).Name);
        Assert.Equal([file], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task New_FileIsThere_RefusesAndLeavesIt()
    {
        string file = folder.Write("my-net.yaml", "mine");

        var (exitCode, _, error) = await RunHwGen.Async([new NewVerb()], "new", "my-net", "--out", folder.Path);

        Assert.Equal((2, "mine"), (exitCode, File.ReadAllText(file)));
        Assert.Equal($"{file}:1:1: error: the file is there already and is left alone: choose another name, or move it away\n", error);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("Net")]
    [InlineData("module")]
    public async Task New_BadName_ExitsWith2(string name)
    {
        Assert.Equal(2, (await RunHwGen.Async([new NewVerb()], "new", name, "--out", folder.Path)).ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
