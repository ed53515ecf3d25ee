namespace HwGen.Core.Network;

/// <summary>Batch norm in use: y = γ (x − mean) / √(variance + ε) + β.</summary>
/// <param name="Group">Channels of a group; the last group may have fewer.</param>
/// <param name="Scale">γ, one a group.</param>
/// <param name="Shift">β, one a channel.</param>
/// <param name="Mean">One a channel, averaged over training.</param>
/// <param name="Variance">One a group, averaged over training.</param>
public sealed record BatchNorm(int Group, float[] Scale, float[] Shift, float[] Mean, float[] Variance)
{
    /// <summary>ε.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>The factor of a channel: γ / √(variance + ε).</summary>
    public double Factor(int channel) => Scale[channel / Group] / Math.Sqrt((double)Variance[channel / Group] + Epsilon);

    /// <summary>The same function as scaled weights and a bias.</summary>
    /// <param name="weight">Circulant over blocks of no more channels than a group has, and which divide it.</param>
    /// <exception cref="ArgumentException">A block holds channels of several groups.</exception>
    public (BlockCirculantMatrix Weight, float[] Bias) Fold(BlockCirculantMatrix weight)
    {
        if (Group % weight.BlockSize != 0)
            throw new ArgumentException($"A scale for every {Group} channels cannot go into circulant blocks of {weight.BlockSize}.", nameof(weight));
        int rowLength = weight.ColumnBlocks * weight.BlockSize;
        var folded = new float[weight.FirstColumns.Length];
        for (int i = 0; i < folded.Length; i++)
            folded[i] = (float)(weight.FirstColumns[i] * Factor(i / rowLength * weight.BlockSize));
        float[] bias = [.. Shift.Select((shift, c) => (float)(shift - Factor(c) * Mean[c]))];
        return (new(weight.Rows, weight.Columns, weight.BlockSize, folded), bias);
    }

    /// <summary>The same function with the scale shared by other groups; the weights take over the difference.</summary>
    /// <param name="weight">Dense.</param>
    /// <param name="group">Channels that share a variance and a scale.</param>
    public (BlockCirculantMatrix Weight, BatchNorm Norm) Regroup(BlockCirculantMatrix weight, int group)
    {
        int channels = Shift.Length, groups = (channels + group - 1) / group;
        var (scaled, _) = Fold(weight);
        // Behind the scaled weights a channel varies with γ²·variance/(variance + ε); a group takes the mean of its channels.
        var variance = new float[groups];
        for (int g = 0; g < groups; g++)
        {
            var members = Enumerable.Range(g * group, Math.Min(group, channels - g * group));
            variance[g] = (float)members.Average(c => Factor(c) * Factor(c) * Variance[c / Group]);
        }
        float[] scale = [.. variance.Select(v => (float)Math.Sqrt((double)v + Epsilon))];
        float[] mean = [.. Mean.Select((m, c) => (float)(m * Factor(c)))];
        return (scaled, new(group, scale, [.. Shift], mean, variance));
    }
}
