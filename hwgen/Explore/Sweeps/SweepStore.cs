using System.Globalization;
using HwGen.Core;
using HwGen.Core.Design;
using Microsoft.Data.Sqlite;

namespace HwGen.Explore.Sweeps;

/// <summary>The points of sweeps in one SQLite file, one row a point; any number of processes may work on it at once. A point is
/// evaluated by who claims it, and a claim lasts while its worker renews it.</summary>
/// <remarks>Every change is one transaction with the rollback journal, which also holds on network file systems: a process killed
/// at any moment leaves all rows of others, and its own claims, which are free once it is gone or its lease is over.</remarks>
public sealed class SweepStore : IDisposable
{
    /// <summary>How long a claim holds without being renewed; renew it several times as often.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private const long ApplicationId = 0x48574758, FormatVersion = 2;      // "HWGX"

    private const int SecondsToWait = 120;

    private const string CorruptAdvice = "move it away to begin a new one; trained networks lie elsewhere and are kept";

    private readonly Lock _guard = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly TimeProvider _clock;

    private SweepStore(string path, TimeProvider clock)
    {
        (_path, _clock) = (path, clock);
        // No pool: a closed store is closed, so that its file can be moved.
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = SecondsToWait }.ToString());
    }

    /// <summary>This store's name for whoever claims through it.</summary>
    public string Worker { get; } = WorkerIdentity.New();

    /// <summary>Opens a store, or begins one.</summary>
    /// <exception cref="InputException">The file can't be written, is damaged or is something else; it is left as it is.</exception>
    public static SweepStore Open(string path, TimeProvider clock)
    {
        var store = new SweepStore(path, clock);
        try
        {
            if (Directory.Exists(path)) throw store.Wrong("this is a folder: name a file, which is made when it is missing");
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            store.Locked(store.Prepare);
            return store;
        }
        catch (UnauthorizedAccessException e)
        {
            store.Dispose();
            throw store.Wrong($"the store can't be written ({e.Message}): mend its permissions, or name another file with --store");
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Makes these points this sweep: rows are added for new ones, and only these are claimed and read.</summary>
    /// <param name="points">In the order in which they are to be claimed.</param>
    /// <param name="version">Of the program.</param>
    /// <param name="retry">Failed points are tried again.</param>
    public void Begin(IReadOnlyList<SweepPoint> points, string version, bool retry) => Locked(() =>
    {
        Execute("CREATE TEMP TABLE IF NOT EXISTS wanted (ordinal INTEGER PRIMARY KEY, key TEXT NOT NULL); DELETE FROM wanted;");
        using var transaction = _connection.BeginTransaction();     // BEGIN IMMEDIATE: no upgrade of a lock can fail halfway
        using var want = Command("INSERT INTO wanted (ordinal, key) VALUES (@ordinal, @key)");
        using var add = Command("""
            INSERT OR IGNORE INTO points (key, name, design, point, version, seed, status, attempts)
            VALUES (@key, @name, @design, @point, @version, @seed, 'pending', 0)
            """);
        foreach (var (ordinal, point) in points.Index())
        {
            Bind(want, ("@ordinal", ordinal), ("@key", point.Key));
            want.ExecuteNonQuery();
            Bind(add, ("@key", point.Key), ("@name", point.Point.Name), ("@design", point.Point.Text), ("@version", version), ("@seed", point.Seed),
                ("@point", string.Join("; ", point.Axes.Zip(point.Point.Values, (axis, value) => $"{axis}={value}"))));
            add.ExecuteNonQuery();
        }
        if (retry) Execute("UPDATE points SET status = 'pending', reason = NULL WHERE status = 'failed' AND key IN (SELECT key FROM wanted)");
        transaction.Commit();
    });

    /// <summary>Takes the first free point of this sweep.</summary>
    /// <returns>Its ordinal in <see cref="Begin"/>; null when none is free.</returns>
    public int? Claim() => Locked(() =>
    {
        using var command = Command("""
            UPDATE points SET status = 'running', worker = @worker, lease = @lease, attempts = attempts + 1 WHERE key = (
                SELECT points.key FROM wanted JOIN points ON points.key = wanted.key
                WHERE status = 'pending' OR (status = 'running' AND (lease < @now OR is_gone(worker)))
                ORDER BY ordinal LIMIT 1)
            RETURNING (SELECT min(ordinal) FROM wanted WHERE wanted.key = points.key)
            """);
        Bind(command, ("@worker", Worker), ("@now", Now()), ("@lease", Now() + (long)Lease.TotalMilliseconds));
        return command.ExecuteScalar() is long ordinal ? (int?)ordinal : null;
    });

    /// <summary>Keeps all claims made through this store.</summary>
    public void Renew() => Locked(() =>
    {
        using var command = Command("UPDATE points SET lease = @lease WHERE worker = @worker AND status = 'running'");
        Bind(command, ("@worker", Worker), ("@lease", Now() + (long)Lease.TotalMilliseconds));
        command.ExecuteNonQuery();
    });

    /// <summary>Gives all claims made through this store back.</summary>
    public void Release() => Locked(() =>
    {
        using var command = Command("UPDATE points SET status = 'pending', worker = NULL WHERE worker = @worker AND status = 'running'");
        Bind(command, ("@worker", Worker));
        command.ExecuteNonQuery();
    });

    /// <summary>Writes what came of a claimed point.</summary>
    /// <returns>False if the claim was lost meanwhile: somebody else's result counts.</returns>
    public bool Finish(string key, PointOutcome outcome, double seconds) => Locked(() =>
    {
        using var command = Command($"""
            UPDATE points SET status = @status, reason = @reason, log = @log, seconds = @seconds, float_accuracy = @float_accuracy, float_robust_accuracy = @float_robust_accuracy,
                {string.Join(", ", FigureName.All.Select(f => $"{f} = @{f}"))}
            WHERE key = @key AND worker = @worker AND status = 'running'
            """);
        Bind(command, ("@key", key), ("@worker", Worker), ("@status", outcome.Figures is null ? "failed" : "done"), ("@reason", outcome.Reason),
            ("@log", outcome.Log), ("@seconds", seconds), ("@float_accuracy", outcome.Figures?.FloatAccuracy), ("@float_robust_accuracy", outcome.Figures?.FloatRobustAccuracy));
        Bind(command, [.. FigureName.All.Select(f => ($"@{f}", (object?)outcome.Figures?[f]))]);
        return command.ExecuteNonQuery() == 1;
    });

    /// <summary>How many points of this sweep there are in each state.</summary>
    public IReadOnlyDictionary<PointStatus, int> Counts() => Locked(() =>
    {
        var counts = Enum.GetValues<PointStatus>().ToDictionary(s => s, _ => 0);
        using var command = Command("SELECT status, count(*) FROM wanted JOIN points ON points.key = wanted.key GROUP BY status");
        using var reader = command.ExecuteReader();
        while (reader.Read()) counts[Status(reader.GetString(0))] = reader.GetInt32(1);
        return counts;
    });

    /// <summary>The points of this sweep, in the order of <see cref="Begin"/>.</summary>
    public IReadOnlyList<PointRow> Rows() => Locked(() =>
    {
        using var command = Command($"""
            SELECT points.key, name, status, reason, attempts, seconds, float_accuracy, float_robust_accuracy, {string.Join(", ", FigureName.All)}
            FROM wanted JOIN points ON points.key = wanted.key ORDER BY ordinal
            """);
        using var reader = command.ExecuteReader();
        var rows = new List<PointRow>();
        while (reader.Read())
        {
            var status = Status(reader.GetString(2));
            rows.Add(new(reader.GetString(0), reader.GetString(1), status, reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetInt32(4), Number(reader, "seconds"), status == PointStatus.Done ? Figures(reader) : null));
        }
        return rows;
    });

    /// <summary>A score that several points share.</summary>
    /// <param name="key">Stands for everything it depends on.</param>
    /// <returns>Accuracy and label error rate, null where labels have no order; null when nobody has added it.</returns>
    public (double Accuracy, double? ErrorRate)? FindScore(string key) => Locked(() =>
    {
        using var command = Command("SELECT accuracy, error_rate FROM scores WHERE key = @key");
        Bind(command, ("@key", key));
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetDouble(0), Number(reader, "error_rate")) : ((double, double?)?)null;
    });

    public void AddScore(string key, double accuracy, double? errorRate) => Locked(() =>
    {
        using var command = Command("INSERT OR REPLACE INTO scores (key, accuracy, error_rate) VALUES (@key, @accuracy, @error_rate)");
        Bind(command, ("@key", key), ("@accuracy", accuracy), ("@error_rate", errorRate));
        command.ExecuteNonQuery();
    });

    public void Dispose() => _connection.Dispose();

    /// <summary>The file can grow no further, as on a full disk.</summary>
    internal void LimitPages() => Locked(() => Execute("PRAGMA max_page_count = 1"));

    private void Prepare()
    {
        _connection.Open();
        _connection.CreateFunction("is_gone", (string? worker) => worker is not null && worker != Worker && WorkerIdentity.IsGone(worker));
        using var transaction = _connection.BeginTransaction();
        bool isNew = Scalar("SELECT count(*) FROM sqlite_master") == 0;
        if (!isNew && Scalar("PRAGMA application_id") != ApplicationId) throw Wrong("this is a database of another program: name another file with --store");
        if (!isNew && Scalar("PRAGMA user_version") is var version && version != FormatVersion)
            throw Wrong($"the store has format {version}, this program writes {FormatVersion}: {CorruptAdvice}");
        using (var check = Command("PRAGMA quick_check(1)"))
            if (check.ExecuteScalar() is not "ok") throw Wrong($"the store is damaged: {CorruptAdvice}");
        Execute($"""
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {FormatVersion};
            CREATE TABLE IF NOT EXISTS points (
                key TEXT PRIMARY KEY, name TEXT NOT NULL, point TEXT NOT NULL, design TEXT NOT NULL, version TEXT NOT NULL, seed INTEGER NOT NULL,
                status TEXT NOT NULL, reason TEXT, worker TEXT, lease INTEGER, attempts INTEGER NOT NULL, seconds REAL, float_accuracy REAL, float_robust_accuracy REAL,
                {string.Join(", ", FigureName.All.Select(f => f + " REAL"))}, log TEXT) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, accuracy REAL NOT NULL, error_rate REAL) WITHOUT ROWID;
            """);
        transaction.Commit();
    }

    private static PointStatus Status(string text) => Enum.Parse<PointStatus>(text, ignoreCase: true);

    private static double? Number(SqliteDataReader reader, string column) =>
        reader.GetOrdinal(column) is var c && reader.IsDBNull(c) ? null : reader.GetDouble(c);

    private static PointFigures Figures(SqliteDataReader reader) => new()
    {
        Accuracy = Number(reader, FigureName.Accuracy),
        ErrorRate = Number(reader, FigureName.ErrorRate),
        FloatAccuracy = Number(reader, "float_accuracy"),
        RobustAccuracy = Number(reader, FigureName.RobustAccuracy),
        FloatRobustAccuracy = Number(reader, "float_robust_accuracy"),
        CyclesPerFrame = (long?)Number(reader, FigureName.CyclesPerFrame),
        CyclesSingleStream = (long?)Number(reader, FigureName.CyclesSingleStream),
        LatencyMicroseconds = Number(reader, FigureName.LatencyMicroseconds),
        Multipliers = (long?)Number(reader, FigureName.Multipliers),
        MemoryBits = (long?)Number(reader, FigureName.MemoryBits),
        Parameters = (long?)Number(reader, FigureName.Parameters),
        Lut = Number(reader, FigureName.Lut),
        Ff = Number(reader, FigureName.Ff),
        Dsp = Number(reader, FigureName.Dsp),
        Bram36 = Number(reader, FigureName.Bram36),
        EnergyPerFrameNanojoule = Number(reader, FigureName.EnergyPerFrameNanojoule),
    };

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private SqliteCommand Command(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private void Execute(string text)
    {
        using var command = Command(text);
        command.ExecuteNonQuery();
    }

    private long Scalar(string text)
    {
        using var command = Command(text);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Bind(SqliteCommand command, params (string Name, object? Value)[] values)
    {
        foreach (var (name, value) in values)
        {
            int index = command.Parameters.IndexOf(name);
            if (index < 0) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
            else command.Parameters[index].Value = value ?? DBNull.Value;
        }
    }

    private void Locked(Action work) => Locked(() =>
    {
        work();
        return 0;
    });

    private T Locked<T>(Func<T> work)
    {
        lock (_guard)
        {
            try
            {
                return work();
            }
            catch (SqliteException e)
            {
                // Codes: sqlite.org/rescode.html. A transaction that did not commit is undone, so all rows before it are there.
                throw Wrong(e.SqliteErrorCode switch
                {
                    SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB => $"the store is damaged or no store ({e.Message}): {CorruptAdvice}",
                    SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM or SQLitePCL.raw.SQLITE_CANTOPEN =>
                        "the store can't be written: mend the permissions of the file and of its folder, or name another file with --store",
                    SQLitePCL.raw.SQLITE_FULL => "the disk is full: make room and run the same command again; what is done is kept",
                    SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED =>
                        $"the store was locked for {SecondsToWait} seconds: find who holds it open, then run the same command again",
                    _ => $"the store can't be used ({e.Message}): look at the disk, then run the same command again; what is done is kept",
                });
            }
        }
    }

    private InputException Wrong(string message) => new(new InputError(_path, 1, 1, message));
}
