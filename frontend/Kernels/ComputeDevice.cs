using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace HwGen.Frontend.Kernels;

/// <summary>Devices by name, and how kernels are launched on them.</summary>
/// <remarks>
/// auto: CUDA, else an OpenCL GPU, else cpu. cpu: hot operations as vector code in the host's memory. cpu-sim: the bare
/// ILGPU CPU accelerator, slow, checks every index. pocl: OpenCL on the CPU.
/// </remarks>
public static class ComputeDevice
{
    /// <summary>One at a time looks for devices and lets go of them: PoCL 3.1 crashes when two threads do.</summary>
    internal static readonly Lock Gate = new();

    /// <summary>Every name that <see cref="Open"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "cpu", "cpu-sim", "pocl", "cuda", "opencl"];

    /// <summary>Opens a device; the caller owns the result and uses it from one thread.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="threads">Worker threads of cpu; 0 is one a processor. Results don't depend on it.</param>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    /// <exception cref="DeviceNotFoundException">The machine has no such device.</exception>
    public static Ops Open(string name, int threads = 0) => Open(name, threads, forceLanes: false);

    /// <param name="forceLanes">Launches as on a GPU, one column an item, on any device: for tests where there is no GPU.</param>
    internal static Ops Open(string name, int threads, bool forceLanes)
    {
        if (!Names.Contains(name)) throw new ArgumentException($"Unknown device '{name}'; the devices are {string.Join(", ", Names)}.", nameof(name));
        if (threads == 0) threads = Environment.ProcessorCount;
        lock (Gate) return OpenAlone(name, threads, forceLanes);
    }

    private static Ops OpenAlone(string name, int threads, bool forceLanes)
    {
        if (name is not ("cpu" or "cpu-sim")) OpenClOnCpu.Prepare();
        var context = Context.Create(builder =>
        {
            // O2 infers address spaces, without which OpenCL 1.2 devices refuse the kernels.
            builder.Optimize(OptimizationLevel.O2);
            if (name is "cpu" or "cpu-sim" or "auto") builder.CPU(new CPUDevice(2, 1, Environment.ProcessorCount));
            if (name is "cuda" or "auto") builder.Cuda();
            if (name is "pocl" or "opencl" or "auto") builder.OpenCL(_ => true);
        });
        try
        {
            var device = Choose(context, name) ?? throw new DeviceNotFoundException(name);
            if (device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU } cl) OpenClOnCpu.Allow(cl);
            var accelerator = device.CreateAccelerator(context);
            bool isCpu = accelerator.AcceleratorType == AcceleratorType.CPU;
            bool isGpu = !isCpu && device is not CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };
            return new(context, accelerator, simd: isCpu && name != "cpu-sim", lanes: isGpu || forceLanes, threads);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Whether <see cref="Open"/> would find the device.</summary>
    public static bool IsPresent(string name)
    {
        try
        {
            using var ops = Open(name);
            return true;
        }
        catch (DeviceNotFoundException)
        {
            return false;
        }
    }

    private static Device? Choose(Context context, string name)
    {
        var devices = context.Devices.ToArray();
        var gpu = devices.OfType<CLDevice>().FirstOrDefault(d => d.DeviceType == CLDeviceType.CL_DEVICE_TYPE_GPU);
        return name switch
        {
            "cuda" => devices.OfType<CudaDevice>().FirstOrDefault(),
            "opencl" => gpu,
            "pocl" => devices.OfType<CLDevice>().FirstOrDefault(d => d.DeviceType == CLDeviceType.CL_DEVICE_TYPE_CPU),
            "auto" => devices.OfType<CudaDevice>().FirstOrDefault() ?? gpu ?? (Device?)devices.OfType<CPUDevice>().First(),
            _ => devices.OfType<CPUDevice>().First(),
        };
    }
}
