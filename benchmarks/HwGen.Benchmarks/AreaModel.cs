using System.Globalization;
using System.Numerics;
using System.Text;
using HwGen.Core.Cost;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;
using HwGen.Core.Transforms;
using HwGen.Print;
using HwGen.Sim.Synthesis;

namespace HwGen.Benchmarks;

/// <summary>Fits the constants of <see cref="ResourceEstimate"/> to modules that Yosys has synthesised, and shows the error on others.</summary>
internal static class AreaModel
{
    private const int Seed = 1;

    private static readonly AreaCoefficients Unit = new(1, 1, 1);

    private sealed record Module(string Name, bool HeldOut, ResourceDemand Demand, string Top, (string File, string Text)[] Files);

    private sealed record Sample(Module Module, ResourceCount Measured, ResourceCount Fixed);

    /// <param name="output">Where the table goes.</param>
    /// <param name="file">area.json, written anew when given.</param>
    public static async Task RunAsync(TextWriter output, string? file)
    {
        Module[] modules =
        [
            Transform(4, 12, false, false), Transform(8, 12, false, false), Transform(8, 8, true, false), Transform(16, 12, true, false),
            Element(4, 12, 64, false), Element(8, 8, 512, false), Element(8, 12, 256, false), Element(8, 12, 512, false, 3),
            Transform(8, 16, true, true), Transform(16, 10, false, true), Transform(32, 12, false, true), Element(8, 16, 1024, true), Element(16, 12, 128, true), Element(8, 10, 512, true, 2),
        ];
        var fitted = new Dictionary<string, AreaCoefficients>(StringComparer.Ordinal);
        await output.WriteLineAsync("LUT and FF: fitted on the modules of which no error is held out; DSP and BRAM36: rules. All measured in this run.");
        await output.WriteLineAsync($"{"part",-11}{"module",-28}{"LUT",8}{"est.",8}{"error",9}{"FF",8}{"est.",8}{"error",9}{"DSP",6}{"est.",6}{"BRAM36",9}{"est.",8}");
        foreach (string name in (string[])["xilinx7", "ultrascale", "ecp5", "ice40"])
        {
            Part part = Part.Find(name)!;
            var samples = new List<Sample>();
            foreach (Module module in modules) samples.Add(new(module, await MeasureAsync(part, module), ResourceEstimate.Of(module.Demand with { AdderBits = 0, MuxBits = 0, RegisterBits = 0 }, part.Family, coefficients: Unit)));
            AreaCoefficients c = Fit([.. samples.Where(s => !s.Module.HeldOut)]);
            fitted[part.Family.ToString()] = c;
            foreach (Sample s in samples)
            {
                ResourceCount e = ResourceEstimate.Of(s.Module.Demand, part.Family, coefficients: c);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{part.Name,-11}{s.Module.Name + (s.Module.HeldOut ? ", held out" : ""),-28}{s.Measured.Lut,8}{e.Lut,8}{Error(e.Lut, s.Measured.Lut),9}{s.Measured.Ff,8}{e.Ff,8}{Error(e.Ff, s.Measured.Ff),9}{s.Measured.Dsp,6}{e.Dsp,6}{s.Measured.Bram36,9:0.##}{e.Bram36,8:0.##}"));
            }
            double Mean(Func<Sample, (long, long)> pick) => samples.Where(s => s.Module.HeldOut).Average(s => { var (p, m) = pick(s); return Math.Abs((double)(p - m) / m); });
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{part.Name,-11}held out, mean |error|: LUT {Mean(s => (ResourceEstimate.Of(s.Module.Demand, part.Family, coefficients: c).Lut, s.Measured.Lut)):P0}, FF {Mean(s => (ResourceEstimate.Of(s.Module.Demand, part.Family, coefficients: c).Ff, s.Measured.Ff)):P0}; LUT an adder bit {c.LutPerAdderBit:F3}, a multiplexer bit {c.LutPerMuxBit:F3}, FF a register bit {c.FfPerRegisterBit:F3}"));
        }
        if (file is not null) await File.WriteAllTextAsync(file, Json(fitted));
    }

    private static string Error(long estimate, long measured) => measured == 0 ? "" : ((double)(estimate - measured) / measured).ToString("+0 %;-0 %;0 %", CultureInfo.InvariantCulture);

    /// <summary>Least squares of relative errors: two unknowns for look-up tables, one for flip-flops.</summary>
    private static AreaCoefficients Fit(IReadOnlyList<Sample> samples)
    {
        double aa = 0, am = 0, mm = 0, ay = 0, my = 0, rr = 0, ry = 0;
        foreach (Sample s in samples)
        {
            double scale = 1.0 / s.Measured.Lut, a = s.Module.Demand.AdderBits * scale, m = s.Module.Demand.MuxBits * scale, y = 1 - s.Fixed.Lut * scale;
            (aa, am, mm, ay, my) = (aa + a * a, am + a * m, mm + m * m, ay + a * y, my + m * y);
            double r = (double)s.Module.Demand.RegisterBits / s.Measured.Ff;
            (rr, ry) = (rr + r * r, ry + r * (1 - (double)s.Fixed.Ff / s.Measured.Ff));
        }
        double determinant = aa * mm - am * am;
        return new(Math.Round((ay * mm - my * am) / determinant, 3), Math.Round((my * aa - ay * am) / determinant, 3), Math.Round(ry / rr, 3));
    }

    private static string Json(Dictionary<string, AreaCoefficients> fitted)
    {
        var text = new StringBuilder("{\n  \"provenance\": \"yosys 0.23, build.sh bench area: least squares of relative errors over transforms and elements\"");
        foreach (var (family, c) in fitted)
            text.Append(CultureInfo.InvariantCulture, $",\n  \"{char.ToLowerInvariant(family[0])}{family[1..]}\": {{ \"lutPerAdderBit\": {c.LutPerAdderBit}, \"lutPerMuxBit\": {c.LutPerMuxBit}, \"ffPerRegisterBit\": {c.FfPerRegisterBit} }}");
        return text.Append("\n}\n").ToString();
    }

    private static Module Transform(int k, int bits, bool inverse, bool heldOut)
    {
        var (input, twiddle) = (new FixedFormat(bits, bits - 1), new FixedFormat(Math.Min(18, bits + 2), Math.Min(18, bits + 2) - 1));
        int[] shifts = [.. Enumerable.Range(0, BitOperations.Log2((uint)k)).Select(l => l & 1)];
        TransformPlan plan = inverse ? TransformBuilder.Inverse(k, input, twiddle, shifts) : TransformBuilder.Forward(k, input, twiddle, shifts);
        return new($"{(inverse ? "IFFT" : "FFT")} k={k}, {bits} bits", heldOut, ResourceDemand.Of(plan), "unit",
            [("unit.v", RtlPrinter.Print(plan, "unit").Text), Library("hwgen_round.v")]);
    }

    private static Module Element(int k, int bits, int rows, bool heldOut, int columns = 1)
    {
        int accumulator = 2 * bits + 8, address = BitOperations.Log2((uint)rows), width = columns * k * bits;
        var random = new Random(Seed);
        var image = new StringBuilder();
        for (int r = 0; r < rows; r++) image.Append(string.Concat(Enumerable.Range(0, (width + 3) / 4).Select(_ => "0123456789abcdef"[random.Next(16)]))).Append('\n');
        string top = $"""
            module unit (input wire clk, input wire [{address - 1}:0] row, input wire [{width - 1}:0] spectrum, input wire first, input wire load,
                         input wire [{k * accumulator - 1}:0] drain_in, output wire [{k * accumulator - 1}:0] drain);
                wire [{width - 1}:0] weight;
                hwgen_rom #(.WIDTH({width}), .ADDR_W({address}), .INIT("weights.hex")) u_weights (.clk(clk), .addr(row), .data(weight));
                hwgen_pe #(.K({k}), .W({bits}), .Q({columns}), .ACC_W({accumulator}), .MIXED(0), .PAIRS({k / 2})) u_pe
                    (.clk(clk), .weight(weight), .spectrum(spectrum), .real_pairs({k / 2}'d0), .first(first), .load(load), .drain_in(drain_in), .drain(drain));
            endmodule

            """;
        return new($"element k={k}, {bits} bits, {rows}{(columns == 1 ? "" : $" x{columns}")}", heldOut, ResourceDemand.Element(k, bits, accumulator, rows, columns), "unit",
            [("unit.v", top), ("weights.hex", image.ToString()), Library("hwgen_pe.v"), Library("hwgen_rom.v"), Library("hwgen_accumulator.v"), Library("hwgen_saturate.v")]);
    }

    private static (string, string) Library(string name) => (name, TemplateSet.Read("lib/" + name));

    private static async Task<ResourceCount> MeasureAsync(Part part, Module module)
    {
        string folder = Directory.CreateTempSubdirectory("hwgen-area-").FullName;
        try
        {
            foreach (var (file, text) in module.Files) await File.WriteAllTextAsync(Path.Join(folder, file), text);
            var (cells, _) = await new Yosys(folder, [.. module.Files.Select(f => f.File).Where(f => f.EndsWith(".v", StringComparison.Ordinal))]).SynthesizeAsync(part, module.Top, "");
            var (sum, unknown) = StatReport.Price(part.Family, cells);
            return unknown.Count == 0 ? sum : throw new InvalidOperationException($"Cells that nobody knows: {string.Join(", ", unknown)}.");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
