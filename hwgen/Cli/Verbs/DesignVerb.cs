using System.CommandLine;
using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Core.Design;

namespace HwGen.Cli.Verbs;

/// <summary>A verb that works on one design.</summary>
/// <inheritdoc cref="Verb(string, string, Option{string}?)"/>
public abstract class DesignVerb(string name, string description, Option<string>? folder = null) : Verb(name, description, folder)
{
    private readonly Argument<string> design = new("DESIGN") { Description = "The design file." };

    protected override void AddTo(Command command) => command.Add(design);

    protected sealed override Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation) =>
        WithDesignAsync(DesignLoader.Load(arguments.GetRequiredValue(design)), Root(arguments), Device(arguments), terminal,
            context => StepAsync(context, arguments, cancellation));

    protected abstract Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation);

    protected virtual string Device(ParseResult arguments) => DeviceOption.Auto;

    /// <summary>Runs steps on a design while nobody else can.</summary>
    internal static async Task<T> WithDesignAsync<T>(
        DesignFile design, string root, string device, Terminal terminal, Func<StepContext, Task<T>> steps)
    {
        design = Workspace.Place(design, root);
        var workspace = new Workspace(root, design.Name);
        using var guard = workspace.Lock();
        return await StepProgress.ShowAsync(terminal, progress =>
        {
            foreach (string line in Padding.Notes(design)) progress.Note(line);
            return steps(new(design, workspace, device, progress));
        });
    }
}
