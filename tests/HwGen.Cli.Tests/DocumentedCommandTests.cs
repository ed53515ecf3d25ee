using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using HwGen.Cli.Verbs;

namespace HwGen.Cli.Tests;

/// <summary>The commands that the documents tell to type: those that take a moment are run, the others are at least commands on files that are there.</summary>
public sealed partial class DocumentedCommandTests
{
    public static TheoryData<string> Documents => ["docs/tutorial.md", "docs/from-pytorch.md", "docs/results/pytorch.md"];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Document_EveryCommand_IsOne(string document)
    {
        var root = CommandLine.Create(Verbs, new(TextWriter.Null, TextWriter.Null, IsInteractive: false, ShowTrace: false));
        using var folder = new TemporaryFolder();
        var written = new HashSet<string>();
        string usage = File.ReadAllText(Path.Join(BuildScriptTests.Root, "build.sh"));

        string[][] blocks = [.. Blocks(document)];
        Assert.NotEmpty(blocks);

        foreach (string[] block in blocks)
            foreach (var (command, answer) in Commands(block))
                switch (CommandLineParser.SplitCommandLine(command).ToArray())
                {
                    case ["hwgen", .. var args]:
                        var parsed = root.Parse(args);
                        Assert.True(parsed.Errors.Count == 0, $"{command}: {string.Join(' ', parsed.Errors)}");
                        foreach (string file in args.Where(a => a.EndsWith(".yaml", StringComparison.Ordinal)))
                            if (args is ["import", ..]) written.Add(file);
                            else Assert.True(written.Contains(file) || File.Exists(Path.Join(BuildScriptTests.Root, file)), $"{command}: nothing has written {file}");
                        if (args is ["new", var name])
                        {
                            written.Add($"{name}.yaml");
                            var (exitCode, output, _) = await RunHwGen.Async(Verbs, [.. args, "--out", folder.Path]);
                            Assert.Equal((0, answer), (exitCode, output.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)));
                        }
                        break;
                    case [['.', '/', 'b', ..], var verb, ..]:
                        Assert.Matches($@"(?m)^    {Regex.Escape(verb)}\)\s", usage);
                        break;
                    case [_, .. var args]:
                        foreach (string file in args.Where(a => a.StartsWith("examples/", StringComparison.Ordinal)))
                            Assert.True(File.Exists(Path.Join(BuildScriptTests.Root, file)), $"{command}: there is no {file}");
                        break;
                }
    }

    /// <summary>A command that the parser would take for another one shows that the check above can fail.</summary>
    [Theory]
    [InlineData("hwgen import model.onnx")]
    [InlineData("hwgen verify net.yaml --inject-faults 5")]
    [InlineData("hwgen prove net.yaml")]
    public void Create_WrongCommand_HasErrors(string command) =>
        Assert.NotEmpty(CommandLine.Create(Verbs, new(TextWriter.Null, TextWriter.Null, IsInteractive: false, ShowTrace: false))
            .Parse([.. CommandLineParser.SplitCommandLine(command).Skip(1)]).Errors);

    private static IEnumerable<string[]> Blocks(string document) =>
        ConsoleBlock().Matches(File.ReadAllText(Path.Join(BuildScriptTests.Root, document)).ReplaceLineEndings("\n")).Select(m => m.Groups[1].Value.Split('\n'));

    /// <summary>Lines that begin with a prompt, each with what is shown below it.</summary>
    private static IEnumerable<(string Command, string Answer)> Commands(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
            if (lines[i].StartsWith("$ ", StringComparison.Ordinal))
                yield return (lines[i][2..], string.Concat(lines.Skip(i + 1).TakeWhile(l => !l.StartsWith("$ ", StringComparison.Ordinal) && l.Length > 0).Select(l => l + "\n")));
    }

    private static Verb[] Verbs => [
        .. new FakePipeline().Verbs, new CompareVerb(), new AttackVerb(), new ExploreVerb(), new VerifyRandomVerb(), new SynthVerb((_, _, _, _) => throw new NotSupportedException()),
        new ImportVerb(new FakePipeline().Steps.Train), new ExportVerb(new FakePipeline().Steps.Train), new DataVerb((_, _, _) => throw new NotSupportedException()),
        new NewVerb(), new DoctorVerb([]), new CompletionVerb()];

    [GeneratedRegex("```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();
}
