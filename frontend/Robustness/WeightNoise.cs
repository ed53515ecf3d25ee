using HwGen.Core.Design;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Robustness;

/// <summary>Gaussian noise on the weights of each pass: w + α_c·η, η ~ N(0, σ²), with α of the output channel c and σ the standard
/// deviation of all the layer's weights. Weights that are 0 stay 0.</summary>
/// <remarks>Gradients go straight through to w, none to σ and η; ∂L/∂α_c = Σ ∂L/∂w~·η over the channel. With blocks of k a channel
/// is a row of blocks. Source: He, Rakin, Fan, CVPR 2019; that pruned weights get none is reconstructed.</remarks>
internal sealed class WeightNoise : IDisposable
{
    private const int Purpose = 0x4015;

    private readonly Ops _ops;
    private readonly NetworkModel _model;
    private readonly MatrixSlot[] _slots;
    private readonly Tensor _noisy, _eta, _partial;
    private readonly float[] _weights, _hostEta, _hostNoisy;
    private readonly float[] _alpha;
    private readonly int _seed, _bits;
    private int _step, _draw;

    /// <param name="bits">As of <see cref="NetworkModel.Update"/>.</param>
    public WeightNoise(Ops ops, NetworkModel model, int seed, int bits = 0)
    {
        (_ops, _model, _seed, _bits) = (ops, model, seed, bits);
        _slots = [.. Enumerable.Range(0, model.Layout.Layers.Count).SelectMany(model.Layout.Matrices)];
        int length = model.Layout.Length;
        (_noisy, _eta) = (ops.Allocate(length), ops.Allocate(length));
        (_weights, _hostEta, _hostNoisy) = (new float[length], new float[length], new float[length]);
        (Alpha, Gradient, _partial) = (ops.Allocate(Channels), ops.Allocate(Channels), ops.Allocate(Channels));
        _alpha = new float[Channels];
    }

    /// <summary>Output channels of all matrices, one after the other.</summary>
    public int Channels => _slots.Sum(s => s.Outputs);

    /// <summary>α.</summary>
    public Tensor Alpha { get; }

    /// <summary>∂L/∂α of the passes since <see cref="Begin"/>.</summary>
    public Tensor Gradient { get; }

    /// <summary>The parameters' or α's values changed: a step begins, whose draws depend on nothing but the seed and its number.</summary>
    public void Begin(int step)
    {
        (_step, _draw) = (step, 0);
        _ops.Download(_model.Parameters, _weights);
        _ops.Download(Alpha, _alpha);
        _ops.Accumulate(Gradient, 0, Gradient, 0);
    }

    /// <summary>New noise for the passes that follow.</summary>
    public void Draw()
    {
        new RandomStream(_seed, Purpose + _draw++, _step).Normal(_hostEta);
        _weights.CopyTo(_hostNoisy, 0);
        int channel = 0;
        foreach (var slot in _slots)
        {
            float sigma = (float)Deviation(_weights.AsSpan(slot.Start, slot.Length));
            for (int i = slot.Start, o = 0; i < slot.Start + slot.Length; i++)
            {
                _hostEta[i] = _weights[i] == 0 ? 0 : sigma * _hostEta[i];
                _hostNoisy[i] += _alpha[channel + o] * _hostEta[i];
                if (++o == slot.Outputs) o = 0;
            }
            channel += slot.Outputs;
        }
        _ops.Upload(_eta, _hostEta);
        _ops.Upload(_noisy, _hostNoisy);
        _model.Update(_bits, _noisy);
    }

    /// <summary>The weights as they are again.</summary>
    public void Silence() => _model.Update(_bits);

    /// <summary>Adds a share of ∂L/∂α, from the gradient of a pass at the weights with their noise.</summary>
    public void Collect(Tensor gradient, double weight)
    {
        int channel = 0;
        foreach (var slot in _slots)
        {
            _ops.SumProducts(new(gradient, slot.Start, slot.Outputs), new(_eta, slot.Start, slot.Outputs), slot.BlockSize * slot.Inputs, slot.Outputs, _partial, channel);
            channel += slot.Outputs;
        }
        _ops.Accumulate(Gradient, 1, _partial, weight);
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _noisy, _eta, _partial, Alpha, Gradient }) tensor.Dispose();
    }

    private static double Deviation(ReadOnlySpan<float> values)
    {
        double sum = 0, squares = 0;
        foreach (float v in values) sum += v;
        double mean = sum / values.Length;
        foreach (float v in values) squares += (v - mean) * (v - mean);
        return Math.Sqrt(squares / values.Length);
    }
}
