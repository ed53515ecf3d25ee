using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Vector code, the default.</summary>
public sealed class CpuImageTests(ITestOutputHelper output) : ImageKernelTests("cpu", output)
{
    [Fact]
    public void Patches_OnCpu_MatchNaive() => CheckPatches();

    [Fact]
    public void Pools_OnCpu_MatchNaive() => CheckPools();

    [Fact]
    public void Norm_OnCpu_MatchNaive() => CheckNorm();

    [Fact]
    public void Convolution_OnCpu_MatchNaive() => CheckConvolution();
}

/// <summary>The kernels themselves, every index checked.</summary>
public sealed class SimulatorImageTests(ITestOutputHelper output) : ImageKernelTests("cpu-sim", output)
{
    [Fact]
    public void Patches_OnSimulator_MatchNaive() => CheckPatches();

    [Fact]
    public void Pools_OnSimulator_MatchNaive() => CheckPools();

    [Fact]
    public void Norm_OnSimulator_MatchNaive() => CheckNorm();

    [Fact]
    public void Convolution_OnSimulator_MatchNaive() => CheckConvolution();
}

/// <summary>The kernels as OpenCL.</summary>
public sealed class PoclImageTests(ITestOutputHelper output) : ImageKernelTests("pocl", output)
{
    [DeviceFact("pocl")]
    public void Patches_OnPocl_MatchNaive() => CheckPatches();

    [DeviceFact("pocl")]
    public void Pools_OnPocl_MatchNaive() => CheckPools();

    [DeviceFact("pocl")]
    public void Norm_OnPocl_MatchNaive() => CheckNorm();

    [DeviceFact("pocl")]
    public void Convolution_OnPocl_MatchNaive() => CheckConvolution();
}

/// <summary>The launches that GPUs get, run on PoCL.</summary>
public sealed class LaneImageTests(ITestOutputHelper output) : ImageKernelTests(Devices.PoclLanes, output)
{
    [DeviceFact("pocl")]
    public void Patches_InLanes_MatchNaive() => CheckPatches();

    [DeviceFact("pocl")]
    public void Pools_InLanes_MatchNaive() => CheckPools();

    [DeviceFact("pocl")]
    public void Norm_InLanes_MatchNaive() => CheckNorm();

    [DeviceFact("pocl")]
    public void Convolution_InLanes_MatchNaive() => CheckConvolution();
}
