using ILGPU;
using ILGPU.Runtime;

namespace HwGen.Frontend.Kernels;

/// <summary>Indices in an accelerator's memory.</summary>
public sealed unsafe class IndexTable : IDisposable
{
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _buffer;

    internal IndexTable(MemoryBuffer1D<int, Stride1D.Dense> buffer) => _buffer = buffer;

    public int Length => (int)_buffer.Length;

    internal void Upload(int[] indices)
    {
        // Pinned for the same reason as in Tensor.
        fixed (int* pinned = indices)
            _buffer.View.BaseView.CopyFromCPU(ref *pinned, indices.Length);
    }

    internal ArrayView<int> View => _buffer.View.BaseView;

    public void Dispose() => _buffer.Dispose();
}
