using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Training;

/// <summary>Log, accuracies and speeds of a finished training.</summary>
internal static class LogFile
{
    private const string Magic = "HWGENLOG", SpeedMagic = "HWGENSPD";

    /// <summary>Frames per second go to <paramref name="speedPath"/>: the log's bytes are those of every run.</summary>
    public static void Save(string path, string speedPath, string key, TrainingLog log)
    {
        SealedFile.Write(speedPath, SpeedMagic, key, w =>
        {
            w.Write(log.Epochs.Count);
            foreach (var epoch in log.Epochs) w.Write(epoch.FramesPerSecond);
        });
        SealedFile.Write(path, Magic, key, w => Write(w, log));
    }

    /// <summary>Null when there is none of that key.</summary>
    public static TrainingLog? Load(string path, string speedPath, string key)
    {
        if (!File.Exists(path)) return null;
        var (found, log) = SealedFile.Read(path, Magic, Read);
        if (found != key) return null;
        if (!File.Exists(speedPath)) return log;
        var (speedKey, speeds) = SealedFile.Read(speedPath, SpeedMagic, ReadSpeeds);
        if (speedKey != key || speeds.Length != log.Epochs.Count) return log;
        return log with { Epochs = [.. log.Epochs.Zip(speeds, (e, s) => e with { FramesPerSecond = s })] };
    }

    /// <summary>Without the speeds.</summary>
    public static void Write(BinaryWriter writer, TrainingLog log)
    {
        writer.Write(log.Epochs.Count);
        foreach (var e in log.Epochs)
        {
            writer.Write((int)e.Phase);
            writer.Write(e.Epoch);
            writer.Write(e.Loss);
            writer.Write(e.TrainAccuracy);
            writer.Write(e.TestAccuracy);
        }
        writer.Write(log.Residuals.Count);
        foreach (var r in log.Residuals)
        {
            writer.Write(r.Iteration);
            writer.Write(r.Rho);
            writer.Write(r.Primal);
            writer.Write(r.Dual);
        }
        writer.Write(log.Scores.Count);
        foreach (var s in log.Scores)
        {
            writer.Write(s.Name);
            writer.Write(s.Accuracy);
            writer.Write(s.Labels);
            writer.Write(s.Errors is not null);
            if (s.Errors is not { } e) continue;
            writer.Write(e.Insertions);
            writer.Write(e.Deletions);
            writer.Write(e.Substitutions);
            writer.Write(e.ReferenceLength);
        }
    }

    public static TrainingLog Read(BinaryReader reader)
    {
        var epochs = new EpochRecord[reader.ReadInt32()];
        for (int i = 0; i < epochs.Length; i++)
            epochs[i] = new((TrainingPhase)reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), 0);
        var residuals = new ResidualRecord[reader.ReadInt32()];
        for (int i = 0; i < residuals.Length; i++)
            residuals[i] = new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        var scores = new TestScore[reader.ReadInt32()];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = new(reader.ReadString(), reader.ReadDouble(), reader.ReadInt64(),
                reader.ReadBoolean() ? new ErrorCounts(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()) : null);
        return new(epochs, residuals) { Scores = scores };
    }

    private static double[] ReadSpeeds(BinaryReader reader)
    {
        var speeds = new double[reader.ReadInt32()];
        for (int i = 0; i < speeds.Length; i++) speeds[i] = reader.ReadDouble();
        return speeds;
    }
}
