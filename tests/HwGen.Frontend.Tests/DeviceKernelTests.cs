using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Vector code, the default.</summary>
public sealed class CpuKernelTests(ITestOutputHelper output) : KernelTests("cpu", output)
{
    [Fact]
    public void Multiply_OnCpu_MatchesNaive() => CheckMultiply();

    [Fact]
    public void MultiplyTransposed_OnCpu_MatchesNaive() => CheckMultiplyTransposed();

    [Fact]
    public void Transform_OnCpu_MatchesNaive() => CheckTransform();

    [Fact]
    public void CirculantEqualsExpansion_OnCpu_MatchesNaive() => CheckCirculantEqualsExpansion();

    [Fact]
    public void Adam_OnCpu_MatchesNaive() => CheckAdam();

    [Fact]
    public void Sums_OnCpu_MatchesNaive() => CheckSums();

    [Fact]
    public void CrossEntropy_OnCpu_MatchesNaive() => CheckCrossEntropy();

    [Fact]
    public void Quantize_OnCpu_MatchesFixedFormat() => CheckQuantize();

    [Fact]
    public void Rows_OnCpu_MatchNaive() => CheckRows();
}

/// <summary>The kernels themselves, every index checked.</summary>
public sealed class SimulatorKernelTests(ITestOutputHelper output) : KernelTests("cpu-sim", output)
{
    [Fact]
    public void Multiply_OnSimulator_MatchesNaive() => CheckMultiply();

    [Fact]
    public void MultiplyTransposed_OnSimulator_MatchesNaive() => CheckMultiplyTransposed();

    [Fact]
    public void Transform_OnSimulator_MatchesNaive() => CheckTransform();

    [Fact]
    public void CirculantEqualsExpansion_OnSimulator_MatchesNaive() => CheckCirculantEqualsExpansion();

    [Fact]
    public void Adam_OnSimulator_MatchesNaive() => CheckAdam();

    [Fact]
    public void Sums_OnSimulator_MatchesNaive() => CheckSums();

    [Fact]
    public void CrossEntropy_OnSimulator_MatchesNaive() => CheckCrossEntropy();

    [Fact]
    public void Quantize_OnSimulator_MatchesFixedFormat() => CheckQuantize();

    [Fact]
    public void Rows_OnSimulator_MatchNaive() => CheckRows();

    [Fact]
    public void Copies_OnSimulatorUnderCollection_GiveValuesBack() => CheckCopiesUnderCollection();
}

/// <summary>The kernels as OpenCL.</summary>
public sealed class PoclKernelTests(ITestOutputHelper output) : KernelTests("pocl", output)
{
    [DeviceFact("pocl")]
    public void Multiply_OnPocl_MatchesNaive() => CheckMultiply();

    [DeviceFact("pocl")]
    public void MultiplyTransposed_OnPocl_MatchesNaive() => CheckMultiplyTransposed();

    [DeviceFact("pocl")]
    public void Transform_OnPocl_MatchesNaive() => CheckTransform();

    [DeviceFact("pocl")]
    public void CirculantEqualsExpansion_OnPocl_MatchesNaive() => CheckCirculantEqualsExpansion();

    [DeviceFact("pocl")]
    public void Adam_OnPocl_MatchesNaive() => CheckAdam();

    [DeviceFact("pocl")]
    public void Sums_OnPocl_MatchesNaive() => CheckSums();

    [DeviceFact("pocl")]
    public void CrossEntropy_OnPocl_MatchesNaive() => CheckCrossEntropy();

    [DeviceFact("pocl")]
    public void Quantize_OnPocl_MatchesFixedFormat() => CheckQuantize();

    [DeviceFact("pocl")]
    public void Rows_OnPocl_MatchNaive() => CheckRows();

    [DeviceFact("pocl")]
    public void Copies_OnPoclUnderCollection_GiveValuesBack() => CheckCopiesUnderCollection();
}

/// <summary>The launches that GPUs get, run on PoCL.</summary>
public sealed class LaneKernelTests(ITestOutputHelper output) : KernelTests(Devices.PoclLanes, output)
{
    [DeviceFact("pocl")]
    public void Multiply_InLanes_MatchesNaive() => CheckMultiply();

    [DeviceFact("pocl")]
    public void MultiplyTransposed_InLanes_MatchesNaive() => CheckMultiplyTransposed();

    [DeviceFact("pocl")]
    public void Transform_InLanes_MatchesNaive() => CheckTransform();

    [DeviceFact("pocl")]
    public void CirculantEqualsExpansion_InLanes_MatchesNaive() => CheckCirculantEqualsExpansion();

    [DeviceFact("pocl")]
    public void Adam_InLanes_MatchesNaive() => CheckAdam();

    [DeviceFact("pocl")]
    public void Sums_InLanes_MatchesNaive() => CheckSums();

    [DeviceFact("pocl")]
    public void CrossEntropy_InLanes_MatchesNaive() => CheckCrossEntropy();

    [DeviceFact("pocl")]
    public void Quantize_InLanes_MatchesFixedFormat() => CheckQuantize();

    [DeviceFact("pocl")]
    public void Rows_InLanes_MatchNaive() => CheckRows();
}
