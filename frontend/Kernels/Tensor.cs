using ILGPU;
using ILGPU.Runtime;

namespace HwGen.Frontend.Kernels;

/// <summary>A vector of floats in an accelerator's memory; what its axes are is its user's business.</summary>
public sealed unsafe class Tensor : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer;

    internal Tensor(MemoryBuffer1D<float, Stride1D.Dense> buffer) => _buffer = buffer;

    /// <summary>Floats.</summary>
    public int Length => (int)_buffer.Length;

    internal ArrayView<float> View => _buffer.View.BaseView;

    /// <summary>The memory itself; only an accelerator that computes in the host's memory may use it.</summary>
    internal float* Host => (float*)_buffer.NativePtr;

    internal void Copy(int source, int target, int count) =>
        _buffer.View.SubView(source, count).BaseView.CopyTo(_buffer.View.SubView(target, count).BaseView);

    internal void Clear() => _buffer.MemSetToZero();

    // ILGPU takes the address of a managed reference without pinning it; a collection in between would move the array away.
    internal void Upload(ReadOnlySpan<float> values, int offset)
    {
        fixed (float* pinned = values)
            _buffer.View.SubView(offset, values.Length).BaseView.CopyFromCPU(ref *pinned, values.Length);
    }

    internal void Download(Span<float> values, int offset)
    {
        fixed (float* pinned = values)
            _buffer.View.SubView(offset, values.Length).BaseView.CopyToCPU(ref *pinned, values.Length);
    }

    public void Dispose() => _buffer.Dispose();
}
