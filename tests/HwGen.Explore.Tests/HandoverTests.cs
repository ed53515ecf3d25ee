using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Print;

namespace HwGen.Explore.Tests;

/// <summary>What a design's folder offers to those who have nothing else: held against the tools that read it.</summary>
public sealed partial class HandoverTests
{
    private static readonly RandomDesign Gru = new(811, 2, 6, 2, 3, [4], 3);

    /// <summary>Three streams that end at different times, a projection, peepholes; two of a beat's four lanes are padding; weights are loaded.</summary>
    private static readonly RandomDesign Lstm =
        new(812, [new LstmLayer(6, 5, 3, true, 4, 4, 4), new DenseLayer(3, 7, 4)], 9, new(3, 100, 1) { Streams = 3, ReloadableWeights = true });

    private static readonly RandomDesign Conv = new(813,
        [new ConvLayer(new(4, 4, 2), 5, 2, 2, 1, 0, 2, rectify: true), new PoolLayer(new(3, 3, 5), PoolKind.Max, 2, 1), new DenseLayer(20, 3, 1)], 8, new(2, 100, 1));

    public static TheoryData<string> Designs() => ["gru", "lstm", "conv"];

    [Theory]
    [MemberData(nameof(Designs))]
    public async Task Testbench_InIcarus_Passes(string design)
    {
        using var folder = new HandoverFolder(Design(design));
        Assert.Contains("PASS: ", await folder.SimulateAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gru")]
    [InlineData("lstm")]
    public async Task Testbench_InVerilator_Passes(string design)
    {
        using var folder = new HandoverFolder(Design(design));
        string top = folder.Plan.ModuleName + "_tb";
        await folder.RunAsync("verilator", "--binary", "--timing", "-j", "2", "-MAKEFLAGS", "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0", "--top-module", top, "-f", "rtl.f", folder.Testbench);
        Assert.Contains("PASS: ", await folder.RunAsync(folder[$"obj_dir/V{top}"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Testbench_ChangedWords_FailsAndShowsThem()
    {
        using var folder = new HandoverFolder(Gru);
        string[] rows = File.ReadAllLines(folder["tb/expected.hex"]);
        // TLAST, TID and TDATA, in the last three rows: two rounds reach them.
        int[] columns = [0, 2, 7];
        for (int i = 0; i < columns.Length; i++)
        {
            char[] row = rows[^(i + 1)].ToCharArray();
            row[columns[i]] = row[columns[i]] == '0' ? '1' : '0';
            rows[^(i + 1)] = new string(row);
        }
        File.WriteAllLines(folder["tb/expected.hex"], rows);

        string output = await folder.SimulateAsync();

        Assert.Contains("FAIL: 6 mismatches", output, StringComparison.Ordinal);
        Assert.All(rows[^3..], r => Assert.Contains($"expected {r.Replace("_", "", StringComparison.Ordinal)}, got ", output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("localparam integer CYCLES       = ", "1", "cycles from the first beat in")]
    [InlineData("localparam integer OUT_BEATS    = ", "", "another beat behind the last one")]
    public async Task Testbench_AnotherPrediction_Fails(string line, string digits, string complaint)
    {
        using var folder = new HandoverFolder(Gru);
        string text = File.ReadAllText(folder[folder.Testbench]);
        int at = text.IndexOf(line, StringComparison.Ordinal) + line.Length, end = text.IndexOf(';', at);
        // A cycle count with a digit more; two beats fewer than there are.
        string value = digits + (int.Parse(text[at..end], CultureInfo.InvariantCulture) - 2).ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(folder[folder.Testbench], text[..at] + value + text[end..]);

        string output = await folder.SimulateAsync();

        Assert.Contains(complaint, output, StringComparison.Ordinal);
        Assert.Contains("FAIL: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Testbench_WithoutItsMemoryImages_Fails()
    {
        using var folder = new HandoverFolder(Gru);
        Directory.Delete(folder["mem"], true);
        Assert.Contains("FAIL: ", await folder.SimulateAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task YosysScript_SmallPart_WritesANetlist()
    {
        using var folder = new HandoverFolder(Gru, Gru.Hardware with { Part = Part.Find("ecp5") });
        string log = await folder.RunAsync("yosys", "-s", "scripts/yosys.ys");
        Assert.Contains("Number of cells", log, StringComparison.Ordinal);
        Assert.Contains("TRELLIS_FF", File.ReadAllText(folder[folder.Plan.ModuleName + ".json"]), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public async Task Header_InC_PacksUnpacksAndRoundsAsTheDesignDoes(string design)
    {
        using var folder = new HandoverFolder(Design(design));
        AcceleratorPlan plan = folder.Plan;
        var random = new Random(7);
        long[] words = [.. Enumerable.Range(0, plan.Input.Size).Select(_ => random.NextInt64(plan.InputFormat.Min, plan.InputFormat.Max + 1))];
        double[] values = [.. Enumerable.Range(-9, 19).Select(i => (i + 0.5) / 2 * plan.InputFormat.Ulp), plan.InputFormat.Ulp * 1e12, -plan.InputFormat.Ulp * 1e12];
        byte[] sent = [.. Bytes(plan, words, plan.InputBlocks)], received = [.. folder.Vectors.Expected.Take(plan.OutputBlocks).SelectMany(b => Bytes(plan, b.Words, 1))];
        long[] expected = [.. Enumerable.Range(0, plan.Output.Size).Select(i => folder.Vectors.Expected[i / plan.BlockSize].Words[i % plan.BlockSize])];
        File.WriteAllText(folder["main.c"], $$"""
            #include <stdio.h>
            #include "include/{{plan.Name}}.h"
            static const int32_t words[] = { {{List(words)}} };
            static const uint8_t received[] = { {{List(received)}} };
            static const double values[] = { {{List(values)}} };
            int main(void)
            {
                uint8_t beats[RANDOM_NET_INPUT_BYTES];
                int32_t out[RANDOM_NET_OUTPUT_WORDS];
                size_t i;
                random_net_pack(words, beats);
                random_net_unpack(received, out);
                for (i = 0; i < sizeof beats; i++) printf("%d, ", beats[i]);
                for (i = 0; i < RANDOM_NET_OUTPUT_WORDS; i++) printf("%d, ", (int)out[i]);
                for (i = 0; i < sizeof values / sizeof *values; i++) printf("%d, ", (int)random_net_quantize(values[i]));
                printf("%d", random_net_value(3) == {{(3 * plan.OutputFormat.Ulp).ToString("R", CultureInfo.InvariantCulture)}});
                return 0;
            }

            """);

        await folder.RunAsync("gcc", "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-o", "main", "main.c");

        Assert.Equal($"{List(sent)}, {List(expected)}, {List(values.Select(plan.InputFormat.Quantize))}, 1", await folder.RunAsync(folder["main"]));
    }

    [Fact]
    public void Component_Ports_AreTheTopModules()
    {
        using var folder = new HandoverFolder(Lstm);
        XNamespace x = "http://www.accellera.org/XMLSchema/IPXACT/1685-2014";
        XElement component = XDocument.Load(folder["component.xml"]).Root!;
        IEnumerable<(string, string, int)> ports = component.Descendants(x + "port").Select(p => (
            p.Element(x + "name")!.Value, p.Descendants(x + "direction").Single().Value, p.Descendants(x + "left").Select(l => (int)l).SingleOrDefault()));
        IEnumerable<(string, string, int)> top = Port().Matches(File.ReadAllText(folder[$"rtl/{folder.Plan.ModuleName}.v"])).Select(p => (
            p.Groups[3].Value, p.Groups[1].Value.Replace("put", "", StringComparison.Ordinal), p.Groups[2].Success ? int.Parse(p.Groups[2].Value, CultureInfo.InvariantCulture) : 0));
        Assert.Equal(top.Order(), ports.Order());
        Assert.All(component.Descendants(x + "physicalPort"), p => Assert.Contains(p.Value.Trim(), ports.Select(o => o.Item1)));
        Assert.Equal(RegisterMap.Registers.Select(r => (r.Name, $"'h{r.Offset:x2}")),
            component.Descendants(x + "register").Select(r => (r.Element(x + "name")!.Value, r.Element(x + "addressOffset")!.Value)));
        Assert.All(component.Descendants(x + "file"), f => Assert.True(File.Exists(folder[f.Element(x + "name")!.Value]), f.Value));
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Files_AnyDesign_NameOnlyWhatIsThere(string design)
    {
        using var folder = new HandoverFolder(Design(design));
        foreach (OutputFile file in folder.Files)
        {
            Assert.DoesNotContain(folder.Path, file.Text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"[\s""']/(home|tmp|root|work|usr)\b", file.Text);
            Assert.DoesNotContain('\r', file.Text);
            Assert.EndsWith("\n", file.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(file.Text.Split('\n'), line => line.Length > 0 && char.IsWhiteSpace(line[^1]));
            foreach (Match name in Path().Matches(file.Text)) Assert.True(File.Exists(folder[name.Value]), $"{file.Path} names {name.Value}");
        }
        // Each source and image is known to every list that wants it.
        foreach (string path in folder.Files.Select(f => f.Path).Where(p => p.StartsWith("rtl/", StringComparison.Ordinal)))
            foreach (string list in (string[])["rtl.f", "scripts/vivado.tcl", "scripts/quartus.tcl", "scripts/yosys.ys", "random-net.core", "component.xml"])
                Assert.Contains(path, File.ReadAllText(folder[list]), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Vectors_SameDesignTwice_AreTheSameAndSmall(string design)
    {
        using HandoverFolder first = new(Design(design)), second = new(Design(design));
        Assert.Equal(first.Files, second.Files);
        Assert.InRange(new FileInfo(first["tb/stimulus.hex"]).Length + new FileInfo(first["tb/expected.hex"]).Length, 1, 200_000);
        Assert.Equal(first.Plan.Shape.Streams, first.Vectors.Expected.Select(b => b.Stream).Distinct().Count());
        Assert.Contains(first.Vectors.Expected, b => b.Words.Any(w => w != 0));
    }

    [Fact]
    public void Vectors_LongSequences_AreCut()
    {
        AcceleratorPlan plan = Gru.Plan();
        long[][] endless = [.. Enumerable.Range(0, 100_000).Select(_ => new long[plan.Input.Size])];
        TestVectors vectors = HandoverVectors.Create(plan, [endless, endless], 1);
        Assert.InRange(vectors.Stimulus.Count * HandoverPrinter.RowLength(plan), 1, 200_000);
    }

    private static RandomDesign Design(string name) => name switch { "gru" => Gru, "lstm" => Lstm, _ => Conv };

    /// <summary>Lanes of whole beats, little-endian.</summary>
    private static IEnumerable<byte> Bytes(AcceleratorPlan plan, IReadOnlyList<long> words, int beats) =>
        Enumerable.Range(0, beats * plan.BlockSize).SelectMany(i => Enumerable.Range(0, plan.StreamLaneBits / 8).Select(b => (byte)((i < words.Count ? words[i] : 0) >> (8 * b))));

    private static string List<T>(IEnumerable<T> values) where T : IFormattable => string.Join(", ", values.Select(v => v.ToString(null, CultureInfo.InvariantCulture)));

    [GeneratedRegex(@"^    (input|output) +wire +(?:\[(\d+):0\] +)?(\w+)", RegexOptions.Multiline)]
    private static partial Regex Port();

    [GeneratedRegex(@"\b(rtl|mem|tb|scripts|include|driver|sim)/[\w-]+\.(v|hex|tcl|xdc|sdc|ys|h|c|cpp)\b")]
    private static partial Regex Path();
}
