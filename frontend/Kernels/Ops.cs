using ILGPU;
using ILGPU.Runtime;

namespace HwGen.Frontend.Kernels;

/// <summary>The operations that training consists of, on one accelerator. On the CPU accelerator the hot ones run as
/// vector code on the same memory; everywhere else, and for the rest, ILGPU kernels run.</summary>
/// <remarks>Not for several threads. Results don't depend on the number of worker threads.</remarks>
public sealed unsafe partial class Ops : IDisposable
{
    private const int StripColumns = 512;

    private readonly Context _context;
    private readonly Accelerator _accelerator;
    private readonly bool _simd, _lanes;
    private readonly ParallelOptions _parallel;
    private readonly Dictionary<int, Tensor> _twiddles = [];
    private readonly Dictionary<Delegate, Delegate> _kernels = [];
    private readonly Dictionary<(int Size, int Units, int BlockSize), Tensor> _masks = [];

    internal Ops(Context context, Accelerator accelerator, bool simd, bool lanes, int threads)
    {
        (_context, _accelerator, _simd, _lanes) = (context, accelerator, simd, lanes);
        _parallel = new() { MaxDegreeOfParallelism = threads };
        string name = accelerator.AcceleratorType.ToString().ToLowerInvariant();
        Kind = simd ? "cpu" : accelerator.AcceleratorType == AcceleratorType.CPU ? "cpu-sim" : $"{name}:{accelerator.Name}";
    }

    /// <summary>What decides the bytes of a result: cpu, cpu-sim, or the kind and name of the accelerator.</summary>
    public string Kind { get; }

    /// <summary>Zeros.</summary>
    public Tensor Allocate(int length)
    {
        var tensor = new Tensor(_accelerator.Allocate1D<float>(Math.Max(length, 1)));
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

    public void Clear(Tensor tensor)
    {
        if (_simd) new Span<float>(tensor.Host, tensor.Length).Clear();
        else tensor.Clear();
    }

    /// <summary>Runs <paramref name="body"/>(first, count) over all rows: in chunks on worker threads where the operations
    /// are vector code, else at once. Rows must not depend on each other.</summary>
    public void ForRows(int rows, int chunk, Action<int, int> body)
    {
        if (!_simd) body(0, rows);
        else For((rows + chunk - 1) / chunk, i => body(i * chunk, Math.Min(chunk, rows - i * chunk)));
    }

    public void Dispose()
    {
        foreach (var tensor in _twiddles.Values) tensor.Dispose();
        foreach (var tensor in _masks.Values) tensor.Dispose();
        foreach (var tensor in _partials.Values) tensor.Dispose();
        _none?.Dispose();
        _accelerator.Dispose();
        _context.Dispose();
    }

    private void For(int count, Action<int> body)
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
