using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Frontend.Kernels;

namespace HwGen.Cli.Verbs;

/// <summary>One verb of the command line. Turns what goes wrong into a message and an exit code.</summary>
/// <param name="name">The verb.</param>
/// <param name="description">What it does.</param>
/// <param name="folder">Names the folder that holds rtl-out/ and artifacts/, where <c>--out</c> names something else.</param>
public abstract class Verb(string name, string description, Option<string>? folder = null)
{
    private readonly Option<bool> json = new("--json") { Description = "Print one JSON object on standard output; the rest goes to standard error." };
    private readonly Option<string> root = folder ?? new("--out")
    {
        Description = "The folder that holds rtl-out/ and artifacts/.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
    };

    internal Command Build(Terminal terminal)
    {
        var command = new Command(name, description) { json, root };
        AddTo(command);
        command.SetAction((arguments, cancellation) => ExecuteAsync(arguments, terminal, cancellation));
        return command;
    }

    /// <summary>Adds the verb's own arguments and options.</summary>
    protected abstract void AddTo(Command command);

    protected abstract Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation);

    /// <summary>The folder that holds rtl-out/ and artifacts/.</summary>
    protected string Root(ParseResult arguments) => arguments.GetRequiredValue(root);

    private async Task<int> ExecuteAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        bool asJson = arguments.GetValue(json);
        var failure = new Failure(terminal, asJson);
        try
        {
            var result = await RunAsync(arguments, terminal, cancellation);
            if (asJson) await terminal.Output.WriteLineAsync(JsonText.Line(result));
            else
                foreach (string line in result.Lines()) await terminal.Output.WriteLineAsync(line);
            return result.ExitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return failure.Interrupted();
        }
        catch (InputException e)
        {
            return failure.WrongInput(e);
        }
        catch (ToolException e)
        {
            return failure.ToolFailed(e);
        }
        catch (DeviceNotFoundException e)
        {
            return failure.ToolFailed(new ToolException("--device", $"hwgen {name}", e.Message, "name another device, or leave the option out; `hwgen doctor` tells what is here"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return failure.ToolFailed(new ToolException("the file system", $"hwgen {name}", terminal.ShowTrace ? e.ToString() : "", e.Message));
        }
        catch (Exception e)
        {
            return failure.Bug(e);
        }
    }
}
