using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Training;

/// <summary>What a batch was worth.</summary>
/// <param name="Loss">Sum over all labels.</param>
/// <param name="Hits">Labels whose class has the largest output; with CTC symbols less the edits that recognising them takes.</param>
/// <param name="Labels">Labels counted: sequences, or steps where each has its own, or with CTC symbols.</param>
internal readonly record struct BatchScore(double Loss, int Hits, int Labels);

/// <summary>A network on a device: loss, gradient and hits of one batch.</summary>
/// <remarks>Recurrent layers and then dense ones, which see every step or, with one label a sequence, its last one; or convolutions
/// and pools and then dense layers, for which the steps of a sequence are the rows of an image.</remarks>
internal sealed class NetworkModel : IDisposable
{
    private readonly Ops _ops;
    private readonly LayerModel[] _models;
    private readonly LabelKind _kind;
    private readonly LossKind _loss;
    private readonly Tensor _x, _labels, _results;
    private readonly LaneLayout _inputs, _outputs;
    private readonly int[] _lanes;
    private readonly bool _isPlain;     // a row is its values as they come, and nothing else
    private readonly int _steps, _mapRows, _positions, _selectAt;
    private readonly Tensor? _last, _lastGradient;
    private readonly IndexTable? _lastRows;
    private readonly float[] _hostInputs, _hostLabels, _hostResults, _hostOutputs;
    private readonly int[] _lengths, _hostLastRows;
    private Tensor? _inputGradient;
    private float[] _hostInputGradient = [];
    private int _ran;
    private bool _hasOutputs;

    /// <param name="layers">As <see cref="NetworkRules"/> wants them.</param>
    /// <param name="batch">Sequences that are computed at once.</param>
    /// <param name="steps">Most steps of a sequence.</param>
    /// <param name="kind">Whether a sequence or a step has a label.</param>
    /// <param name="loss">CTC wants sequences with symbols.</param>
    /// <exception cref="ArgumentException">Other layers than that.</exception>
    public NetworkModel(Ops ops, IReadOnlyList<LayerDescription> layers, int batch, int steps,
        LabelKind kind = LabelKind.Sequence, LossKind loss = LossKind.CrossEntropy)
    {
        if (NetworkRules.Find(layers) is { } wrong) throw new ArgumentException($"Layer {wrong.Layer}: {wrong.Complaint}.", nameof(layers));
        (_ops, Batch, _kind, _loss) = (ops, batch, kind, loss);
        Layout = new(layers);
        Parameters = ops.Allocate(Layout.Length);
        Gradient = ops.Allocate(Layout.Length);
        var map = layers[0] switch { ConvLayer c => c.Input, PoolLayer p => p.Input, _ => default };
        (_mapRows, _positions) = (map.Height, map.Height * map.Width);
        _steps = _mapRows > 0 ? 1 : Math.Max(steps, 1);
        int recurrent = layers.Count(l => l is GruLayer or LstmLayer);
        _selectAt = kind == LabelKind.Sequence && recurrent > 0 ? recurrent : -1;
        _models = [.. layers.Select((layer, l) => Create(layer, l, recurrent))];
        (_inputs, _outputs) = (Layout.Boundary(0), Layout.Boundary(layers.Count));
        if (_selectAt > 0)
        {
            _last = ops.Allocate(batch * Layout.Boundary(_selectAt).Width);
            _lastGradient = ops.Allocate(_last.Length);
            _lastRows = ops.AllocateIndices(new int[batch]);
        }
        int inputRows = batch * (_mapRows > 0 ? _positions : _steps), outputRows = batch * (kind == LabelKind.Frame ? _steps : 1);
        _lanes = [.. Enumerable.Range(0, _inputs.Size).Select(_inputs.Position)];
        _isPlain = _inputs.Width == _lanes.Length && _lanes.Index().All(l => l.Item == l.Index);
        _x = ops.Allocate(inputRows * _inputs.Width);
        _labels = ops.Allocate(outputRows);
        _results = ops.Allocate(3 * outputRows);
        (_hostInputs, _hostLabels, _hostResults) = (new float[_x.Length], new float[outputRows], new float[3 * outputRows]);
        _hostOutputs = new float[outputRows * _outputs.Width];
        (_lengths, _hostLastRows) = (new int[batch], new int[batch]);
    }

    /// <summary>Sequences that are computed at once.</summary>
    public int Batch { get; }

    public ParameterLayout Layout { get; }

    public Tensor Parameters { get; }

    public Tensor Gradient { get; }

    /// <summary>Numbers in the largest tensor that such a model holds.</summary>
    public static long LargestTensor(IReadOnlyList<LayerDescription> layers, int batch, int steps)
    {
        var layout = new ParameterLayout(layers);
        long largest = layout.Length;
        for (int l = 0; l < layers.Count; l++)
        {
            long rows = layers[l] switch
            {
                ConvLayer c => (long)batch * Math.Max(c.Output.Height * c.Output.Width, c.Input.Height * c.Input.Width),
                PoolLayer p => (long)batch * p.Input.Height * p.Input.Width,
                DenseLayer when layers[0] is ConvLayer or PoolLayer => batch,
                _ => (long)batch * (steps + 1),
            };
            foreach (var slot in layout.Matrices(l))
                largest = Math.Max(largest, rows * slot.BlockSize * Math.Max(slot.Inputs, slot.Outputs / slot.Gates.Count * Math.Max(slot.Gates.Count, 4)));
            largest = Math.Max(largest, rows * layout.Boundary(l).Width);
        }
        return largest;
    }

    /// <summary>Takes over changed parameters.</summary>
    /// <param name="bits">0, or the bits of a word of the weights' spectra.</param>
    /// <param name="weights">Holds the matrices, laid out as the parameters; null: the parameters do.</param>
    public void Update(int bits = 0, Tensor? weights = null)
    {
        foreach (var model in _models) model.Update(weights ?? Parameters, bits);
    }

    /// <summary>Loss and hits of the given sequences.</summary>
    /// <param name="data">Holds them.</param>
    /// <param name="indices">At most <see cref="Batch"/>.</param>
    /// <param name="train">Whether batch norm takes the batch's own moments.</param>
    public BatchScore Forward(LabelledData data, ReadOnlySpan<int> indices, bool train = false)
    {
        int labels = Fill(data, indices);
        _hasOutputs = false;
        for (int l = 0; l < _models.Length; l++)
        {
            if (l == _selectAt) _ops.GatherRows(_models[l - 1].Outputs, _lastRows!, Selected(_last!), Batch, Layout.Boundary(l).Width);
            _models[l].Forward(Input(l), Steps(l), train);
        }
        int rows = Batch * Steps(_models.Length - 1);
        if (_loss == LossKind.Ctc) return Ctc(data, indices, rows);
        _ops.CrossEntropy(_models[^1].Outputs.Tensor, _labels, _models[^1].Gradients.Tensor, _results, rows, _outputs.Width, _outputs.Size, _outputs.Block,
            1.0 / Math.Max(labels, 1));
        _ops.Download(_results, _hostResults.AsSpan(0, 3 * rows));
        double loss = 0;
        int hits = 0;
        for (int i = 0; i < rows; i++)
        {
            loss += Math.Log(_hostResults[i]) - _hostResults[rows + i];
            hits += (int)_hostResults[2 * rows + i];
        }
        return new(loss, hits, labels);
    }

    /// <summary>Outputs of one sequence of the last <see cref="Forward"/>, shape (steps or 1, classes).</summary>
    /// <param name="slot">Which of the batch.</param>
    public float[] Outputs(int slot)
    {
        int length = _kind == LabelKind.Frame ? _lengths[slot] : 1;
        if (!_hasOutputs)
        {
            _ops.Download(_models[^1].Outputs.Tensor, _hostOutputs.AsSpan(0, Batch * Steps(_models.Length - 1) * _outputs.Width));
            _hasOutputs = true;
        }
        var result = new float[length * _outputs.Size];
        for (int t = 0; t < length; t++)
            for (int c = 0; c < _outputs.Size; c++)
                result[t * _outputs.Size + c] = _hostOutputs[(t * Batch + slot) * _outputs.Width + _outputs.Position(c)];
        return result;
    }

    /// <summary>The class with the largest output of one sequence of the last <see cref="Forward"/>, the first of equals.</summary>
    /// <param name="slot">Which of the batch; data with a label a sequence.</param>
    public int Predicted(int slot)
    {
        var outputs = Outputs(slot);
        return Array.IndexOf(outputs, outputs.Max());
    }

    /// <summary>Squared 2-norms of what the last layer reads of each sequence of the last <see cref="Forward"/>.</summary>
    public double[] FeatureSquares()
    {
        var input = Input(_models.Length - 1);
        var last = Layout.Matrices(_models.Length - 1)[0];
        var values = new float[Batch * last.Taps * input.RowStride];
        _ops.Download(input.Tensor, values, input.Offset);
        return [.. values.Chunk(last.Taps * input.RowStride).Select(row => row.Sum(v => (double)v * v))];
    }

    /// <summary>What a layer gave in the last <see cref="Forward"/>, and the gradients there; whole tensors, all rows.</summary>
    public (Tensor Outputs, Tensor Gradients) LayerTensors(int layer) => (_models[layer].Outputs.Tensor, _models[layer].Gradients.Tensor);

    /// <summary>Puts other gradients at the outputs than the loss's.</summary>
    /// <param name="gradients">Shape (sequences, classes); zeros for the rest of the batch. Data with a label a sequence.</param>
    public void SetOutputGradients(ReadOnlySpan<double> gradients)
    {
        var rows = _hostOutputs.AsSpan(0, Batch * _outputs.Width);
        rows.Clear();
        for (int i = 0; i < gradients.Length; i++)
            rows[i / _outputs.Size * _outputs.Width + _outputs.Position(i % _outputs.Size)] = (float)gradients[i];
        _hasOutputs = false;
        _ops.Upload(_models[^1].Gradients.Tensor, rows);
    }

    /// <summary>Gradient of the mean loss of the batch at the parameters, after <see cref="Forward"/>.</summary>
    /// <param name="reached">Called with each layer, last to first, when the gradients at its outputs are whole: it may add to them.</param>
    public void Backward(Action<int>? reached = null) => Backward(null, Gradient, reached);

    /// <summary>The same at the inputs alone; see <see cref="InputGradient"/>.</summary>
    public void BackwardToInputs()
    {
        _inputGradient ??= _ops.Allocate(_x.Length);
        Backward(new MatrixArgs(_inputGradient, 0, _inputs.Width), null, null);
        if (_hostInputGradient.Length == 0) _hostInputGradient = new float[_x.Length];
        _ops.Download(_inputGradient, _hostInputGradient.AsSpan(0, Batch * (_mapRows > 0 ? _positions : _ran) * _inputs.Width));
    }

    /// <summary>Gradient of the mean loss at the inputs of one sequence, after <see cref="BackwardToInputs"/>.</summary>
    /// <param name="slot">Which of the batch.</param>
    /// <param name="target">As <see cref="LabelledData.Read"/> fills it.</param>
    public void InputGradient(int slot, Span<float> target)
    {
        var (first, next) = RowsOf(slot);
        if (_isPlain && next == 1)
        {
            _hostInputGradient.AsSpan(first * _inputs.Width, target.Length).CopyTo(target);
            return;
        }
        for (int r = 0; r < target.Length / _lanes.Length; r++)
            for (int f = 0, at = (first + r * next) * _inputs.Width; f < _lanes.Length; f++)
                target[r * _lanes.Length + f] = _hostInputGradient[at + _lanes[f]];
    }

    /// <summary>Marks the units of a layer that were above 0 at any step of any sequence of the last <see cref="Forward"/>.</summary>
    /// <param name="layer">A dense one.</param>
    /// <param name="above">One a unit; others are left as they are.</param>
    public void MarkPositive(int layer, Span<bool> above)
    {
        var lanes = Layout.Boundary(layer + 1);
        int steps = Steps(layer);
        var outputs = new float[Batch * steps * lanes.Width];
        _ops.Download(_models[layer].Outputs.Tensor, outputs);
        for (int slot = 0; slot < Batch; slot++)
            for (int t = 0; t < Math.Min(_lengths[slot], steps); t++)
                for (int u = 0; u < above.Length; u++)
                    if (outputs[(t * Batch + slot) * lanes.Width + lanes.Position(u)] > 0) above[u] = true;
    }

    private void Backward(MatrixArgs? inputGradients, Tensor? gradient, Action<int>? reached)
    {
        for (int l = _models.Length - 1; l >= 0; l--)
        {
            reached?.Invoke(l);
            MatrixArgs? below = l == 0 ? inputGradients : l == _selectAt ? Selected(_lastGradient!) : _models[l - 1].Gradients;
            _models[l].Backward(Input(l), below, gradient, Steps(l));
            if (l != _selectAt) continue;
            MatrixArgs target = _models[l - 1].Gradients;
            int width = Layout.Boundary(l).Width;
            _ops.Clear(target.Tensor, target.Offset, Batch * _ran * width);
            _ops.ScatterRows(Selected(_lastGradient!), _lastRows!, target, Batch, width);
        }
    }

    public void Dispose()
    {
        foreach (var model in _models) model.Dispose();
        foreach (var tensor in new[] { _x, _labels, _results, Parameters, Gradient, _last, _lastGradient, _inputGradient }) tensor?.Dispose();
        _lastRows?.Dispose();
    }

    /// <summary>On the host: next to a layer's work it is little, and it asks for doubles.</summary>
    private BatchScore Ctc(LabelledData data, ReadOnlySpan<int> indices, int rows)
    {
        int classes = _outputs.Size;
        var symbols = new byte[indices.Length][];
        for (int b = 0; b < symbols.Length; b++) symbols[b] = data.Symbols(indices[b]).ToArray();
        double scale = 1.0 / Math.Max(symbols.Sum(s => s.Length), 1);
        var logits = Enumerable.Range(0, symbols.Length).Select(Outputs).ToArray();
        var losses = new double[symbols.Length];
        var hits = new int[symbols.Length];
        var gradients = _hostOutputs;
        gradients.AsSpan(0, rows * _outputs.Width).Clear();
        _ops.For(symbols.Length, b =>
        {
            var gradient = new float[logits[b].Length];
            // More symbols than steps can't be said: the sequence then teaches nothing.
            double loss = CtcLoss.Compute(logits[b], _lengths[b], classes, symbols[b], gradient);
            losses[b] = double.IsInfinity(loss) ? 0 : loss;
            hits[b] = symbols[b].Length - (int)EditDistance.Count(symbols[b], Decoder.BestPath(logits[b], _lengths[b], classes)).Errors;
            for (int t = 0; t < _lengths[b]; t++)
                for (int c = 0; c < classes; c++)
                    gradients[(t * Batch + b) * _outputs.Width + _outputs.Position(c)] = (float)(scale * gradient[t * classes + c]);
        });
        _hasOutputs = false;
        _ops.Upload(_models[^1].Gradients.Tensor, gradients.AsSpan(0, rows * _outputs.Width));
        return new(losses.Sum(), hits.Sum(), symbols.Sum(s => s.Length));
    }

    private LayerModel Create(LayerDescription layer, int l, int recurrent) => layer switch
    {
        GruLayer => new GruModel(_ops, Layout, l, Batch, _steps, Parameters),
        LstmLayer => new LstmModel(_ops, Layout, l, Batch, _steps, Parameters),
        ConvLayer => new ConvModel(_ops, Layout, l, Batch, Parameters),
        PoolLayer => new PoolModel(_ops, Layout, l, Batch),
        _ => new DenseModel(_ops, Layout, l, Batch, recurrent > 0 && _kind == LabelKind.Frame ? _steps : 1, Parameters),
    };

    /// <summary>Steps that a layer runs over in the current batch.</summary>
    private int Steps(int l) => _selectAt >= 0 && l >= _selectAt ? 1 : _ran;

    private MatrixArgs Input(int l) => l == 0 ? new(_x, 0, _inputs.Width) : l == _selectAt ? Selected(_last!) : _models[l - 1].Outputs;

    private MatrixArgs Selected(Tensor tensor) => new(tensor, 0, Layout.Boundary(_selectAt).Width);

    /// <summary>Where the input's rows of one sequence of the batch lie, and how far from each other.</summary>
    private (int First, int Next) RowsOf(int slot) => _mapRows > 0 ? (slot * _positions, 1) : (slot, Batch);

    /// <returns>Labels in the batch.</returns>
    private int Fill(LabelledData data, ReadOnlySpan<int> indices)
    {
        for (int b = 0; b < Batch; b++) _lengths[b] = b < indices.Length ? data.Length(indices[b]) : 0;
        _ran = _mapRows > 0 ? 1 : Math.Max(_lengths.Max(), 1);
        int rows = Batch * (_mapRows > 0 ? _positions : _ran), outputRows = Batch * (_kind == LabelKind.Frame ? _ran : 1), labels = 0;
        var inputs = _hostInputs.AsSpan(0, rows * _inputs.Width);
        inputs.Clear();
        _hostLabels.AsSpan(0, outputRows).Fill(-1);
        for (int b = 0; b < indices.Length; b++)
        {
            int length = _lengths[b], size = length * data.InputSize;
            var values = System.Buffers.ArrayPool<float>.Shared.Rent(Math.Max(size, 1));
            data.Read(indices[b], values.AsSpan(0, size));
            // A row is a step of the sequence or a position of the image.
            int count = size / _inputs.Size;
            var (first, next) = RowsOf(b);
            if (_isPlain && next == 1) values.AsSpan(0, size).CopyTo(inputs[(first * _inputs.Width)..]);
            else
                for (int r = 0; r < count; r++)
                    for (int f = 0, at = (first + r * next) * _inputs.Width; f < _lanes.Length; f++)
                        inputs[at + _lanes[f]] = values[r * _lanes.Length + f];
            System.Buffers.ArrayPool<float>.Shared.Return(values);
            var own = data.Labels(indices[b]);
            if (_kind == LabelKind.Sequence) _hostLabels[b] = own[0];
            else
                for (int t = 0; t < length; t++) _hostLabels[t * Batch + b] = own[t];
            labels += _kind == LabelKind.Sequence ? 1 : length;
            _hostLastRows[b] = length == 0 ? -1 : (length - 1) * Batch + b;
        }
        _hostLastRows.AsSpan(indices.Length).Fill(-1);
        _ops.Upload(_x, inputs);
        _ops.Upload(_labels, _hostLabels.AsSpan(0, outputRows));
        if (_lastRows is not null) _ops.Upload(_lastRows, _hostLastRows);
        return labels;
    }
}
