using System.CommandLine;
using System.Globalization;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Core.Design;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Cli.Verbs;

/// <param name="Name">The data set's name.</param>
/// <param name="Path">Its folder; null is where the system's package, or hwgen itself, puts it.</param>
/// <param name="Artifacts">The folder of artifacts, for what hwgen itself writes.</param>
/// <param name="Hours">Of speech, where hwgen writes it.</param>
public sealed record DataRequest(string Name, string? Path, string Artifacts, double Hours);

/// <summary>Reads a whole data set to see that it is sound; writes what is missing of the stand-in for speech.</summary>
/// <param name="request">Which data set.</param>
/// <param name="progress">Told how far it is.</param>
/// <param name="cancellation">Stops it.</param>
/// <exception cref="Core.InputException">A file is missing or damaged.</exception>
/// <exception cref="Core.ToolException">What the stand-in is written with is missing or fails.</exception>
public delegate Task<DataResult> DataCheck(DataRequest request, StepProgress progress, CancellationToken cancellation);

public sealed class DataVerb(DataCheck check) : Verb("data", "Check that a data set is here and sound; speech is written if it isn't here.")
{
    private readonly Argument<string> data = new Argument<string>("NAME") { Description = "The data set." }
        .AcceptOnlyFromAmong([.. DataSetName.All]);

    private readonly Option<string?> path = new("--path")
    {
        Description = "The folder with its files, or the .npz file; without it, where the system's package or hwgen itself puts them.",
        HelpName = "DIR",
    };

    private readonly Option<double> hours = new("--hours")
    {
        Description = "How much speech to write, train and test together; what is there counts.",
        HelpName = "H",
        DefaultValueFactory = _ => new SpeechStandInSettings().Hours,
        Validators = { Positive },
    };

    protected override void AddTo(Command command)
    {
        command.Add(data);
        command.Add(path);
        command.Add(hours);
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var request = new DataRequest(arguments.GetRequiredValue(data), arguments.GetValue(path), Path.Join(Root(arguments), "artifacts"), arguments.GetValue(hours));
        return await StepProgress.ShowAsync(terminal, progress => check(request, progress, cancellation));
    }

    private static void Positive(System.CommandLine.Parsing.OptionResult result)
    {
        foreach (var token in result.Tokens)
            if (double.TryParse(token.Value, CultureInfo.InvariantCulture, out double value) && value is not > 0)
                result.AddError($"{result.Option.Name} {token.Value} is too small: give more than 0.");
    }
}
