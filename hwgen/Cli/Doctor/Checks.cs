namespace HwGen.Cli.Doctor;

/// <summary>All that hwgen uses from outside.</summary>
public static class Checks
{
    private static readonly string[] Verification = ["verify", "run"];
    private static readonly string[] Training = ["train", "quantize", "verify", "run"];
    private static readonly string[] Speech = ["data speech"];

    /// <remarks>dataset-fashion-mnist puts its files where the last check looks.</remarks>
    public static IReadOnlyList<ToolCheck> All { get; } =
    [
        new("verilator", Verification, true, "verilator", Probes.Program("verilator", "--version")),
        new("g++", Verification, true, "g++", Probes.Program("g++", "-dumpfullversion")),
        new("make", Verification, true, "make", Probes.Program("make", "--version")),
        new("fashion-mnist", Training, true, "dataset-fashion-mnist", Probes.Files("/usr/share/datasets/fashion-mnist",
            "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")),
        new("yosys", ["synth", "tests"], false, "yosys", Probes.Program("yosys", "-V")),
        new("iverilog", ["tests", "the printed testbench"], false, "iverilog", Probes.OnPath("iverilog")),
        new("nextpnr-ice40", ["synth --target ice40"], false, "nextpnr-ice40", Probes.Program("nextpnr-ice40", "--version")),
        new("icepack", ["synth --target ice40"], false, "fpga-icestorm", Probes.OnPath("icepack")),
        new("chromium", ["tests"], false, "chromium", Probes.Program("chromium", "--version")),
        new("pocl", ["train --device pocl"], false, "pocl-opencl-icd ocl-icd-libopencl1", Probes.OpenClDriver("/etc/OpenCL/vendors", "pocl")),
        new("slurm", ["explore --executor slurm"], false, "slurm-wlm munge", Probes.Program("sbatch", "--version")),
        new("flite", Speech, false, "flite", Probes.Program("flite", "--version")),
        new("sox", Speech, false, "sox", Probes.Program("sox", "--version")),
        new("fortunes", Speech, false, "fortunes", Probes.Files("/usr/share/games/fortunes", "wisdom", "literature")),
    ];
}
