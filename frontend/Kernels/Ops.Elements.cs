namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>target = targetScale·target + sourceScale·source, all of it; a scale of 0 leaves out what would be 0·x.</summary>
    public void Accumulate(Tensor target, double targetScale, Tensor source, double sourceScale) =>
        LaunchElements(ElementKernel.Accumulate, target, 0, target.Length, source, targetScale, sourceScale);

    /// <summary>target = target·mask, all of it.</summary>
    public void Multiply(Tensor target, Tensor mask) => LaunchElements(ElementKernel.Multiply, target, 0, target.Length, mask, 0, 0);

    /// <summary>Soft threshold: each of <paramref name="count"/> values goes <paramref name="amount"/> towards 0, at most to 0.</summary>
    public void Shrink(Tensor target, int offset, int count, double amount) => LaunchElements(ElementKernel.Shrink, target, offset, count, target, 0, amount);

    private void LaunchElements(Action<ILGPU.Index1D, ElementKernelArgs> kernel, Tensor target, int offset, int count, Tensor source, double targetScale, double sourceScale)
    {
        int per = _lanes ? 1 : ParametersPerItem;
        Launch<ElementKernelArgs>(kernel, Divide(count, per), new()
        {
            Target = target.View,
            Source = source.View,
            Offset = offset,
            Count = count,
            CountPerItem = per,
            TargetScale = (float)targetScale,
            SourceScale = (float)sourceScale,
        });
    }
}
