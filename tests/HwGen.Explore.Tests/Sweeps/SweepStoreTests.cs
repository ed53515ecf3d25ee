using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Explore.Sweeps;
using Microsoft.Data.Sqlite;

namespace HwGen.Explore.Tests.Sweeps;

public sealed class SweepStoreTests : IDisposable
{
    private static readonly PointFigures Figures = new()
    {
        Accuracy = 0.7 + 0.1 + 0.1,
        ErrorRate = 2.4,
        FloatAccuracy = 0.5,
        RobustAccuracy = 3.1,
        FloatRobustAccuracy = 0.3,
        CyclesPerFrame = 4,
        CyclesSingleStream = 5,
        LatencyMicroseconds = 6.1,
        Multipliers = 7,
        MemoryBits = 8,
        Parameters = 9,
        Lut = 10,
        Ff = 11,
        Dsp = 12,
        Bram36 = 13.4,
        EnergyPerFrameNanojoule = 14.3,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();

    private string File => _folder["points.sqlite"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Finish_Figures_ComeBackWhole()
    {
        using (var store = Open(2))
        {
            Assert.Equal(0, store.Claim());
            Assert.True(store.Finish("k0", PointOutcome.Done(Figures, "log"), 2.5));
            Assert.Equal(1, store.Claim());
            Assert.True(store.Finish("k1", PointOutcome.Failed("why", ""), 0.5));
            Assert.Null(store.Claim());
        }

        using var again = Open(3);

        Assert.Equal([new("k0", "n0", PointStatus.Done, null, 1, 2.5, Figures), new("k1", "n1", PointStatus.Failed, "why", 1, 0.5, null),
            new PointRow("k2", "n2", PointStatus.Pending, null, 0, null, null)], again.Rows());
        Assert.Equal(2, again.Claim());
    }

    [Fact]
    public void Indexer_OfEveryName_IsItsFigure() =>
        Assert.Equal(Enumerable.Range(1, FigureName.All.Count), FigureName.All.Select(f => (int)Math.Round(Figures[f]!.Value)));

    [Fact]
    public void Claim_TwoStores_NeverTakeTheSamePoint()
    {
        using SweepStore one = Open(4), two = Open(4);

        Assert.Equal([0, 1, 2, 3], [one.Claim(), two.Claim(), one.Claim(), two.Claim()]);
        Assert.Null(one.Claim());
        Assert.Equal(4, two.Counts()[PointStatus.Running]);
    }

    [Fact]
    public void Claim_LeaseRenewedOrOver_HoldsOrIsFree()
    {
        using SweepStore slow = Open(1), other = Open(1);
        Assert.Equal(0, slow.Claim());

        _clock.Advance(0.9 * SweepStore.Lease);
        Assert.Null(other.Claim());
        slow.Renew();
        _clock.Advance(0.9 * SweepStore.Lease);
        Assert.Null(other.Claim());
        _clock.Advance(0.2 * SweepStore.Lease);
        Assert.Equal(0, other.Claim());

        Assert.False(slow.Finish("k0", PointOutcome.Failed("late", ""), 1));
        Assert.True(other.Finish("k0", PointOutcome.Done(new(), ""), 1));
        Assert.Equal((PointStatus.Done, 2), (other.Rows()[0].Status, other.Rows()[0].Attempts));
    }

    [Fact]
    public void Claim_WorkerThatIsGone_IsFreeAtOnce()
    {
        using var store = Open(2);
        string[] own = store.Worker.Split('/');
        store.Claim();
        store.Claim();
        // Same process number, another start: the process that claimed has ended and its number came back.
        Execute($"UPDATE points SET worker = '{own[0]}/{own[1]}/1/x' WHERE key = 'k0'");
        // Another machine: nobody can tell.
        Execute($"UPDATE points SET worker = 'elsewhere/{own[1]}/1/x' WHERE key = 'k1'");

        Assert.Equal(0, store.Claim());
        Assert.Null(store.Claim());
    }

    [Fact]
    public void Release_OfClaims_LeavesOthersAlone()
    {
        using SweepStore one = Open(3), two = Open(3);
        one.Claim();
        two.Claim();
        one.Claim();

        one.Release();

        Assert.Equal([PointStatus.Pending, PointStatus.Running, PointStatus.Pending], two.Rows().Select(r => r.Status));
    }

    [Fact]
    public void Begin_Retry_FreesFailedPointsOfThisSweepOnly()
    {
        using (var store = Open(2))
            for (int i = 0; i < 2; i++) store.Finish($"k{store.Claim()}", PointOutcome.Failed("why", ""), 1);

        using var again = SweepStore.Open(File, _clock);
        again.Begin([Point(1)], "1", retry: true);
        Assert.Equal((PointStatus.Pending, null), (again.Rows()[0].Status, again.Rows()[0].Reason));
        again.Begin([Point(0), Point(1)], "1", retry: false);
        Assert.Equal([PointStatus.Failed, PointStatus.Pending], again.Rows().Select(r => r.Status));
    }

    [Fact]
    public void Scores_AreKept()
    {
        using (var store = Open(0))
        {
            store.AddScore("a", 0.75, null);
            store.AddScore("c", 0.5, 0.25);
        }
        using var again = Open(0);

        Assert.Equal((0.75, null), again.FindScore("a"));
        Assert.Equal((0.5, 0.25), again.FindScore("c"));
        Assert.Null(again.FindScore("b"));
    }

    [Fact]
    public void Open_NoStore_SaysWhatItIsAndLeavesIt()
    {
        System.IO.File.WriteAllText(File, string.Concat(Enumerable.Repeat("this is a letter\n", 100)));

        Assert.StartsWith($"{File}:1:1: error: the store is damaged or no store", Complaint(), StringComparison.Ordinal);
        Assert.StartsWith("this is a letter", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherDatabase_IsRefused()
    {
        Execute("CREATE TABLE letters (text)");

        Assert.StartsWith($"{File}:1:1: error: this is a database of another program", Complaint(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LaterFormat_IsRefused()
    {
        Open(1).Dispose();
        Execute("PRAGMA user_version = 9");

        Assert.Contains("the store has format 9, this program writes 2", Complaint(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DamagedPages_IsRefusedAndLeft()
    {
        Open(400).Dispose();
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        for (int i = 3 * 4096; i < 5 * 4096; i++) bytes[i] = 0x5a;
        System.IO.File.WriteAllBytes(File, bytes);

        Assert.Contains("damaged", Complaint(), StringComparison.Ordinal);
        Assert.Equal(bytes, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void Open_Folder_IsRefused()
    {
        Directory.CreateDirectory(File);

        Assert.Contains("this is a folder", Complaint(), StringComparison.Ordinal);
    }

    /// <summary>A folder that takes no file, not even the superuser's, whom permissions don't stop.</summary>
    [Fact]
    public void Open_FolderThatTakesNoFile_IsRefused()
    {
        string message = Assert.Throws<InputException>(() => SweepStore.Open("/proc/self/points.sqlite", _clock).Dispose()).Message;

        Assert.StartsWith("/proc/self/points.sqlite:1:1: error: the store can't be written: mend the permissions", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_DiskFull_SaysSoAndKeepsWhatIsThere()
    {
        using var store = Open(3);
        store.Claim();
        store.Finish("k0", PointOutcome.Done(new(), ""), 1);
        store.LimitPages();

        string message = Assert.Throws<InputException>(() => store.Begin([.. Enumerable.Range(0, 5000).Select(Point)], "1", retry: false)).Message;

        Assert.StartsWith($"{File}:1:1: error: the disk is full: make room", message, StringComparison.Ordinal);
        using var again = Open(3);
        Assert.Equal([PointStatus.Done, PointStatus.Pending, PointStatus.Pending], again.Rows().Select(r => r.Status));
    }

    private string Complaint() => Assert.Throws<InputException>(() => SweepStore.Open(File, _clock).Dispose()).Message;

    private void Execute(string text)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private SweepStore Open(int points)
    {
        var store = SweepStore.Open(File, _clock);
        store.Begin([.. Enumerable.Range(0, points).Select(Point)], "1", retry: false);
        return store;
    }

    private static SweepPoint Point(int i) => new($"k{i}", new(i, $"n{i}", [$"{i}"], $"name: n{i}\n"), ["seed"], i);
}
