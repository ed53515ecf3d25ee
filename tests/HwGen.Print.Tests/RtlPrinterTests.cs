using System.Text.RegularExpressions;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using HwGen.Print;
using HwGen.Tests;
using Scriban.Runtime;
using Scriban.Syntax;

namespace HwGen.Print.Tests;

public sealed class RtlPrinterTests
{
    public static TheoryData<int, int> Designs()
    {
        var data = new TheoryData<int, int>();
        foreach (int k in new[] { 1, 2, 4, 8, 64 })
            foreach (int bits in new[] { 4, 12, 18 }) data.Add(k, bits);
        return data;
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public async Task Print_AnyDesign_PassesLintSilently(int k, int bits)
    {
        AcceleratorPlan plan = Plan(k, bits);
        using var folder = new PrintedFolder(plan);
        Assert.Equal("", await folder.RunAsync("verilator", "--lint-only", "-Wall", "--top-module", plan.ModuleName, "-f", "rtl.f"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Print_SmallDesign_IsReadByYosys(int k)
    {
        AcceleratorPlan plan = Plan(k, 6);
        using var folder = new PrintedFolder(plan);
        string files = string.Join(' ', RtlPrinter.Print(plan).Where(f => f.Path.EndsWith(".v", StringComparison.Ordinal)).Select(f => f.Path));
        string log = await folder.RunAsync("yosys", "-q", "-p", $"read_verilog {files}; hierarchy -check -top {plan.ModuleName}; proc; check -assert");
        Assert.DoesNotContain("ERROR", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(8, 12)]
    public void Print_SamePlanTwice_GivesTheSameBytes(int k, int bits)
    {
        IReadOnlyList<OutputFile> first = RtlPrinter.Print(Plan(k, bits)), second = RtlPrinter.Print(Plan(k, bits));
        Assert.Equal(first, second);
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Print_AnyDesign_HasOneModuleAFileAndCleanText(int k, int bits)
    {
        AcceleratorPlan plan = Plan(k, bits);
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
        Assert.Equal(plan.Images.Select(i => "mem/" + i.FileName).Order(), files.Select(f => f.Path).Where(p => p.StartsWith("mem/", StringComparison.Ordinal)).Order());
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

    private static AcceleratorPlan Plan(int k, int bits) =>
        new RandomDesign(700 + k + bits, k, bits, 2, k + 1, [k + 2], Math.Max(2, k / 2 + 1)).Plan();

    private static string Repository(string folder) =>
        File.Exists(Path.Combine(folder, "HwGen.sln")) ? folder
        : Repository(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("HwGen.sln is above no folder of the tests."));

    private static Regex Modules() => new(@"^module (\w+)", RegexOptions.Multiline);
}
