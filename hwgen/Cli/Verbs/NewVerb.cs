using System.CommandLine;
using System.Text.RegularExpressions;
using HwGen.Cli.Files;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Cli.Verbs;

public sealed partial class NewVerb() : Verb("new", "Write a commented design file to start from.")
{
    private readonly Argument<string> design = new("NAME") { Description = "The design's name: a-z, 0-9 and '-'." };

    protected override void AddTo(Command command) => command.Add(design);

    protected override Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        string name = arguments.GetRequiredValue(design);
        string root = Root(arguments);
        string file = root == "." ? name + ".yaml" : Path.Join(root, name + ".yaml");
        if (ModuleName.Complaint(name) is { } complaint) throw Error(file, complaint);
        if (File.Exists(file)) throw Error(file, "the file is there already and is left alone: choose another name, or move it away");
        AtomicFile.WriteText(file, NameLine().Replace(EmbeddedText.Read("design.yaml"), $"name: {name}", count: 1), overwrite: false);
        return Task.FromResult<VerbResult>(new NewResult(name, file));
    }

    private static InputException Error(string file, string message) => new(new InputError(file, 1, 1, message));

    [GeneratedRegex("^name: .*$", RegexOptions.Multiline)]
    private static partial Regex NameLine();
}
