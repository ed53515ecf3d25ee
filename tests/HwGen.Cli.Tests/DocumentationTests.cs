using System.Text.RegularExpressions;
using HwGen.Cli.Results;
using HwGen.Cli.Verbs;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Plan;

namespace HwGen.Cli.Tests;

/// <summary>What the documents claim.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Root = BuildScriptTests.Root;

    [Fact]
    public void DesignFile_SmallestDesign_Reads()
    {
        string text = YamlBlock().Match(Read("docs/design-file.md")).Groups[1].Value;

        Assert.Equal("my-net", DesignReader.Parse(text, "my-net.yaml").Name);
    }

    [Fact]
    public void DesignFile_EveryKeyOfTheExamples_IsExplained()
    {
        string document = Read("docs/design-file.md");
        string example = Comment().Replace(Read("examples/fashion-gru.yaml"), "");

        foreach (string key in Key().Matches(example).Select(m => m.Groups[1].Value).Distinct())
            Assert.Contains($"`{key}`", document, StringComparison.Ordinal);
    }

    [Fact]
    public void Cli_EveryJsonField_IsListed()
    {
        string document = Read("docs/cli.md");
        var results = typeof(VerbResult).Assembly.GetTypes().Where(t => t.Namespace == typeof(VerbResult).Namespace && t is { IsPublic: true, IsAbstract: false });

        foreach (var property in results.SelectMany(t => t.GetProperties()))
            Assert.Contains($"`{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}`", document, StringComparison.Ordinal);
    }

    [Fact]
    public void Cli_EveryExitCode_IsListed()
    {
        string document = Read("docs/cli.md");

        foreach (var code in typeof(ExitCode).GetFields())
            Assert.Contains($"\n| {code.GetValue(null)} | ", document, StringComparison.Ordinal);
    }

    [Fact]
    public void Registers_Table_IsTheMap() => Assert.Contains($"\n{RegisterMap.ToMarkdown()}\n", Read("docs/registers.md"), StringComparison.Ordinal);

    [Fact]
    public async Task Readme_ErrorsOfADesign_AreWhatIsPrinted()
    {
        using var folder = new TemporaryFolder();
        await RunHwGen.Async([new NewVerb()], "new", "my-net", "--out", folder.Path);
        string text = File.ReadAllText(folder["my-net.yaml"])
            .Replace("hidden: 128, block_size: 8", "hidden: 128, block_size: 3", StringComparison.Ordinal)
            .Replace("processing_elements: 16", "processing_element: 16", StringComparison.Ordinal);

        var thrown = Assert.Throws<InputException>(() => DesignReader.Parse(text, "my-net.yaml"));

        Assert.Contains($"```\n{thrown.Message}\n```", Read("README.md"), StringComparison.Ordinal);
    }

    private static string Read(string path) => File.ReadAllText(Path.Join(Root, path)).ReplaceLineEndings("\n");

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex("#.*")]
    private static partial Regex Comment();

    [GeneratedRegex("([a-z_]+):")]
    private static partial Regex Key();
}
