using System.Numerics;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Transforms;

namespace HwGen.Core.Plan;

/// <summary>The formats of one layer's parameters.</summary>
/// <param name="Weights">Spectra of the matrices of each set: input, recurrent, projection.</param>
/// <param name="Bias">Biases, that of the sums they are added to.</param>
/// <param name="CandidateBias">Of a GRU the bias of R_n h, that of its sum; <paramref name="Bias"/> for others.</param>
/// <param name="Peephole">Peepholes; null without.</param>
public sealed record LayerFormats(IReadOnlyList<FixedFormat> Weights, FixedFormat Bias, FixedFormat CandidateBias, FixedFormat? Peephole);

/// <summary>The formats of one sum.</summary>
/// <param name="AccumulatorFracBits">Fraction bits of the frequency accumulators; the products of all terms are aligned to them.</param>
/// <param name="Spectrum">An accumulator's word on its way into the inverse FFT.</param>
/// <param name="Value">The sum after the inverse FFT, b bits.</param>
public sealed record SumFormats(int AccumulatorFracBits, FixedFormat Spectrum, FixedFormat Value)
{
    /// <summary>Bits that the one rounding between accumulator and inverse FFT drops.</summary>
    public int DrainShift => AccumulatorFracBits - Spectrum.FracBits;
}

/// <summary>The two transforms of one block size.</summary>
/// <param name="BlockSize">k.</param>
/// <param name="Fft">Words to spectrum; its units are those of a word that is all fraction.</param>
/// <param name="Ifft">Spectrum to words; likewise.</param>
public sealed record TransformMode(int BlockSize, TransformPlan Fft, TransformPlan Ifft)
{
    /// <summary>Binary places that the inverse FFT moves the point by.</summary>
    public int IfftPoint => Ifft.Format.FracBits - Ifft.Input.FracBits;
}

/// <summary>Every fixed-point format of a network and the transforms that go with them, decided from recorded ranges.</summary>
/// <param name="Bits">b.</param>
/// <param name="WeightBits">Word of the weight memories: the widest of the matrices'.</param>
/// <param name="Vectors">Word of each vector of the program, b bits.</param>
/// <param name="Spectra">Word of each spectrum, b bits.</param>
/// <param name="Sums">One entry a sum.</param>
/// <param name="Layers">One entry a layer.</param>
/// <param name="Modes">Transforms of each block size, ascending.</param>
public sealed record NetworkFormats(
    int Bits, int WeightBits, IReadOnlyList<FixedFormat> Vectors, IReadOnlyList<FixedFormat> Spectra, IReadOnlyList<SumFormats> Sums,
    IReadOnlyList<LayerFormats> Layers, IReadOnlyList<TransformMode> Modes)
{
    /// <summary>Extra bits of the recurrent state, so that slow states don't stall on rounding.</summary>
    private const int GruGuardBits = 4, LstmGuardBits = 2;

    /// <summary>A transform's own rounding may raise the noise of its output by 0.5 dB over the best candidate's.</summary>
    private static readonly double NoiseSlack = Math.Pow(10, 0.05);

    /// <summary>Gates and candidate, b bits, all fraction but the sign.</summary>
    public FixedFormat Gate => new(Bits, Bits - 1);

    /// <summary>What the cell unit's tables read: one format for all its sums but a GRU's R_n h.</summary>
    public required FixedFormat GateSum { get; init; }

    /// <summary>A GRU's R_n h, which no table reads before it is gated: often small, so it may have more places than <see cref="GateSum"/>.</summary>
    public required FixedFormat CandidateSum { get; init; }

    /// <summary>Places that <see cref="CandidateSum"/> has more than <see cref="GateSum"/>.</summary>
    public int CandidateShift => CandidateSum.FracBits - GateSum.FracBits;

    /// <summary>A GRU's state.</summary>
    public FixedFormat GruState => new(Bits + GruGuardBits, Bits - 1 + GruGuardBits);

    /// <summary>An LSTM's cell state.</summary>
    public required FixedFormat LstmState { get; init; }

    /// <summary>The cell state's word that tanh reads, b bits.</summary>
    public FixedFormat TanhInput => new(Bits, Bits - 1 - Math.Min(2, LstmState.Msb - LstmState.FracBits));

    /// <summary>Peepholes of all layers.</summary>
    public required FixedFormat Peephole { get; init; }

    /// <summary>Segments of the table of sigmoid.</summary>
    public int SigmoidSegments { get; init; } = QuantizationSettings.UsualSegments;

    /// <summary>Segments of the tables of tanh.</summary>
    public int TanhSegments { get; init; } = QuantizationSettings.UsualSegments;

    /// <summary>Bits that the rounding of a peephole's product drops.</summary>
    public int PeepholeShift => Peephole.FracBits + LstmState.FracBits - GateSum.FracBits;

    public TransformMode Mode(int blockSize) => Modes.First(m => m.BlockSize == blockSize);

    /// <summary>Bits that the FFT's output rounding drops.</summary>
    public int FftShift(StepProgram program, int spectrum) =>
        Vectors[program.Spectra[spectrum].Vector].FracBits - Mode(program.Spectra[spectrum].BlockSize).Fft.LevelShifts.Sum() - Spectra[spectrum].FracBits;

    /// <summary>Bits that the inverse FFT's output rounding drops.</summary>
    public int IfftShift(StepProgram program, int sum) =>
        Sums[sum].Spectrum.FracBits + Mode(program.Sums[sum].BlockSize).IfftPoint - Sums[sum].Value.FracBits;

    /// <summary>Chooses every format: the most fraction bits whose word holds the recorded range, then what alignment asks.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="ranges">Recorded on real data.</param>
    /// <param name="settings">Words, and what else is not to be chosen.</param>
    /// <exception cref="InvalidOperationException">The words are too short for the ranges.</exception>
    public static NetworkFormats Choose(TrainedNetwork network, NetworkRanges ranges, QuantizationSettings settings)
    {
        network = network.FoldBatchNorm();
        return new FormatChooser(network, new(network.Layers), ranges, settings.Bits, settings).Choose();
    }

    /// <summary>The steps of the choice share much.</summary>
    private sealed class FormatChooser(TrainedNetwork network, StepProgram program, NetworkRanges ranges, int bits, QuantizationSettings settings)
    {
        private readonly FixedFormat _twiddle = new(Math.Min(18, bits + 2), Math.Min(18, bits + 2) - 1);
        private readonly FixedFormat[] _sums = [.. ranges.Sums.Select(r => FixedFormat.Covering(bits, r))];
        private readonly int[] _accumulators = new int[program.Sums.Count];
        private readonly FixedFormat[] _spectra = new FixedFormat[program.Spectra.Count];
        private readonly FixedFormat[] _vectors = new FixedFormat[program.Vectors.Count];
        private readonly double[] _sumSpectra = [.. ranges.SumSpectra.Select((_, m) => program.Families.First(f => f.Contains(m)).Max(s => ranges.SumSpectra[s]))];
        private FixedFormat[][] _weights = [];

        private const int WeightSets = 4;

        private int WeightBits => program.Sums.Max(s => WordOf(s.Layer));

        private int WordOf(int layer) => settings.WeightBits.Count == 0 ? bits : settings.WeightBits[layer];

        public NetworkFormats Choose()
        {
            // A linear unit's words have its sums' format, and sums are settled last: their wish stands in until then.
            ShareGateSums([.. _sums.Select(s => s.FracBits)]);
            TransformMode[] modes = [];
            SumFormats[] sums = [];
            for (int round = 0; ; round++)
            {
                ChooseVectors();
                Align();
                modes = [.. program.Modes.Select(k => new TransformMode(k, Forward(k), Inverse(k)))];
                sums = [.. program.Sums.Select((_, m) => Settle(m, modes))];
                int[] settled = [.. sums.Select(s => s.Value.FracBits)];
                if (!ShareGateSums(settled) || round > 8) break;
                // A sum that came out coarser than wished changes the words that are made of it.
            }
            sums = [.. sums.Select((s, m) => s with { Value = _sums[m] })];
            FixedFormat gate = Gates.Length > 0 ? _sums[Gates[0]] : new(bits, bits - 1);
            var formats = new NetworkFormats(bits, WeightBits, _vectors, _spectra, sums, [.. network.Layers.Select((_, l) => Layer(l, sums))], modes)
            {
                GateSum = gate,
                CandidateSum = Candidates.Length > 0 ? _sums[Candidates[0]] : gate,
                LstmState = LstmStateFormat(),
                Peephole = PeepholeFormat(),
                SigmoidSegments = settings.ActivationSegments is [var sigmoid, _] ? sigmoid : QuantizationSettings.UsualSegments,
                TanhSegments = settings.ActivationSegments is [_, var tanh] ? tanh : QuantizationSettings.UsualSegments,
            };
            if (Enumerable.Range(0, sums.Length).Any(m => formats.IfftShift(program, m) < 0) || formats.PeepholeShift < 0)
                throw new InvalidOperationException($"{bits} bits leave the gates' sums no fraction bits: raise 'bits'{(settings.FftShifts.Count + settings.IfftShifts.Count > 0 ? ", or lower 'fft_shifts' and 'ifft_shifts'" : "")}");
            return formats;
        }

        /// <summary>Sums of the cell unit that its tables read.</summary>
        private int[] Gates { get; } = [.. program.Cells.SelectMany(c => c.Sums.Where((s, slot) => s >= 0 && !IsCandidate(c, slot))).Distinct()];

        /// <summary>Sums R_n h of GRUs.</summary>
        private int[] Candidates { get; } = [.. program.Cells.SelectMany(c => c.Sums.Where((s, slot) => s >= 0 && IsCandidate(c, slot))).Distinct()];

        private static bool IsCandidate(CellPlan cell, int slot) => cell.Kind != CellKind.Lstm && slot == 3;

        /// <summary>Takes over what sums came out as; those of the cell unit share one format, since they share its tables, and a GRU's
        /// R_n h has its own, not a coarser one.</summary>
        /// <returns>Whether anything changed.</returns>
        private bool ShareGateSums(int[] frac)
        {
            if (Gates.Length > 0)
            {
                // Tables start at zero fraction bits, and more than the word has would be of no use.
                int candidate = Candidates.Select(g => frac[g]).DefaultIfEmpty(bits - 1).Min();
                int shared = Math.Clamp(Math.Min(candidate, Gates.Min(g => frac[g])), 0, bits - 1);
                foreach (int g in Gates) frac[g] = shared;
                foreach (int g in Candidates) frac[g] = Math.Clamp(candidate, shared, bits - 1);
            }
            bool changed = false;
            for (int m = 0; m < _sums.Length; m++)
            {
                changed |= _sums[m].FracBits != frac[m];
                _sums[m] = new(bits, frac[m]);
            }
            return changed;
        }

        private void ChooseVectors()
        {
            for (int v = 0; v < _vectors.Length; v++)
                _vectors[v] = program.Vectors[v].Source switch
                {
                    VectorSource.Input => FixedFormat.Covering(bits, ranges.Vectors[v]),
                    VectorSource.Cell => new(bits, bits - 1),
                    _ => _sums[program.Linears.First(l => l.Vector == v).Sum],
                };
            for (int s = 0; s < _spectra.Length; s++)
            {
                int value = _vectors[program.Spectra[s].Vector].FracBits;
                _spectra[s] = program.Spectra[s].BlockSize == 1 ? new(bits, value)
                    : new(bits, Math.Min(FixedFormat.Covering(bits, ranges.Spectra[s]).FracBits, value - (Asked(settings.FftShifts, program.Spectra[s].BlockSize) ?? 0)));
            }
        }

        /// <summary>Products that add up in one accumulator have one binary point: the finer ones give way.</summary>
        private void Align()
        {
            _weights = [.. network.Layers.Select((_, l) => Enumerable.Range(0, WeightSets).Select(set => WeightFormat(l, set)).ToArray())];
            // A matrix may be in several sums: what gives way in one may be too coarse for another.
            for (bool changed = true; changed;)
            {
                changed = false;
                foreach (SumPlan sum in program.Sums)
                {
                    int frac = sum.Terms.Min(ProductFrac);
                    foreach (TermPlan t in sum.Terms.Where(t => ProductFrac(t) > frac))
                    {
                        _weights[sum.Layer][t.Set] = new(WordOf(sum.Layer), frac - _spectra[t.Spectrum].FracBits);
                        changed = true;
                    }

                    int ProductFrac(TermPlan t) => _weights[sum.Layer][t.Set].FracBits + _spectra[t.Spectrum].FracBits;
                }
            }
            for (int m = 0; m < _accumulators.Length; m++)
            {
                TermPlan first = program.Sums[m].Terms[0];
                _accumulators[m] = _weights[program.Sums[m].Layer][first.Set].FracBits + _spectra[first.Spectrum].FracBits;
            }
        }

        private FixedFormat WeightFormat(int layer, int set)
        {
            int[] matrices = [.. program.Sums.Where(s => s.Layer == layer).SelectMany(s => s.Terms).Where(t => t.Set == set).Select(t => t.Matrix).Distinct()];
            double max = 0;
            foreach (int i in matrices)
            {
                BlockCirculantMatrix matrix = network.Weights[layer].Matrices.ElementAt(i);
                for (int b = 0; b < matrix.FirstColumns.Length; b += matrix.BlockSize)
                    foreach (double word in Spectrum.Forward(matrix.FirstColumns.AsSpan(b, matrix.BlockSize))) max = Math.Max(max, Math.Abs(word));
            }
            return FixedFormat.Covering(WordOf(layer), max);
        }

        /// <summary>Cheapest split of the scaling shifts over the levels whose noise is close to the best split's.</summary>
        private TransformPlan Forward(int k)
        {
            int dropped = Enumerable.Range(0, _spectra.Length).Where(s => program.Spectra[s].BlockSize == k)
                .Min(s => _vectors[program.Spectra[s].Vector].FracBits - _spectra[s].FracBits);
            var input = new FixedFormat(bits, bits - 1);
            var candidates = LevelShifts(k, settings.FftShifts).Where(s => s.Sum() <= dropped).Select(s => TransformBuilder.Forward(k, input, _twiddle, s)).ToList();
            double ulp = Math.ScaleB(1, dropped - input.FracBits);
            return Cheapest(candidates, p => p.Outputs.Max(o => o.NoiseVariance) + ulp * ulp / 12, p => p.RegisterBits);
        }

        /// <summary>Cheapest word and split of shifts whose noise, in units of each sum's own last place, is close to the best's.</summary>
        private TransformPlan Inverse(int k)
        {
            int levels = BitOperations.Log2((uint)k);
            int[] sums = [.. Enumerable.Range(0, _sums.Length).Where(m => program.Sums[m].BlockSize == k)];
            var candidates = new List<(TransformPlan Plan, double Noise)>();
            for (int width = bits; width <= bits + levels + 2; width++)
                foreach (int[] shifts in LevelShifts(k, settings.IfftShifts))
                {
                    TransformPlan plan = TransformBuilder.Inverse(k, new(width, width - 1), _twiddle, shifts);
                    candidates.Add((plan, sums.Max(m => Noise(plan, m))));
                }
            return Cheapest(candidates, c => c.Noise, c => c.Plan.RegisterBits + c.Plan.Input.Width * k).Plan;

            double Noise(TransformPlan plan, int m)
            {
                int frac = SpectrumFrac(m, plan.Input.Width), outFrac = Math.Min(_sums[m].FracBits, frac + plan.Format.FracBits - plan.Input.FracBits);
                double scale = Math.ScaleB(1, plan.Input.FracBits - frac + _sums[m].FracBits), ulp = Math.ScaleB(1, _sums[m].FracBits - frac);
                double own = plan.Outputs.Max(o => o.NoiseVariance) * scale * scale, last = Math.ScaleB(1, _sums[m].FracBits - outFrac);
                return own + ulp * ulp / 12 * (2 * k - 1) / ((double)k * k) + last * last / 12;
            }
        }

        private int SpectrumFrac(int sum, int width) => Math.Min(FixedFormat.Covering(width, _sumSpectra[sum]).FracBits, _accumulators[sum]);

        private SumFormats Settle(int m, TransformMode[] modes)
        {
            TransformMode mode = modes.First(t => t.BlockSize == program.Sums[m].BlockSize);
            int frac = SpectrumFrac(m, mode.Ifft.Input.Width);
            return new(_accumulators[m], new(mode.Ifft.Input.Width, frac), new(bits, Math.Min(_sums[m].FracBits, frac + mode.IfftPoint)));
        }

        private LayerFormats Layer(int l, SumFormats[] sums)
        {
            int first = program.Sums.ToList().FindIndex(s => s.Layer == l);
            bool cell = program.Cells.Any(c => c.Layer == l);
            FixedFormat bias = first < 0 ? new(bits, bits - 1) : cell ? sums[program.Cells.First(c => c.Layer == l).Sums.First(s => s >= 0)].Value : sums[first].Value;
            return new(_weights[l], bias, Candidates.Length > 0 && network.Weights[l] is GruWeights ? sums[Candidates[0]].Value : bias, network.Weights[l] is LstmWeights { Peepholes.Count: > 0 } ? PeepholeFormat() : null);
        }

        private FixedFormat PeepholeFormat()
        {
            double max = network.Weights.OfType<LstmWeights>().SelectMany(w => w.Peepholes).SelectMany(p => p).Select(w => Math.Abs((double)w)).DefaultIfEmpty(0).Max();
            // The product with the state is rounded to the sums' point, so it must have at least as many places; more than b + 8 count for nothing.
            return new(bits, Math.Min(FixedFormat.Covering(bits, max).FracBits, bits + 8));
        }

        private FixedFormat LstmStateFormat()
        {
            int whole = 0;
            while (Math.ScaleB(1, whole) <= ranges.Cells.Max()) whole++;
            int frac = bits - 1 + LstmGuardBits;
            return new(1 + whole + frac, frac);
        }

        /// <summary>All splits over the levels; where a number of shifts is asked for, those with so many.</summary>
        private IEnumerable<int[]> LevelShifts(int k, IReadOnlyList<int> asked)
        {
            int levels = BitOperations.Log2((uint)k);
            int? shifts = Asked(asked, k);
            for (int mask = 0; mask < 1 << levels; mask++)
                if (shifts is null || BitOperations.PopCount((uint)mask) == shifts)
                    yield return [.. Enumerable.Range(0, levels).Select(l => (mask >> l) & 1)];
        }

        /// <summary>Shifts that a transform of k words was asked to have; null where it is free.</summary>
        private int? Asked(IReadOnlyList<int> shifts, int k) => shifts.Count == 0 ? null
            : Math.Min(shifts[program.Modes.Index().First(m => m.Item == k).Index], BitOperations.Log2((uint)k));

        private static T Cheapest<T>(IReadOnlyList<T> candidates, Func<T, double> noise, Func<T, int> cost)
        {
            double limit = candidates.Min(noise) * NoiseSlack;
            return candidates.Where(c => noise(c) <= limit).MinBy(cost)!;
        }
    }
}
