namespace HwGen.Cli.Progress;

/// <summary>What a step tells the user while it works. Safe to call from any thread.</summary>
public abstract class StepProgress
{
    /// <param name="phase">What is being done, such as "train dense".</param>
    /// <param name="fraction">How much of the phase is done, 0..1.</param>
    /// <param name="detail">What the number is now, such as "epoch 3 of 8, loss 0.41"; may be empty.</param>
    public abstract void Report(string phase, double fraction, string detail = "");

    /// <summary>A line that stays.</summary>
    public abstract void Note(string line);

    /// <summary>Runs a step with a bar on a terminal, with plain lines otherwise.</summary>
    public static Task<T> ShowAsync<T>(Terminal terminal, Func<StepProgress, Task<T>> step) => terminal.IsInteractive
        ? BarProgress.RunAsync(terminal.Error, step)
        : step(new PlainProgress(terminal.Error, TimeProvider.System));
}
