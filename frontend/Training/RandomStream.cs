namespace HwGen.Frontend.Training;

/// <summary>SplitMix64: the n-th number depends only on the seed and n, so that a seed is all there is to restore.</summary>
/// <remarks>Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
internal struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <param name="seed">The design's.</param>
    /// <param name="purpose">Distinguishes streams of one seed.</param>
    /// <param name="index">Distinguishes streams of one purpose.</param>
    public RandomStream(int seed, int purpose, int index)
    {
        _state = Mix(Mix(Mix((uint)seed + Golden) + (uint)purpose + Golden) + (uint)index + Golden);
    }

    public ulong Next() => Mix(_state += Golden);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>Fills with numbers of mean 0 and variance 1, normally distributed (Box and Muller, 1958).</summary>
    public void Normal(Span<float> target)
    {
        for (int i = 0; i < target.Length; i += 2)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * NextUniform());
            target[i] = (float)(radius * cosine);
            if (i + 1 < target.Length) target[i + 1] = (float)(radius * sine);
        }
    }

    /// <summary>Uniform in 0..bound−1.</summary>
    public int NextBelow(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>0..count−1 in random order.</summary>
    public int[] Permutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (int i = count - 1; i > 0; i--)
        {
            int j = NextBelow(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
