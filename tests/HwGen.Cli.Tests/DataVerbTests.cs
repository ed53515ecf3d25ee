using HwGen.Cli.Results;
using HwGen.Cli.Verbs;

namespace HwGen.Cli.Tests;

public sealed class DataVerbTests
{
    private DataRequest? asked;

    [Fact]
    public async Task Data_Speech_AsksForHoursBelowOut()
    {
        var (exitCode, output, _) = await Run("speech", "--hours", "4.5", "--out", "here");

        Assert.Equal((0, new DataRequest("speech", null, Path.Join("here", "artifacts"), 4.5)), (exitCode, asked));
        Assert.Equal("speech in there: 3,397 training and 273 test sequences, all readable\n  train: 3,397 recordings, 2.81 h\n  seen voices: 273 recordings, 0.23 h\n", output);
    }

    [Fact]
    public async Task Data_SpeechAsJson_ListsTheParts()
    {
        var (_, output, _) = await Run("speech", "--json");

        Assert.Contains("""
            "parts":[{"name":"train","sequences":3397,"hours":2.81},{"name":"seen voices","sequences":273,"hours":0.23}]
            """, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("speech", "--hours", "0")]
    [InlineData("speech", "--hours", "-1")]
    [InlineData("speech", "--hours", "NaN")]
    [InlineData("no-such-set", "--hours", "1")]
    public async Task Data_WrongArguments_ExitWith2(params string[] args)
    {
        Assert.Equal(2, (await Run(args)).ExitCode);
        Assert.Null(asked);
    }

    private Task<(int ExitCode, string Output, string Error)> Run(params string[] args) => RunHwGen.Async([new DataVerb((request, _, _) =>
    {
        asked = request;
        return Task.FromResult(new DataResult(request.Name, "there", 3397, 273) { Parts = [new("train", 3397, 2.81), new("seen voices", 273, 0.23)] });
    })], ["data", .. args]);
}
