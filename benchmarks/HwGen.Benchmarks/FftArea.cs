using System.Globalization;
using System.Numerics;
using System.Text;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;
using HwGen.Core.Transforms;
using HwGen.Print;
using HwGen.Sim.Synthesis;

namespace HwGen.Benchmarks;

/// <summary>Area of the FFT unit alone, beside what other generators emit: same size, width and Yosys command.</summary>
internal sealed record FftArea(string Name, int Points, long Lut, long Ff, long Srl, long Dsp, string Memories, double RealSamples, string Note)
{
    private const int Bits = 16;

    /// <summary>Measured once with Yosys 0.23 and the same command; their generators are not part of this project.</summary>
    /// <remarks>A complex sample counts as two real ones: two real signals can share a complex transform, with unpacking that is not counted.
    /// Inverters are left out everywhere.</remarks>
    private static readonly FftArea[] Others =
    [
        new("dblclockfft -f 8 -n 16 -m 16 -p 99 -1", 8, 579, 1001, 32, 3, "16 RAM32M", 2, "complex, 1 sample a clock"),
        new("dblclockfft -f 64 -n 16 -m 16 -p 99 -1", 64, 1542, 2723, 0, 12, "1 RAMB18", 2, "complex, 1 sample a clock"),
        new("dblclockfft -f 64 -n 16 -m 16 -p 99 -2", 64, 2881, 5203, 0, 24, "", 4, "complex, 2 samples a clock"),
        new("r22sdf FFT64, 16-bit twiddles", 64, 940, 425, 128, 8, "", 2, "complex, 1 sample a clock"),
    ];

    /// <summary>Measures ours and writes the table.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        Part part = Part.Find("xilinx7")!;
        await output.WriteLineAsync($"FFT units, {Bits}-bit words and twiddles, every level scaled by 1/2, by yosys 0.23 '{Yosys.Command(part)}'; INV cells left out.");
        await output.WriteLineAsync("The lines of others are stated, not measured in this run. Theirs take complex samples, counted as two real ones; ours takes real ones, a whole block a clock.");
        await output.WriteLineAsync($"{"unit",-42}{"N",4}{"LUT",7}{"FF",7}{"SRL16",7}{"DSP",5}  {"real samples/clk",16}{"DSP/sample",12}{"LUT/sample",12}{"FF/sample",11}  note");
        FftArea[] ours = [await MeasureAsync(part, 8), await MeasureAsync(part, 64)];
        foreach (FftArea f in ours.Concat(Others).OrderBy(f => f.Points))
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{f.Name,-42}{f.Points,4}{f.Lut,7}{f.Ff,7}{f.Srl,7}{f.Dsp,5}  {f.RealSamples,16}{f.Dsp / f.RealSamples,12:F2}{(f.Lut + f.Srl) / f.RealSamples,12:F1}{f.Ff / f.RealSamples,11:F1}  {string.Join(", ", new[] { f.Memories, f.Note }.Where(t => t.Length > 0))}"));
        await output.WriteLineAsync("LUT/sample counts SRL16 as look-up tables.");
    }

    private static async Task<FftArea> MeasureAsync(Part part, int points)
    {
        int levels = BitOperations.Log2((uint)points);
        TransformPlan plan = TransformBuilder.Forward(points, new(Bits, Bits - 1), new(Bits, Bits - 1), [.. Enumerable.Repeat(1, levels)]);
        string folder = Directory.CreateTempSubdirectory("hwgen-fft-").FullName;
        try
        {
            OutputFile unit = RtlPrinter.Print(plan, "fft_unit");
            await File.WriteAllTextAsync(Path.Join(folder, "fft_unit.v"), unit.Text);
            await File.WriteAllTextAsync(Path.Join(folder, "hwgen_round.v"), TemplateSet.Read("lib/hwgen_round.v"));
            var (cells, _) = await new Yosys(folder, ["hwgen_round.v", "fft_unit.v"]).SynthesizeAsync(part, "fft_unit", "");
            long Count(Func<string, bool> which) => cells.Where(c => which(c.Key)).Sum(c => c.Value);
            return new($"ours, k = {points}", points, Count(c => c.StartsWith("LUT", StringComparison.Ordinal)), Count(c => c.StartsWith("FD", StringComparison.Ordinal)),
                Count(c => c.StartsWith("SRL", StringComparison.Ordinal)), Count(c => c.StartsWith("DSP48", StringComparison.Ordinal)), "", points, $"real, latency {plan.LatencyCycles}");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
