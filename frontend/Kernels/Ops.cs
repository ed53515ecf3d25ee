using ILGPU;
using ILGPU.Runtime;

namespace HwGen.Frontend.Kernels;

/// <summary>The operations that training consists of, on one accelerator. On the CPU accelerator the hot ones run as
/// vector code on the same memory; everywhere else, and for the rest, ILGPU kernels run.</summary>
/// <remarks>Not for several threads. Results don't depend on the number of worker threads.</remarks>
public sealed unsafe partial class Ops : IDisposable
{
    private const int StripColumns = 512, RowsPerTask = 48, LeastSequences = 4;

    private readonly Context _context;
    private readonly Accelerator _accelerator;
    private readonly bool _simd, _lanes;
    private readonly ParallelOptions _parallel;
    private readonly Dictionary<int, Tensor> _twiddles = [];
    private readonly Dictionary<Delegate, Delegate> _kernels = [];
    private readonly Dictionary<(int Units, int BlockSize), Tensor> _masks = [];

    internal Ops(Context context, Accelerator accelerator, bool simd, bool lanes, int threads)
    {
        (_context, _accelerator, _simd, _lanes) = (context, accelerator, simd, lanes);
        _parallel = new() { MaxDegreeOfParallelism = threads };
        string name = accelerator.AcceleratorType.ToString().ToLowerInvariant();
        Kind = simd ? "cpu" : accelerator.AcceleratorType == AcceleratorType.CPU ? "cpu-sim" : $"{name}:{accelerator.Name}";
    }

    /// <summary>What decides the bytes of a result: cpu, cpu-sim, or the kind and name of the accelerator.</summary>
    public string Kind { get; }

    /// <summary>Floats of all tensors allocated so far, disposed ones too.</summary>
    public long AllocatedFloats { get; private set; }

    /// <summary>Zeros.</summary>
    public Tensor Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var tensor = new Tensor(_accelerator.Allocate1D<float>(Math.Max(length, 1)));
        AllocatedFloats += tensor.Length;
        tensor.Clear();
        return tensor;
    }

    /// <summary>A copy of <paramref name="values"/> in the accelerator's memory.</summary>
    public Tensor Allocate(ReadOnlySpan<float> values)
    {
        var tensor = Allocate(values.Length);
        Upload(tensor, values);
        return tensor;
    }

    public void Upload(Tensor target, ReadOnlySpan<float> values, int offset = 0)
    {
        if (_simd) values.CopyTo(new Span<float>(target.Host + offset, values.Length));
        else target.Upload(values, offset);
    }

    public void Download(Tensor source, Span<float> values, int offset = 0)
    {
        if (_simd) new Span<float>(source.Host + offset, values.Length).CopyTo(values);
        else source.Download(values, offset);
    }

    /// <summary>Copies within a tensor; the ranges must not overlap.</summary>
    public void Copy(Tensor tensor, int source, int target, int count)
    {
        if (_simd) new Span<float>(tensor.Host + source, count).CopyTo(new Span<float>(tensor.Host + target, count));
        else tensor.Copy(source, target, count);
    }

    public void Clear(Tensor tensor, int offset, int count)
    {
        if (_simd) new Span<float>(tensor.Host + offset, count).Clear();
        // OpenCL's fill of a part of a buffer fails in ILGPU 1.5.3.
        else
        {
            int width = PerItem(count), whole = count / width * width;
            ClearRows(offset, count / width, width);
            if (whole < count) ClearRows(offset + whole, 1, count - whole);
        }

        void ClearRows(int first, int rows, int width) =>
            Launch<RowKernelArgs>(RowKernel.Clear, rows, Arguments(new(tensor, first, width), new(tensor, first, 0), width, tensor, false));
    }

    /// <summary>1 where a unit lies, 0 in the padding: unit u is at (u mod k)·blocks + u / k.</summary>
    /// <remarks>The same tensor at every call, so that worker threads only read it; not for change.</remarks>
    public Tensor Mask(int units, int k)
    {
        if (_masks.TryGetValue((units, k), out var mask)) return mask;
        int blocks = Divide(units, k);
        var values = new float[blocks * k];
        for (int u = 0; u < units; u++) values[u % k * blocks + u / k] = 1f;
        return _masks[(units, k)] = Allocate(values);
    }

    /// <summary>Runs <paramref name="body"/>(first, count) over all rows: in chunks on worker threads where the operations
    /// are vector code, else at once. Rows must not depend on each other.</summary>
    public void ForRows(int rows, Action<int, int> body) => ForChunks(rows, RowsPerTask, body);

    /// <summary>The same over the sequences of a batch, in as few chunks as keep all worker threads busy.</summary>
    public void ForSequences(int batch, Action<int, int> body) =>
        ForChunks(batch, Math.Max(Divide(batch, _parallel.MaxDegreeOfParallelism), LeastSequences), body);

    /// <summary>The same over maps of <paramref name="rowsEach"/> rows, whole maps at a time.</summary>
    public void ForMaps(int maps, int rowsEach, Action<int, int> body) => ForChunks(maps, Math.Max(RowsPerTask / rowsEach, 1), body);

    /// <summary>Cuts rows that one thread works on so that what a cut reads and writes stays near: (first, count), in order.</summary>
    public IEnumerable<(int First, int Count)> Cuts(int first, int rows)
    {
        int size = _simd ? RowsPerTask : Math.Max(rows, 1);
        for (int r = 0; r < rows; r += size) yield return (first + r, Math.Min(size, rows - r));
    }

    private void ForChunks(int rows, int chunk, Action<int, int> body)
    {
        if (!_simd) body(0, rows);
        else For(Divide(rows, chunk), i => body(i * chunk, Math.Min(chunk, rows - i * chunk)));
    }

    public void Dispose()
    {
        foreach (var tensor in _twiddles.Values) tensor.Dispose();
        foreach (var tensor in _masks.Values) tensor.Dispose();
        foreach (var tensor in _partials.Values) tensor.Dispose();
        _none?.Dispose();
        lock (ComputeDevice.Gate)
        {
            _accelerator.Dispose();
            _context.Dispose();
        }
    }

    /// <summary>Runs <paramref name="body"/> for 0..count−1, on worker threads if there are several.</summary>
    internal void For(int count, Action<int> body)
    {
        if (count == 1 || _parallel.MaxDegreeOfParallelism == 1)
            for (int i = 0; i < count; i++) body(i);
        else Parallel.For(0, count, _parallel, body);
    }

    private void Launch<TArgs>(Action<Index1D, TArgs> kernel, int items, TArgs args) where TArgs : struct
    {
        if (_simd)
        {
            // A small kernel is done before the accelerator's threads would have woken up.
            for (int i = 0; i < items; i++) kernel(i, args);
            return;
        }
        if (!_kernels.TryGetValue(kernel, out var launcher))
        {
            launcher = _lanes
                ? _accelerator.LoadAutoGroupedStreamKernel(kernel)
                : _accelerator.LoadImplicitlyGroupedStreamKernel(kernel, 1);
            _kernels.Add(kernel, launcher);
        }
        if (items > 0) ((Action<Index1D, TArgs>)launcher)(items, args);
    }

    /// <summary>How many of <paramref name="columns"/> an item takes: on a GPU one, so that neighbours read neighbours.</summary>
    private int PerItem(int columns) => _lanes ? 1 : Math.Min(Math.Max(columns, 1), StripColumns);

    private static int Divide(int a, int b) => (a + b - 1) / b;
}
