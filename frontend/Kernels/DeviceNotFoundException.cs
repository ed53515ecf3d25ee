namespace HwGen.Frontend.Kernels;

/// <summary>The machine has no device of the name asked for.</summary>
public sealed class DeviceNotFoundException(string name) : Exception(Describe(name))
{
    private static string Describe(string name) => name switch
    {
        "pocl" => "No OpenCL device on the CPU: install the Debian packages pocl-opencl-icd and ocl-icd-libopencl1.",
        "cuda" => "No CUDA device: install the driver, or use the device 'cpu'.",
        _ => $"No device for '{name}': use the device 'cpu'.",
    };
}
