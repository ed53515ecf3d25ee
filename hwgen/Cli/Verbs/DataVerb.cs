using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Core.Design;

namespace HwGen.Cli.Verbs;

/// <summary>Reads a whole data set to see that it is sound.</summary>
/// <param name="name">The data set's name.</param>
/// <param name="path">Its folder; null is where the system's package puts it.</param>
/// <param name="cancellation">Stops it.</param>
/// <exception cref="Core.InputException">A file is missing or damaged.</exception>
public delegate Task<DataResult> DataCheck(string name, string? path, CancellationToken cancellation);

public sealed class DataVerb(DataCheck check) : Verb("data", "Check that a data set is here and sound.")
{
    private readonly Argument<string> data = new Argument<string>("NAME") { Description = "The data set." }
        .AcceptOnlyFromAmong([.. DataSetName.All]);

    private readonly Option<string?> path = new("--path")
    {
        Description = "The folder with its files; without it, where the system's package puts them.",
        HelpName = "DIR",
    };

    protected override void AddTo(Command command)
    {
        command.Add(data);
        command.Add(path);
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation) =>
        await check(arguments.GetRequiredValue(data), arguments.GetValue(path), cancellation);
}
