using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>GRU layers and a dense layer on the last step, on a device: loss, gradient and hits of one batch.</summary>
internal sealed class NetworkModel : IDisposable
{
    private readonly Ops _ops;
    private readonly GruModel[] _grus;
    private readonly Tensor?[] _inputs;             // of GRU l > 0, where its lanes differ from the layer's below
    private readonly Relayout[] _relayouts;         // from GRU l to the layer above
    private readonly DenseModel _dense;
    private readonly Tensor _x, _labels, _results;
    private readonly Tensor? _last, _lastGradient;
    private readonly float[] _hostInputs, _hostLabels, _hostResults;
    private readonly int[] _inputLanes;
    private readonly int _steps, _classes;

    /// <exception cref="ArgumentException">Not GRU layers and then one dense layer.</exception>
    public NetworkModel(Ops ops, IReadOnlyList<LayerDescription> layers, int batch, int steps)
    {
        if (layers.Count < 2 || layers[^1] is not DenseLayer || layers.Take(layers.Count - 1).Any(l => l is not GruLayer))
            throw new ArgumentException("Training takes one or more GRU layers and then one dense layer.", nameof(layers));
        (_ops, Batch, _steps, _classes) = (ops, batch, steps, layers[^1].OutputSize);
        Layout = new(layers);
        Parameters = ops.Allocate(Layout.Length);
        Gradient = ops.Allocate(Layout.Length);
        int count = layers.Count - 1, rows = batch * steps;
        _grus = [.. Enumerable.Range(0, count).Select(i => new GruModel(ops, Layout, i, batch, steps, Parameters))];
        _relayouts = [.. Enumerable.Range(0, count).Select(i => new Relayout(ops, layers[i], layers[i + 1]))];
        _inputs = [.. Enumerable.Range(0, count).Select(i => i == 0 || _relayouts[i - 1].IsIdentity
            ? null : ops.Allocate(rows * layers[i].InputBlocks * layers[i].BlockSize))];
        _dense = new(ops, Layout, count, batch, Parameters);
        if (!_relayouts[^1].IsIdentity)
        {
            _last = ops.Allocate(batch * layers[^1].InputBlocks * layers[^1].BlockSize);
            _lastGradient = ops.Allocate(_last.Length);
        }
        InputWidth = layers[0].InputBlocks * layers[0].BlockSize;
        _inputLanes = [.. Enumerable.Range(0, layers[0].InputSize).Select(f => ParameterLayout.Lane(f, layers[0].BlockSize, layers[0].InputBlocks))];
        _x = ops.Allocate(rows * InputWidth);
        _labels = ops.Allocate(batch);
        _results = ops.Allocate(3 * batch);
        (_hostInputs, _hostLabels, _hostResults) = (new float[rows * InputWidth], new float[batch], new float[3 * batch]);
    }

    /// <summary>Sequences that are computed at once.</summary>
    public int Batch { get; }

    public ParameterLayout Layout { get; }

    public Tensor Parameters { get; }

    public Tensor Gradient { get; }

    private int InputWidth { get; }

    /// <summary>Takes over changed parameters.</summary>
    public void Update()
    {
        foreach (var gru in _grus) gru.Update(Parameters);
        _dense.Update(Parameters);
    }

    /// <summary>Loss and hits of the given sequences.</summary>
    /// <param name="data">Holds them.</param>
    /// <param name="indices">At most <see cref="Batch"/>; the rest of the batch is padded with the first and not counted.</param>
    /// <returns>Sum of the losses, and how many are classified right.</returns>
    public (double Loss, int Hits) Forward(SequenceDataset data, ReadOnlySpan<int> indices)
    {
        Fill(data, indices);
        for (int l = 0; l < _grus.Length; l++)
        {
            if (_inputs[l] is { } input) _relayouts[l - 1].Up(_grus[l - 1].States, Batch * _grus[l - 1].Size, input, Batch * _steps);
            _grus[l].Forward(Input(l));
        }
        if (_last is not null) _relayouts[^1].Up(_grus[^1].States, LastState, _last, Batch);
        _dense.Forward(Last(_last, _grus[^1].States));
        _ops.CrossEntropy(_dense.Outputs, _labels, _dense.Gradients, _results, Batch, _dense.Width, _classes, Layout.Layers[^1].BlockSize, 1.0 / Batch);
        _ops.Download(_results, _hostResults);
        double loss = 0;
        int hits = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            loss += Math.Log(_hostResults[i]) - _hostResults[Batch + i];
            hits += (int)_hostResults[2 * Batch + i];
        }
        return (loss, hits);
    }

    /// <summary>Gradient of the mean loss of the whole batch, after <see cref="Forward"/> of a full one.</summary>
    public void Backward()
    {
        _ops.Clear(_grus[^1].Gradients);
        _dense.Backward(Last(_last, _grus[^1].States), Gradient, Last(_lastGradient, _grus[^1].Gradients));
        if (_lastGradient is not null) _relayouts[^1].Down(_lastGradient, _grus[^1].Gradients, LastState, Batch);
        for (int l = _grus.Length - 1; l >= 0; l--)
        {
            _grus[l].Backward(Input(l), Gradient);
            if (l == 0) continue;
            var below = _grus[l - 1];
            _ops.Clear(below.Gradients);
            var target = _inputs[l] is { } own ? new MatrixArgs(own, 0, own.Length / (Batch * _steps)) : new(below.Gradients, Batch * below.Size, below.Size);
            _grus[l].BackwardInput(target);
            if (_inputs[l] is { } gradient) _relayouts[l - 1].Down(gradient, below.Gradients, Batch * below.Size, Batch * _steps);
        }
    }

    public void Dispose()
    {
        foreach (var gru in _grus) gru.Dispose();
        foreach (var relayout in _relayouts) relayout.Dispose();
        _dense.Dispose();
        foreach (var tensor in _inputs.Append(_last).Append(_lastGradient)) tensor?.Dispose();
        foreach (var tensor in new[] { _x, _labels, _results, Parameters, Gradient }) tensor.Dispose();
    }

    private int LastState => _steps * Batch * _grus[^1].Size;

    private MatrixArgs Input(int l) => l == 0 ? new(_x, 0, InputWidth)
        : _inputs[l] is { } own ? new(own, 0, own.Length / (Batch * _steps))
        : new(_grus[l - 1].States, Batch * _grus[l - 1].Size, _grus[l - 1].Size);

    private MatrixArgs Last(Tensor? own, Tensor all) => own is null
        ? new(all, LastState, _grus[^1].Size) : new(own, 0, own.Length / Batch);

    private void Fill(SequenceDataset data, ReadOnlySpan<int> indices)
    {
        for (int b = 0; b < Batch; b++)
        {
            int index = indices[b < indices.Length ? b : 0];
            var sequence = data.Sequence(index);
            _hostLabels[b] = data.AllLabels[index];
            for (int t = 0; t < _steps; t++)
            {
                var row = sequence.Slice(t * data.InputSize, data.InputSize);
                int at = (t * Batch + b) * InputWidth;
                for (int f = 0; f < row.Length; f++) _hostInputs[at + _inputLanes[f]] = row[f];
            }
        }
        _ops.Upload(_x, _hostInputs);
        _ops.Upload(_labels, _hostLabels);
    }
}
