namespace HwGen.Frontend.Training;

/// <summary>All that decides the rest of a phase; vectors are laid out by its <see cref="ParameterLayout"/>.</summary>
internal sealed class TrainingState
{
    public required TrainingPhase Phase { get; init; }

    /// <summary>Updates done in this phase.</summary>
    public int Step { get; set; }

    /// <summary>Of the epoch so far.</summary>
    public double LossSum { get; set; }

    /// <summary>Of the epoch so far.</summary>
    public long Hits { get; set; }

    /// <summary>Of the epoch so far.</summary>
    public long Labels { get; set; }

    /// <summary>Z and U updates done, or rewirings.</summary>
    public int Iteration { get; set; }

    public required float[] Parameters { get; init; }

    /// <summary>Adam's first moment.</summary>
    public required float[] First { get; init; }

    /// <summary>Adam's second moment.</summary>
    public required float[] Second { get; init; }

    /// <summary>Empty without a pull towards other weights.</summary>
    public required float[] Z { get; set; }

    /// <summary>Empty without a pull towards other weights.</summary>
    public required float[] U { get; set; }

    /// <summary>1 for parameters that live and 0 for pruned ones; empty outside sparse training.</summary>
    public float[] Mask { get; set; } = [];

    /// <summary>α of each channel's noise, then Adam's two moments of it; empty without noise.</summary>
    public float[] Noise { get; set; } = [];

    /// <summary>The proxy matrices of a projection, then their velocities; empty outside it.</summary>
    public double[] Proxies { get; set; } = [];

    public List<EpochRecord> Epochs { get; } = [];

    public List<ResidualRecord> Residuals { get; } = [];

    public static TrainingState Start(TrainingPhase phase, float[] parameters, TrainingLog log)
    {
        bool admm = phase == TrainingPhase.Admm;
        var state = new TrainingState
        {
            Phase = phase,
            Parameters = parameters,
            First = new float[parameters.Length],
            Second = new float[parameters.Length],
            Z = new float[admm ? parameters.Length : 0],
            U = new float[admm ? parameters.Length : 0],
        };
        state.Epochs.AddRange(log.Epochs);
        state.Residuals.AddRange(log.Residuals);
        return state;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write((int)Phase);
        writer.Write(Step);
        writer.Write(LossSum);
        writer.Write(Hits);
        writer.Write(Labels);
        writer.Write(Iteration);
        foreach (var vector in new[] { Parameters, First, Second, Z, U }) writer.WriteFloats(vector);
        LogFile.Write(writer, new(Epochs, Residuals));
        foreach (var epoch in Epochs) writer.Write(epoch.FramesPerSecond);
        if (Mask.Length + Noise.Length + Proxies.Length == 0) return;
        writer.WriteFloats(Mask);
        writer.WriteFloats(Noise);
        writer.Write(Proxies.Length);
        foreach (double value in Proxies) writer.Write(value);
    }

    public static TrainingState Read(BinaryReader reader)
    {
        var (phase, step, loss, hits) = ((TrainingPhase)reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt64());
        var (labels, iteration) = (reader.ReadInt64(), reader.ReadInt32());
        var state = new TrainingState
        {
            Phase = phase,
            Step = step,
            LossSum = loss,
            Hits = hits,
            Labels = labels,
            Iteration = iteration,
            Parameters = reader.ReadFloats(),
            First = reader.ReadFloats(),
            Second = reader.ReadFloats(),
            Z = reader.ReadFloats(),
            U = reader.ReadFloats(),
        };
        var log = LogFile.Read(reader);
        foreach (var epoch in log.Epochs) state.Epochs.Add(epoch with { FramesPerSecond = reader.ReadDouble() });
        state.Residuals.AddRange(log.Residuals);
        // Phases that keep no more than that end here.
        if (reader.BaseStream.Position == reader.BaseStream.Length) return state;
        (state.Mask, state.Noise, state.Proxies) = (reader.ReadFloats(), reader.ReadFloats(), new double[reader.ReadInt32()]);
        for (int i = 0; i < state.Proxies.Length; i++) state.Proxies[i] = reader.ReadDouble();
        return state;
    }
}
