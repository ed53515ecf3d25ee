using System.Numerics;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Transforms;

namespace HwGen.Core.Plan;

/// <summary>The words of one vector that matrices read: the input, or a layer's output.</summary>
/// <param name="Value">b bits.</param>
/// <param name="Spectrum">b bits, what the spectral memory holds.</param>
public sealed record VectorFormats(FixedFormat Value, FixedFormat Spectrum);

/// <summary>The words of one layer.</summary>
/// <param name="InputWeight">Spectra of W, b bits.</param>
/// <param name="RecurrentWeight">Spectra of R, b bits; null for a dense layer.</param>
/// <param name="Sum">Matrix products after the inverse FFT, and the biases added to them; b bits.</param>
/// <param name="AccumulatorFracBits">Fraction bits of the frequency accumulators; W and R are aligned to them.</param>
/// <param name="SumSpectrum">An accumulator's word on its way into the inverse FFT.</param>
public sealed record LayerFormats(
    FixedFormat InputWeight, FixedFormat? RecurrentWeight, FixedFormat Sum, int AccumulatorFracBits, FixedFormat SumSpectrum)
{
    /// <summary>Bits that the one rounding between accumulator and inverse FFT drops.</summary>
    public int DrainShift => AccumulatorFracBits - SumSpectrum.FracBits;
}

/// <summary>Every fixed-point format of a network and the two transforms that go with them, decided from recorded ranges.</summary>
/// <param name="Bits">b.</param>
/// <param name="Vectors">The input, then each recurrent layer's output.</param>
/// <param name="Layers">One entry a layer.</param>
/// <param name="State">Recurrent state: wider than b, so that slow states don't stall on rounding.</param>
/// <param name="Gate">Gates and candidate, b bits, all fraction but the sign.</param>
/// <param name="Fft">The FFT unit's transform.</param>
/// <param name="Ifft">The inverse FFT unit's transform, in its first layer's units.</param>
public sealed record NetworkFormats(
    int Bits, IReadOnlyList<VectorFormats> Vectors, IReadOnlyList<LayerFormats> Layers,
    FixedFormat State, FixedFormat Gate, TransformPlan Fft, TransformPlan Ifft)
{
    /// <summary>Extra bits of the recurrent state.</summary>
    private const int StateGuardBits = 4;

    /// <summary>A transform's own rounding may raise the noise of its output by 0.5 dB over the best candidate's.</summary>
    private static readonly double NoiseSlack = Math.Pow(10, 0.05);

    /// <summary>Bits that the FFT's output rounding drops for a vector.</summary>
    public int FftShift(int vector) =>
        Vectors[vector].Value.FracBits - Fft.LevelShifts.Sum() - Vectors[vector].Spectrum.FracBits;

    /// <summary>Bits that the inverse FFT's output rounding drops; one for all layers.</summary>
    public int IfftShift => Ifft.Format.FracBits - Layers[0].Sum.FracBits;

    /// <summary>Chooses every format: the most fraction bits whose word holds the recorded range, then what alignment asks.</summary>
    /// <param name="network">The trained network; every layer has the same block size.</param>
    /// <param name="ranges">Recorded on real data.</param>
    /// <param name="bits">b, 4..18.</param>
    public static NetworkFormats Choose(TrainedNetwork network, NetworkRanges ranges, int bits)
    {
        int k = network.Layers[0].BlockSize;
        var twiddle = new FixedFormat(Math.Min(18, bits + 2), Math.Min(18, bits + 2) - 1);
        int vectors = network.Layers.Count(l => l is GruLayer) + 1;
        var values = new FixedFormat[vectors];
        for (int v = 0; v < vectors; v++)
            values[v] = v == 0 ? FixedFormat.Covering(bits, ranges.Vectors[0]) : new(bits, bits - 1);
        var spectra = new FixedFormat[vectors];
        for (int v = 0; v < vectors; v++)
        {
            FixedFormat covering = FixedFormat.Covering(bits, ranges.VectorSpectra[v]);
            spectra[v] = new(bits, Math.Min(covering.FracBits, values[v].FracBits));
        }
        TransformPlan fft = ChooseForward(k, bits, twiddle, Enumerable.Range(0, vectors).Min(v => values[v].FracBits - spectra[v].FracBits));
        var (ifft, layers) = ChooseLayers(network, ranges, bits, k, twiddle, spectra);
        return new(bits, [.. values.Zip(spectra, (v, s) => new VectorFormats(v, s))], layers,
            new(bits + StateGuardBits, bits + StateGuardBits - 1), new(bits, bits - 1), fft, ifft);
    }

    /// <summary>Cheapest split of the scaling shifts over the levels whose noise is close to the best split's.</summary>
    private static TransformPlan ChooseForward(int k, int bits, FixedFormat twiddle, int dropped)
    {
        var input = new FixedFormat(bits, bits - 1);
        var candidates = LevelShifts(k).Where(s => s.Sum() <= dropped)
            .Select(s => TransformPlan(s)).ToList();
        double ulp = Math.ScaleB(1, dropped - input.FracBits);
        return Cheapest(candidates, p => p.Outputs.Max(o => o.NoiseVariance) + ulp * ulp / 12, p => p.RegisterBits);

        TransformPlan TransformPlan(int[] shifts) => TransformBuilder.Forward(k, input, twiddle, shifts);
    }

    private static (TransformPlan Ifft, LayerFormats[] Layers) ChooseLayers(
        TrainedNetwork network, NetworkRanges ranges, int bits, int k, FixedFormat twiddle, FixedFormat[] spectra)
    {
        int levels = BitOperations.Log2((uint)k);
        var aligned = network.Weights.Select((w, l) => Align(w, bits, spectra, l)).ToArray();
        FixedFormat[] wanted = [.. network.Layers.Select((_, l) => FixedFormat.Covering(bits, ranges.Sums[l]))];
        // One activation table serves all recurrent layers, so they share a format; tables start at zero fraction bits.
        int[] recurrentLayers = [.. Enumerable.Range(0, network.Layers.Count).Where(l => network.Layers[l] is GruLayer)];
        int recurrent = recurrentLayers.Length == 0 ? 0 : Math.Max(0, recurrentLayers.Min(l => wanted[l].FracBits));
        foreach (int l in recurrentLayers) wanted[l] = new(bits, recurrent);

        // Layers with one sum format have one format in front of the inverse FFT too: the coarsest that any of them needs.
        int[] shared = recurrentLayers.Length > 0 ? recurrentLayers : [0];
        var candidates = new List<(TransformPlan Plan, int Shift, int Width)>();
        for (int width = bits; width <= bits + levels + 2; width++)
            foreach (int[] shifts in LevelShifts(k))
            {
                int spectrumFrac = shared.Min(l => Math.Min(FixedFormat.Covering(width, ranges.SumSpectra[l]).FracBits, aligned[l].AccumulatorFrac));
                TransformPlan plan = TransformBuilder.Inverse(k, new(width, spectrumFrac), twiddle, shifts);
                int shift = plan.Format.FracBits - wanted[0].FracBits;
                if (shift >= 0) candidates.Add((plan, shift, width));
            }
        if (candidates.Count == 0) throw new InvalidOperationException($"{bits} bits leave the first layer's sums no fraction bits; raise `bits`.");
        double ulp = wanted[0].Ulp;
        var (ifft, outputShift, sumWidth) = Cheapest(candidates,
            c => c.Plan.Outputs.Max(o => o.NoiseVariance) + c.Plan.Input.Ulp * c.Plan.Input.Ulp / 12 * (2 * k - 1) / ((double)k * k) + ulp * ulp / 12,
            c => c.Plan.RegisterBits + c.Width * k);

        var layers = new LayerFormats[network.Layers.Count];
        for (int l = 0; l < layers.Length; l++)
        {
            // The units are shared, so a layer's binary points move together: sum = spectrum + log2 k − level shifts − output shift.
            int offset = levels - ifft.LevelShifts.Sum() - outputShift;
            int frac = Math.Min(wanted[l].FracBits, offset + Math.Min(
                FixedFormat.Covering(sumWidth, ranges.SumSpectra[l]).FracBits, aligned[l].AccumulatorFrac));
            layers[l] = new(aligned[l].Input, aligned[l].Recurrent, new(bits, frac), aligned[l].AccumulatorFrac, new(sumWidth, frac - offset));
        }
        return (ifft, layers);
    }

    /// <summary>W and R add up in one accumulator, so their products have one binary point: the finer of the two gives way.</summary>
    private static (FixedFormat Input, FixedFormat? Recurrent, int AccumulatorFrac) Align(
        LayerWeights weights, int bits, FixedFormat[] spectra, int layer)
    {
        // Layer l reads vector l; a recurrent layer l writes and re-reads vector l + 1.
        int x = spectra[layer].FracBits;
        if (weights is DenseWeights dense)
        {
            FixedFormat weight = FixedFormat.Covering(bits, SpectrumMax([dense.Weight]));
            return (weight, null, weight.FracBits + x);
        }
        var gru = (GruWeights)weights;
        int h = spectra[layer + 1].FracBits;
        int input = FixedFormat.Covering(bits, SpectrumMax(gru.Input)).FracBits;
        int recurrent = FixedFormat.Covering(bits, SpectrumMax(gru.Recurrent)).FracBits;
        int frac = Math.Min(input + x, recurrent + h);
        return (new(bits, frac - x), new(bits, frac - h), frac);
    }

    private static double SpectrumMax(IEnumerable<BlockCirculantMatrix> matrices)
    {
        double max = 0;
        foreach (BlockCirculantMatrix m in matrices)
            for (int i = 0; i < m.RowBlocks; i++)
                for (int j = 0; j < m.ColumnBlocks; j++)
                    foreach (double word in Spectrum.Forward(m.Block(i, j))) max = Math.Max(max, Math.Abs(word));
        return max;
    }

    private static IEnumerable<int[]> LevelShifts(int k)
    {
        int levels = BitOperations.Log2((uint)k);
        for (int mask = 0; mask < 1 << levels; mask++)
            yield return [.. Enumerable.Range(0, levels).Select(l => (mask >> l) & 1)];
    }

    private static T Cheapest<T>(IReadOnlyList<T> candidates, Func<T, double> noise, Func<T, int> cost)
    {
        double limit = candidates.Min(noise) * NoiseSlack;
        return candidates.Where(c => noise(c) <= limit).MinBy(cost)!;
    }
}
