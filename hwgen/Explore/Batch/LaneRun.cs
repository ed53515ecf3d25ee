using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;

namespace HwGen.Explore.Batch;

/// <summary>Runs <see cref="Lanes.Count"/> sequences through a network, step by step. Not thread-safe.</summary>
/// <remarks>Follows sim's integer reference line by line; words are raw, shape (words, lanes).</remarks>
internal sealed class LaneRun
{
    private const int GruSums = 4;

    private readonly LaneNetwork _network;
    private readonly AcceleratorPlan _plan;
    private readonly FixedFormat _word;
    private readonly double[] _input;
    private readonly double[][] _spectra;    // of each vector; a state's is the last step's until its layer has run
    private readonly double[][] _state;      // of each recurrent layer
    private readonly double[][][] _sums;     // of each layer and sum, in the frequency domain and then not
    private readonly double[] _scratch;
    private readonly double[] _block;
    private readonly double[] _lanes;
    private readonly double[] _outputs;

    public LaneRun(LaneNetwork network)
    {
        (_network, _plan) = (network, network.Plan);
        int k = _plan.BlockSize, lanes = Lanes.Count;
        _word = new(_plan.WordBits, _plan.WordBits - 1);
        _input = new double[_plan.InputBlocks * k * lanes];
        _spectra = [.. _plan.Vectors.Select(v => new double[v.Blocks * k * lanes])];
        _state = [.. _plan.Layers.Select(l => l is GruLayer ? new double[l.OutputBlocks * k * lanes] : [])];
        _sums = [.. _plan.Layers.Select((l, i) => Enumerable.Range(0, l is GruLayer ? GruSums : 1)
            .Select(_ => new double[network.Input[i].Max(m => m.Rows) * k * lanes]).ToArray())];
        _scratch = new double[Math.Max(network.Fft.ScratchLength, network.Ifft.ScratchLength)];
        (_block, _lanes) = (new double[k * lanes], new double[k * lanes]);
        _outputs = new double[_plan.OutputBlocks * k * lanes];
    }

    /// <summary>Of each lane, from <see cref="Classify"/>.</summary>
    public int[] Classes { get; } = new int[Lanes.Count];

    /// <summary>Output words of the last <see cref="Output"/>, shape (outputs padded to blocks, lanes).</summary>
    public ReadOnlySpan<double> Outputs => _outputs;

    /// <summary>Of a recurrent layer, shape (cells padded to blocks, lanes).</summary>
    public ReadOnlySpan<double> State(int layer) => _state[layer];

    /// <summary>Runs some sequences of a data set from their first step to their last; the other lanes are idle.</summary>
    public void Classify(SequenceDataset data, int first, int count)
    {
        Begin();
        for (int t = 0; t < data.Steps; t++)
        {
            for (int s = 0; s < count; s++) SetInput(s, data.Sequence(first + s).Slice(t * data.InputSize, data.InputSize));
            Step();
        }
        Output();
        int outputs = _plan.Layers[^1].OutputSize;
        for (int s = 0; s < count; s++)
        {
            int best = 0;
            for (int i = 1; i < outputs; i++) if (_outputs[i * Lanes.Count + s] > _outputs[best * Lanes.Count + s]) best = i;
            Classes[s] = best;
        }
    }

    /// <summary>Begins new sequences in all lanes.</summary>
    public void Begin()
    {
        Array.Clear(_input);
        foreach (double[] state in _state) Array.Clear(state);
        foreach (double[] spectrum in _spectra) Array.Clear(spectrum);
    }

    /// <param name="lane">Which sequence.</param>
    /// <param name="values">Of the next step, shape (input size).</param>
    public void SetInput(int lane, ReadOnlySpan<float> values)
    {
        FixedFormat format = _plan.Vectors[0].Formats.Value;
        for (int i = 0; i < values.Length; i++) _input[i * Lanes.Count + lane] = format.Quantize(values[i]);
    }

    /// <summary>Runs one step of the recurrent layers.</summary>
    public void Step()
    {
        Transform(_input, 0);
        for (int l = 0; l < _plan.Layers.Count; l++) if (_plan.Layers[l] is GruLayer) StepGru(l);
    }

    /// <summary>Runs the output layer on the step before.</summary>
    public void Output()
    {
        int last = _plan.Layers.Count - 1;
        double[] sum = _sums[last][0];
        Array.Clear(sum);
        _network.Input[last][0].Accumulate(_spectra[last], sum);
        Drain(sum, last);
        AddBias(sum, last, 0);
        Lanes.RoundSaturate(sum.AsSpan(0, _outputs.Length), 0, _word, _outputs);
    }

    private void StepGru(int layer)
    {
        double[] x = _spectra[layer], h = _spectra[layer + 1];
        double[][] sums = _sums[layer];
        foreach (double[] sum in sums) Array.Clear(sum);
        for (int gate = 0; gate < GruLayer.Gates; gate++)
        {
            _network.Input[layer][gate].Accumulate(x, sums[gate]);
            _network.Recurrent[layer][gate].Accumulate(h, sums[gate == GruLayer.Gates - 1 ? gate + 1 : gate]);
        }
        for (int s = 0; s < GruSums; s++)
        {
            Drain(sums[s], layer);
            AddBias(sums[s], layer, s);
        }
        UpdateCells(layer);
        int guard = _plan.Formats.State.Width - _plan.WordBits;
        Span<double> rounded = sums[0].AsSpan(0, _state[layer].Length);
        Lanes.RoundSaturate(_state[layer], guard, _word, rounded);
        Transform(rounded, layer + 1);
    }

    private void UpdateCells(int layer)
    {
        double[] state = _state[layer];
        int length = state.Length, b = _plan.WordBits;
        Span<double> z = _sums[layer][0].AsSpan(0, length), r = _sums[layer][1].AsSpan(0, length);
        Span<double> n = _sums[layer][2].AsSpan(0, length), rn = _sums[layer][3].AsSpan(0, length);
        Lanes.RoundSaturate(z, 0, _word, z);
        Lanes.RoundSaturate(r, 0, _word, r);
        _network.Sigmoid.Apply(z);
        _network.Sigmoid.Apply(r);
        double one = Math.ScaleB(1, b - 1), half = Lanes.Half(b - 1), scale = Lanes.Scale(b - 1), guard = Math.ScaleB(1, _plan.Formats.State.Width - b);
        for (int i = 0; i < length; i++) n[i] = n[i] * one + r[i] * rn[i];
        Lanes.RoundSaturate(n, b - 1, _word, n);
        _network.Tanh.Apply(n);
        for (int i = 0; i < length; i++)
        {
            double wide = n[i] * guard;
            state[i] = wide + Math.Floor((z[i] * (state[i] - wide) + half) * scale);
        }
        state.AsSpan(_plan.Layers[layer].OutputSize * Lanes.Count).Clear();
    }

    /// <summary>FFT of a vector's words into its spectrum.</summary>
    private void Transform(ReadOnlySpan<double> words, int vector)
    {
        int length = _block.Length, shift = _plan.Formats.FftShift(vector);
        for (int at = 0; at < words.Length; at += length)
        {
            _network.Fft.Run(words.Slice(at, length), _lanes, _scratch);
            Lanes.RoundSaturate(_lanes, shift, _word, _spectra[vector].AsSpan(at, length));
        }
    }

    /// <summary>One rounding of the accumulators, inverse FFT, rounding; in place.</summary>
    private void Drain(double[] sums, int layer)
    {
        int length = _block.Length;
        LayerFormats formats = _plan.Formats.Layers[layer];
        for (int at = 0; at < sums.Length; at += length)
        {
            Span<double> sum = sums.AsSpan(at, length);
            Lanes.RoundSaturate(sum, formats.DrainShift, formats.SumSpectrum, _block);
            _network.Ifft.Run(_block, _lanes, _scratch);
            Lanes.RoundSaturate(_lanes, _plan.Formats.IfftShift, _word, sum);
        }
    }

    private void AddBias(double[] sums, int layer, int sum)
    {
        long[] bias = _plan.Parameters[layer].Biases[sum];
        for (int i = 0; i < bias.Length; i++)
            for (int s = 0; s < Lanes.Count; s++) sums[i * Lanes.Count + s] += bias[i];
    }
}
