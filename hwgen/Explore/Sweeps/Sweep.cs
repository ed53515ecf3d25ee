using HwGen.Core;

namespace HwGen.Explore.Sweeps;

/// <summary>Evaluates the points of a store that are not yet evaluated, together with whoever else works on it.</summary>
/// <param name="store">Told its points already.</param>
/// <param name="points">As <see cref="SweepStore.Begin"/> was told.</param>
/// <param name="evaluate">Evaluates a point on a thread of its own. What is wrong with the point is an <see cref="InputException"/> or
/// an argument's or operation's exception; trouble of the machine, an <see cref="IOException"/>, an
/// <see cref="UnauthorizedAccessException"/> or a <see cref="ToolException"/>, ends the sweep instead.</param>
/// <param name="clock">For leases and the time left.</param>
public sealed class Sweep(SweepStore store, IReadOnlyList<SweepPoint> points, Func<SweepPoint, CancellationToken, PointOutcome> evaluate, TimeProvider clock)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(300);

    /// <summary>Returns when every point is done or failed, by this process or another.</summary>
    /// <param name="workers">Points at once.</param>
    /// <exception cref="OperationCanceledException">Stopped; unfinished points are free again.</exception>
    public async Task RunAsync(int workers, IProgress<SweepProgress>? progress, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var renewal = new Timer(_ => TryRenew(), null, SweepStore.Lease / 4, SweepStore.Lease / 4);
        var reporter = new Reporter(store, points.Count, clock, progress);
        reporter.Report();
        Task[] all = [.. Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(() => Work(reporter, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            await Task.WhenAll(all);
        }
        catch
        {
            store.Release();
            if (all.Select(t => t.Exception?.InnerException).FirstOrDefault(e => e is not null and not OperationCanceledException) is { } first)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
            throw;
        }
    }

    private void Work(Reporter reporter, CancellationTokenSource stop)
    {
        try
        {
            while (true)
            {
                stop.Token.ThrowIfCancellationRequested();
                if (store.Claim() is { } ordinal)
                {
                    var point = points[ordinal];
                    long start = clock.GetTimestamp();
                    var outcome = Evaluate(point, stop.Token);
                    if (store.Finish(point.Key, outcome, clock.GetElapsedTime(start).TotalSeconds)) reporter.Report();
                }
                else if (store.Counts() is var counts && counts[PointStatus.Pending] + counts[PointStatus.Running] == 0) return;
                else
                {
                    // The rest is with others; one of them may yet be killed.
                    stop.Token.WaitHandle.WaitOne(Poll);
                    reporter.Report();
                }
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private PointOutcome Evaluate(SweepPoint point, CancellationToken cancel)
    {
        try
        {
            return evaluate(point, cancel);
        }
        catch (InputException e)
        {
            return PointOutcome.Failed(string.Join("; ", e.Errors.Select(x => x.Message)), e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException or UnauthorizedAccessException or ToolException))
        {
            return PointOutcome.Failed($"{e.GetType().Name}: {e.Message}", e.ToString());
        }
    }

    private void TryRenew()
    {
        try
        {
            store.Renew();
        }
        catch (Exception e) when (e is InputException or ObjectDisposedException or InvalidOperationException)
        {
            // The next use of the store tells; until then the lease may run out, which is safe.
        }
    }

    private sealed class Reporter(SweepStore store, int points, TimeProvider clock, IProgress<SweepProgress>? progress)
    {
        private readonly long _start = clock.GetTimestamp();
        private int? _finishedBefore;

        public void Report()
        {
            if (progress is null) return;
            var counts = store.Counts();
            int finished = counts[PointStatus.Done] + counts[PointStatus.Failed], left = counts[PointStatus.Pending] + counts[PointStatus.Running];
            int since = finished - (_finishedBefore ??= finished);
            progress.Report(new(points, counts[PointStatus.Done], counts[PointStatus.Failed], since == 0 ? null : clock.GetElapsedTime(_start) / since * left));
        }
    }
}
