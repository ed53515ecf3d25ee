using System.Globalization;
using System.Text.RegularExpressions;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using HwGen.Print;
using Scriban.Runtime;
using Scriban.Syntax;

namespace HwGen.Print.Tests;

public sealed class RtlPrinterTests
{
    /// <summary>The edges of k and b, and whatever comes.</summary>
    public static TheoryData<string> Designs() =>
    [
        .. from k in new[] { 1, 2, 64 } from bits in new[] { 4, 18 } select $"k {k}, {bits} bits",
        .. Enumerable.Range(1000, 16).Select(seed => $"seed {seed}"),
    ];

    [Fact]
    public void Designs_Seeds_CoverEveryKindOfLayerAndUnit()
    {
        AcceleratorPlan[] plans = [.. ((IEnumerable<object[]>)Designs()).Select(d => Plan((string)d[0]))];
        LayerDescription[] layers = [.. plans.SelectMany(p => p.Layers)];
        Assert.Contains(layers, l => l is GruLayer { LinearBeforeReset: true });
        Assert.Contains(layers, l => l is GruLayer { LinearBeforeReset: false });
        Assert.Contains(layers, l => l is LstmLayer { Peepholes: true, Projection: > 0 });
        Assert.Contains(layers, l => l is LstmLayer { Peepholes: false, Projection: 0 });
        Assert.Contains(layers, l => l is ConvLayer);
        Assert.Contains(layers, l => l is PoolLayer);
        Assert.Contains(layers, l => l is DenseLayer { Rectify: true });
        Assert.Contains(plans, p => p.IsMixed);
        Assert.Contains(plans, p => p.Shape is { Columns: > 1, IfftUnits: > 1, Streams: > 1 });
        Assert.Contains(plans, p => p.Slices > 1);
        Assert.Contains(plans, p => p.ReloadableWeights);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public async Task Print_AnyDesign_PassesLintSilently(string design)
    {
        AcceleratorPlan plan = Plan(design);
        using var folder = new PrintedFolder(plan);
        Assert.Equal("", await folder.RunAsync("verilator", "--lint-only", "-Wall", "--top-module", plan.ModuleName, "-f", "rtl.f"));
    }

    /// <summary>By Yosys's own scales a memory that fills less than half of its blocks goes to tables, 1,800 of them for 239 rows of 480 bits.</summary>
    [Theory]
    [InlineData(64, true)]
    [InlineData(8, false)]
    public async Task Print_Weights_AskForBlockMemoryWhereTheyAreLarge(int hidden, bool large)
    {
        AcceleratorPlan plan = new RandomDesign(31, [new GruLayer(hidden, hidden, 4), new DenseLayer(hidden, 4, 4)], 12, new(1, 100, 1) { ColumnsPerCycle = 2 }).Plan();
        Assert.Equal(large, plan.Images.Any(i => i.InBlocks));
        string array = RtlPrinter.Print(plan).Single(f => f.Path.EndsWith("_pe_array.v", StringComparison.Ordinal)).Text;
        Assert.Equal(large, array.Contains(".BLOCKS(1)", StringComparison.Ordinal));
        using var folder = new PrintedFolder(plan);
        Assert.Equal("", await folder.RunAsync("verilator", "--lint-only", "-Wall", "--top-module", plan.ModuleName, "-f", "rtl.f"));
    }

    [Theory]
    [InlineData("k 2, 6 bits")]
    [InlineData("k 4, 6 bits")]
    public async Task Print_SmallDesign_IsReadByYosys(string design)
    {
        AcceleratorPlan plan = Plan(design);
        using var folder = new PrintedFolder(plan);
        string files = string.Join(' ', RtlPrinter.Print(plan).Where(f => f.Path.EndsWith(".v", StringComparison.Ordinal)).Select(f => f.Path));
        string log = await folder.RunAsync("yosys", "-q", "-p", $"read_verilog {files}; hierarchy -check -top {plan.ModuleName}; proc; check -assert");
        Assert.DoesNotContain("ERROR", log, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Print_SamePlanTwice_GivesTheSameBytes(string design) =>
        Assert.Equal(RtlPrinter.Print(Plan(design)), RtlPrinter.Print(Plan(design)));

    [Theory]
    [MemberData(nameof(Designs))]
    public void Print_AnyDesign_HasOneModuleAFileAndCleanText(string design)
    {
        AcceleratorPlan plan = Plan(design);
        IReadOnlyList<OutputFile> files = RtlPrinter.Print(plan);
        Assert.Equal(files.Count, files.Select(f => f.Path).Distinct().Count());
        foreach (OutputFile file in files)
        {
            Assert.DoesNotContain('\r', file.Text);
            Assert.DoesNotContain('\uFEFF', file.Text);
            Assert.DoesNotMatch(@"\b(19|20)\d\d-\d\d-\d\d\b|/(home|tmp|root)/|[A-Z]:\\", file.Text);
            Assert.DoesNotContain(Environment.MachineName, file.Text, StringComparison.Ordinal);
            Assert.EndsWith("\n", file.Text, StringComparison.Ordinal);
            if (!file.Path.EndsWith(".v", StringComparison.Ordinal)) continue;
            Match module = Assert.Single(Modules().Matches(file.Text));
            Assert.Equal(Path.GetFileNameWithoutExtension(file.Path), module.Groups[1].Value);
            Assert.DoesNotContain(file.Text.Split('\n'), line => line.Length > 0 && char.IsWhiteSpace(line[^1]));
        }
        string[] listed = files.Single(f => f.Path == "rtl.f").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files.Select(f => f.Path).Where(p => p.EndsWith(".v", StringComparison.Ordinal)).Order(StringComparer.Ordinal), listed);
        Assert.Equal(plan.Images.Where(i => !i.Reloadable).Select(i => i.FileName).Concat(plan.Load is null ? [] : [WeightLoad.FileName]).Select(f => "mem/" + f).Order(), files.Select(f => f.Path).Where(p => p.StartsWith("mem/", StringComparison.Ordinal)).Order());
    }

    /// <summary>Widths, proven ranges and tables too are those of any weights.</summary>
    [Fact]
    public void Print_OtherReloadableWeights_ChangeTheLoadOnly()
    {
        var design = new RandomDesign(710, [new LstmLayer(5, 6, 3, true, 4, 4, 4), new GruLayer(3, 5, 4), new DenseLayer(5, 3, 4)], 9, new(2, 100, 1) { ReloadableWeights = true });
        TrainedNetwork network = design.Network();
        NetworkFormats formats = design.Formats(network);
        OutputFile[] files = [.. Print(network)], others = [.. Print((design with { Seed = 711 }).Network())];
        Assert.Equal(files.Where(f => f.Path != "mem/load.hex"), others.Where(f => f.Path != "mem/load.hex"));
        Assert.NotEqual(files.Single(f => f.Path == "mem/load.hex"), others.Single(f => f.Path == "mem/load.hex"));

        IReadOnlyList<OutputFile> Print(TrainedNetwork weights) => RtlPrinter.Print(AcceleratorPlan.Create("other-weights", weights, formats, design.Hardware));
    }

    /// <summary>HWGEN_WRITE_GOLDEN=1 writes it anew.</summary>
    [Fact]
    public void Print_FourPointFft_MatchesGolden()
    {
        TransformPlan plan = TransformBuilder.Forward(4, new FixedFormat(8, 7), new FixedFormat(10, 9), [0, 0]);
        string text = RtlPrinter.Print(plan, "fft4").Text, golden = Path.Combine(Repository(AppContext.BaseDirectory), "tests", "HwGen.Print.Tests", "Golden", "fft4.v");
        if (Environment.GetEnvironmentVariable("HWGEN_WRITE_GOLDEN") == "1") File.WriteAllText(golden, text);
        Assert.Equal(File.ReadAllText(golden), text);
        Assert.InRange(text.Count(c => c == '\n'), 10, 99);
    }

    [Fact]
    public void Render_NameThatTheModelLacks_Throws() =>
        Assert.Throws<ScriptRuntimeException>(() => TemplateSet.Render("pe_array.v.sbn", new ScriptObject { ["m"] = "x", ["k"] = 4 }));

    [Fact]
    public void Render_MemberThatAnObjectLacks_Throws()
    {
        var model = new ScriptObject { ["module_name"] = "x", ["twiddles"] = new[] { new ScriptObject { ["name"] = "T" } } };
        Assert.Throws<ScriptRuntimeException>(() => TemplateSet.Render("transform.v.sbn", model));
    }

    [Fact]
    public void Read_NoSuchTemplate_Throws() => Assert.Throws<ArgumentException>(() => TemplateSet.Read("nothing.v.sbn"));

    /// <param name="design">"seed S", or "k K, B bits": a GRU and a dense layer whose sizes k does not divide.</param>
    private static AcceleratorPlan Plan(string design)
    {
        int[] numbers = [.. Regex.Matches(design, @"\d+").Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))];
        return numbers is [var k, var bits]
            ? new RandomDesign(700 + k + bits, k, bits, 2, k + 1, [k + 2], Math.Max(2, k / 2 + 1)).Plan()
            : RandomDesign.DrawAny(numbers[0]).Plan();
    }

    private static string Repository(string folder) =>
        File.Exists(Path.Combine(folder, "HwGen.sln")) ? folder
        : Repository(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("HwGen.sln is above no folder of the tests."));

    private static Regex Modules() => new(@"^module (\w+)", RegexOptions.Multiline);
}
