namespace HwGen.Cli.Progress;

/// <summary>Reports at once, on the thread that reports.</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
