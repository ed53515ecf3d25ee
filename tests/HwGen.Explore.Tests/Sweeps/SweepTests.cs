using System.Collections.Concurrent;
using HwGen.Core;
using HwGen.Explore.Sweeps;

namespace HwGen.Explore.Tests.Sweeps;

public sealed class SweepTests : IDisposable
{
    private const int Count = 40;

    private static readonly SweepPoint[] Points = [.. Enumerable.Range(0, Count).Select(i => new SweepPoint($"k{i}", new(i, $"n{i}", [$"{i}"], $"seed: {i}\n"), ["seed"], i))];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_TwoSweepsOnOneStore_EvaluateEachPointOnce()
    {
        var evaluated = new ConcurrentBag<string>();
        using SweepStore one = Open(), two = Open();

        await Task.WhenAll(Run(one, Record), Run(two, Record));

        Assert.Equal(Points.Select(p => p.Key).Order(), evaluated.Order());
        Assert.Equal(one.Rows(), two.Rows());
        Assert.All(one.Rows(), r => Assert.Equal((PointStatus.Done, 1), (r.Status, r.Attempts)));

        PointOutcome Record(SweepPoint point, CancellationToken cancel)
        {
            evaluated.Add(point.Key);
            Thread.Sleep(1);
            return Answer(point);
        }
    }

    [Fact]
    public async Task Run_PointThatFails_IsARowAndNotTheEnd()
    {
        using var store = Open();

        await Run(store, (point, _) => point.Seed switch
        {
            3 => throw new InputException(new InputError("net.yaml", 5, 2, "too wide: raise bits")),
            4 => throw new InvalidOperationException("no schedule"),
            _ => Answer(point),
        });

        var rows = store.Rows();
        Assert.Equal("too wide: raise bits", rows[3].Reason);
        Assert.Equal("InvalidOperationException: no schedule", rows[4].Reason);
        Assert.Equal(Count - 2, rows.Count(r => r.Status == PointStatus.Done && r.Figures!.CyclesPerFrame == int.Parse(r.Key[1..]) + 1));
    }

    [Fact]
    public async Task Run_TroubleOfTheMachine_EndsTheSweepAndKeepsThePointOpen()
    {
        using (var store = Open())
        {
            var thrown = await Assert.ThrowsAsync<IOException>(() => Run(store, (point, _) => point.Seed == 9 ? throw new IOException("disk full") : Answer(point)));
            Assert.Equal("disk full", thrown.Message);
            Assert.Equal(0, store.Counts()[PointStatus.Running]);
            Assert.InRange(store.Counts()[PointStatus.Done], 1, Count - 1);
        }

        using var again = Open();
        await Run(again, (point, _) => Answer(point));
        Assert.All(again.Rows(), r => Assert.Equal(PointStatus.Done, r.Status));
    }

    [Fact]
    public async Task Run_StoreThatGrowsNoFurther_EndsTheSweepAndLosesNothing()
    {
        string log = new('x', 100_000);
        using (var store = Open())
        {
            var thrown = await Assert.ThrowsAsync<InputException>(() => Run(store, (point, _) =>
            {
                if (point.Seed == 9) store.LimitPages();
                return Answer(point) with { Log = log };
            }));
            Assert.StartsWith($"{_folder["points.sqlite"]}:1:1: error: the disk is full", thrown.Message, StringComparison.Ordinal);
        }

        using var again = Open();
        int done = again.Counts()[PointStatus.Done], evaluated = 0;
        Assert.InRange(done, 1, 10);
        await Run(again, (point, _) =>
        {
            Interlocked.Increment(ref evaluated);
            return Answer(point);
        });
        Assert.Equal(Count - done, evaluated);
        Assert.All(again.Rows(), r => Assert.Equal((PointStatus.Done, int.Parse(r.Key[1..]) + 1), (r.Status, r.Figures!.CyclesPerFrame)));
    }

    [Fact]
    public async Task Run_Cancelled_FreesItsPoints()
    {
        using var store = Open();
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Sweep(store, Points, (point, stop) =>
        {
            if (point.Seed == 5) cancel.Cancel();
            stop.ThrowIfCancellationRequested();
            return Answer(point);
        }, TimeProvider.System).RunAsync(2, null, cancel.Token));

        Assert.Equal(0, store.Counts()[PointStatus.Running]);
        Assert.InRange(store.Counts()[PointStatus.Pending], 1, Count - 1);
    }

    [Fact]
    public async Task Run_Progress_CountsUpToAllPoints()
    {
        using var store = Open();
        var told = new ConcurrentQueue<SweepProgress>();

        await new Sweep(store, Points, (point, _) => Answer(point), TimeProvider.System).RunAsync(1, new Told(told), CancellationToken.None);

        Assert.Equal([.. Enumerable.Range(0, Count + 1)], told.Select(p => p.Done));
        Assert.Null(told.First().Left);
        Assert.Equal(TimeSpan.Zero, told.Last().Left);
    }

    private static PointOutcome Answer(SweepPoint point) => PointOutcome.Done(new() { CyclesPerFrame = point.Seed + 1 }, "");

    private static Task Run(SweepStore store, Func<SweepPoint, CancellationToken, PointOutcome> evaluate) =>
        new Sweep(store, Points, evaluate, TimeProvider.System).RunAsync(2, null, CancellationToken.None);

    private SweepStore Open()
    {
        var store = SweepStore.Open(_folder["points.sqlite"], TimeProvider.System);
        store.Begin(Points, "1", retry: false);
        return store;
    }

    private sealed class Told(ConcurrentQueue<SweepProgress> queue) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => queue.Enqueue(value);
    }
}
