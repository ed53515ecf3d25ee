using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Tests;

public sealed class ComputeDeviceTests
{
    [Fact]
    public void Open_Auto_IsTheCpuWhereThereIsNoGpu()
    {
        string kind;
        using (var ops = ComputeDevice.Open("auto")) kind = ops.Kind;
        if (!ComputeDevice.IsPresent("cuda") && !ComputeDevice.IsPresent("opencl")) Assert.Equal("cpu", kind);
        else Assert.NotEqual("cpu", kind);
    }

    [Fact]
    public void Open_UnknownName_ListsTheDevices() =>
        Assert.Contains("auto, cpu, cpu-sim, pocl, cuda, opencl", Assert.Throws<ArgumentException>(() => ComputeDevice.Open("tpu")).Message);

    [Fact]
    public void Message_PoclAbsent_NamesThePackages() =>
        Assert.Contains("pocl-opencl-icd", new DeviceNotFoundException("pocl").Message);
}
