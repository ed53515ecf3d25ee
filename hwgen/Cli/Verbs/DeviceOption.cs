using System.CommandLine;

namespace HwGen.Cli.Verbs;

/// <summary>Where training computes.</summary>
internal static class DeviceOption
{
    /// <summary>The fastest one here.</summary>
    public const string Auto = "auto";

    public static Option<string> Create()
    {
        var option = new Option<string>("--device")
        {
            Description = "Where training computes: auto (CUDA, an OpenCL GPU, else the CPU), cuda, opencl, cpu (SIMD), pocl (OpenCL on the CPU) or cpu-sim (the bare ILGPU CPU accelerator: checks bounds, slow).",
            HelpName = "DEVICE",
            DefaultValueFactory = _ => Auto,
        };
        return option.AcceptOnlyFromAmong(Auto, "cuda", "opencl", "cpu", "pocl", "cpu-sim");
    }
}
