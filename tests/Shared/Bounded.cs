namespace HwGen;

/// <summary>Runs what reads a damaged file with an end in sight.</summary>
internal static class Bounded
{
    /// <summary>Some thousand times what a file takes: only what never ends gets there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Rethrows what the work throws.</summary>
    /// <returns>Bytes that the work allocated.</returns>
    /// <exception cref="TimeoutException">It does not end.</exception>
    public static long Run(Action work)
    {
        var task = Task.Run(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        return task.WaitAsync(Patience).GetAwaiter().GetResult();
    }
}
