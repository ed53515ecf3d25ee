using System.Globalization;

namespace HwGen.Cli.Progress;

/// <summary>Lines for a log: notes always, progress at most once in two seconds.</summary>
public sealed class PlainProgress(TextWriter output, TimeProvider clock) : StepProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Lock guard = new();
    private long? last;

    public override void Report(string phase, double fraction, string detail = "")
    {
        lock (guard)
        {
            if (last is { } before && clock.GetElapsedTime(before) < Pause) return;
            last = clock.GetTimestamp();
            string percent = Math.Clamp(fraction, 0, 1).ToString("P0", CultureInfo.InvariantCulture);
            output.WriteLine(detail.Length == 0 ? $"{phase}: {percent}" : $"{phase}: {percent}, {detail}");
        }
    }

    public override void Note(string line)
    {
        lock (guard) output.WriteLine(line);
    }
}
