using CliWrap;
using CliWrap.Buffered;
using HwGen.Core.Design;
using HwGen.Core.Plan;
using HwGen.Print;

namespace HwGen.Explore.Tests;

/// <summary>A random design with its hand-over in a folder of its own, gone when disposed.</summary>
internal sealed class HandoverFolder : IDisposable
{
    public HandoverFolder(RandomDesign design, HardwareSettings? hardware = null)
    {
        (Plan, Path) = (design.Plan(), Directory.CreateTempSubdirectory("hwgen-handover-").FullName);
        Vectors = HandoverVectors.Create(Plan, Sequences(Plan, design.Seed), design.Seed);
        IReadOnlyList<OutputFile> rtl = RtlPrinter.Print(Plan);
        Files = [.. rtl, .. HandoverPrinter.Print(Plan, hardware ?? design.Hardware, rtl, Vectors, design.Seed)];
        foreach (OutputFile file in Files)
        {
            string path = this[file.Path];
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Text);
        }
    }

    public AcceleratorPlan Plan { get; }

    public string Path { get; }

    public TestVectors Vectors { get; }

    public IReadOnlyList<OutputFile> Files { get; }

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public string Testbench => $"tb/{Plan.ModuleName}_tb.v";

    /// <summary>Stands for a data set: noise of unequal lengths.</summary>
    public static IEnumerable<long[][]> Sequences(AcceleratorPlan plan, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, 4).Select(s => Enumerable.Range(0, 3 + s).Select(_ =>
            Enumerable.Range(0, plan.Input.Size).Select(_ => random.NextInt64(plan.InputFormat.Min, plan.InputFormat.Max + 1)).ToArray()).ToArray()).ToList();
    }

    /// <summary>Runs a tool in the folder; it has to succeed.</summary>
    public async Task<string> RunAsync(string tool, params string[] arguments)
    {
        BufferedCommandResult result = await Cli.Wrap(tool).WithArguments(arguments).WithWorkingDirectory(Path).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.True(result.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}\n{result.StandardOutput}{result.StandardError}");
        return result.StandardOutput;
    }

    /// <summary>The testbench's output in Icarus.</summary>
    public async Task<string> SimulateAsync()
    {
        await RunAsync("iverilog", "-g2005", "-o", "tb.vvp", "-f", "rtl.f", Testbench);
        return await RunAsync("vvp", "tb.vvp");
    }

    public void Dispose() => Directory.Delete(Path, true);
}
