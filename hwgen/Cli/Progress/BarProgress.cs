using Spectre.Console;

namespace HwGen.Cli.Progress;

/// <summary>One bar a phase, redrawn in place.</summary>
internal sealed class BarProgress : StepProgress
{
    private readonly Dictionary<string, ProgressTask> tasks = [];
    private readonly Lock guard = new();
    private readonly IAnsiConsole console;
    private readonly ProgressContext context;

    private BarProgress(IAnsiConsole console, ProgressContext context) => (this.console, this.context) = (console, context);

    public static Task<T> RunAsync<T>(TextWriter output, Func<StepProgress, Task<T>> step)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(output) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => step(new BarProgress(console, context)));
    }

    public override void Report(string phase, double fraction, string detail = "")
    {
        lock (guard)
        {
            if (!tasks.TryGetValue(phase, out var task))
                tasks[phase] = task = context.AddTask(Markup.Escape(phase), maxValue: 1);
            task.Description = Markup.Escape(detail.Length == 0 ? phase : $"{phase}: {detail}");
            task.Value = Math.Clamp(fraction, 0, 1);
        }
    }

    public override void Note(string line)
    {
        lock (guard) console.WriteLine(line);
    }
}
