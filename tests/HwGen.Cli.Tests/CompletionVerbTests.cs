using System.Management.Automation.Language;
using CliWrap;
using CliWrap.Buffered;
using HwGen.Cli.Verbs;

namespace HwGen.Cli.Tests;

[Collection(nameof(PathUsers))]
public sealed class CompletionVerbTests
{
    [Theory]
    [InlineData("hwgen ver", "verify")]
    [InlineData("hwgen train net.yaml --dev", "--device")]
    [InlineData("hwgen train net.yaml --device po", "pocl")]
    public async Task Suggest_BeginningOfAWord_IsCompleted(string line, string word)
    {
        var (exitCode, output, _) = await RunHwGen.Async(new FakePipeline().Verbs, $"[suggest:{line.Length}]", line);

        Assert.Equal((0, word), (exitCode, output.Split('\n', StringSplitOptions.TrimEntries)[0]));
    }

    [Fact]
    public async Task Suggest_Slash_IsAPathAndNoOption() =>
        Assert.DoesNotContain('/', (await RunHwGen.Async(new FakePipeline().Verbs, "[suggest:6]", "hwgen ")).Output);

    /// <summary>As bash itself calls it.</summary>
    [Fact]
    public async Task Completion_OfBash_CompletesAVerb()
    {
        string script = await ScriptAsync("bash");

        var bash = await CliWrap.Cli.Wrap("bash").WithArguments(["-c", $$"""
            hwgen() { dotnet '{{typeof(CommandLine).Assembly.Location}}' "$@"; }
            {{script}}
            COMP_LINE="hwgen veri" COMP_POINT=10 COMP_WORDS=(hwgen veri) COMP_CWORD=1
            _hwgen
            echo "${COMPREPLY[@]}"
            """]).ExecuteBufferedAsync();

        Assert.Equal("verify verify-random\n", bash.StandardOutput);
    }

    [Fact]
    public async Task Completion_OfPowerShell_IsPowerShell()
    {
        Parser.ParseInput(await ScriptAsync("pwsh"), out _, out var errors);

        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("zsh", "compdef _hwgen hwgen")]
    [InlineData("fish", "complete --command hwgen")]
    public async Task Completion_OfOtherShells_RegistersTheCommand(string shell, string line) =>
        Assert.Contains(line, await ScriptAsync(shell), StringComparison.Ordinal);

    private static async Task<string> ScriptAsync(string shell)
    {
        var (exitCode, output, _) = await RunHwGen.Async([new CompletionVerb()], "completion", shell);
        Assert.Equal(0, exitCode);
        return output;
    }
}
