using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HwGen.Cli.Files;
using HwGen.Cli.Report;

namespace HwGen.Cli.Tests.Report;

public sealed partial class ReportPageTests
{
    [Fact]
    public void Render_SameModelTwice_SameBytes() => Assert.Equal(ReportPage.Render(Sample.Model), ReportPage.Render(Sample.Model));

    [Fact]
    public void Render_Sample_ShowsEverySection()
    {
        string page = ReportPage.Render(Sample.Model);

        Assert.Contains("<h1>sample-net</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<strong>Bit-exact</strong>", page, StringComparison.Ordinal);
        Assert.Contains("83,886,080 words compared over 512 sequences, none differs.", page, StringComparison.Ordinal);
        Assert.Contains("<td>RTL, decoded from its output words</td><td class=\"number\">88.28 %</td><td>the first 512 test images</td>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Step, interleaved</dt><dd>75 cycles, 0.75 µs</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Compression</dt><dd>6.781 times</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Faults found</dt><dd>20 of 20</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"name\">gru0.candidate</td><td>Q3.8</td><td>±8</td><td>±8.4</td><td class=\"number\">105.00 %</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"name\">gru0 IFFT output</td><td>-7 to 7</td><td class=\"number\">14</td><td class=\"number\">12</td><td>saturates</td>", page, StringComparison.Ordinal);
        Assert.Equal(5, Plot().Count(page));
        // From the accumulator's last place, 2^-18, to its limit, 2^11: 29 powers of two, of which Q3.8's frame begins at the tenth.
        Assert.Contains("powers of two from 2<sup>-18</sup> to 2<sup>11</sup>", page, StringComparison.Ordinal);
        Assert.Contains("<rect class=\"fill\" y=\"2\" width=\"72.66\" height=\"6\"/><rect class=\"span\" x=\"34.48\" width=\"37.93\" height=\"10\"/><path d=\"M62.07 0V10\"/>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Sample_NeedsNothingElse()
    {
        string page = ReportPage.Render(Sample.Model);

        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("rgb(", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', page);
    }

    [Fact]
    public void Render_Plots_AreWellFormedWithUniqueNames()
    {
        string page = ReportPage.Render(Sample.Model);

        string[] ids = [.. Plot().Matches(page).SelectMany(m => XElement.Parse(m.Value).Descendants().Attributes("id")).Select(a => a.Value)];
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("{{ 1 + 1 }} & ]]>")]
    public void Render_HostileText_IsEscapedEverywhere(string text)
    {
        var hostile = Sample.Model with
        {
            Design = text,
            Accuracy = [new(text, 0.5, text)],
            Utilization = [new(text, 1, 0.5)],
            Verification = Sample.Model.Verification with { FirstDivergence = text, Mismatches = 1 },
            Tensors = [new(text, 12, 8, 1, 0)],
            Widths = [new(text, -1, 1, 1, 1, false)],
            Training = [new(text, 0, 1), new(text, 1, 0.5), new("other", 2, 0.4)],
            Activations = [new(text, [new(0, 0), new(1, 0.5)])],
        };

        string page = ReportPage.Render(hostile);

        Assert.DoesNotContain(text, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains(text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal), page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_OneMismatch_SaysNotProvenAndWhere()
    {
        var broken = Sample.Model with { Verification = Sample.Model.Verification with { Mismatches = 1, FirstDivergence = "layer 0, step 3, bin Re2: expected 17, got -17" } };

        string page = ReportPage.Render(broken);

        Assert.Contains("<div class=\"verdict bad\">", page, StringComparison.Ordinal);
        Assert.Contains("<p>First difference: layer 0, step 3, bin Re2: expected 17, got -17</p>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NothingCompared_IsNotProven() =>
        Assert.Contains("<strong>Not proven</strong>", ReportPage.Render(Sample.Model with { Verification = new(0, 0, 0, 0, 0) }), StringComparison.Ordinal);

    [Fact]
    public void Render_EmptyListsAndNoNumbers_LeavesSectionsOut()
    {
        string page = ReportPage.Render(Sample.Model with { Utilization = [], Tensors = [], Widths = [], Training = [], Admm = [], Activations = [] });

        Assert.DoesNotContain("<h2>Curves</h2>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Proven widths</h2>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_DivergedTraining_DrawsWhatIsFinite() =>
        Assert.Contains("<h3>Training loss</h3>", ReportPage.Render(Sample.Model with { Training = [new("dense", 0, 2.3), new("dense", 1, double.NaN)] }), StringComparison.Ordinal);

    [Fact]
    public void Write_Workspace_HasPageAndTheSameModelAsJson()
    {
        using var folder = new TemporaryFolder();

        var result = ReportFiles.Write(Sample.Model, new Workspace(folder.Path, "sample-net"));

        Assert.Equal(ReportPage.Render(Sample.Model), File.ReadAllText(result.Page));
        using var json = JsonDocument.Parse(File.ReadAllText(result.Data));
        Assert.Equal(0.8831, json.RootElement.GetProperty("accuracy")[0].GetProperty("accuracy").GetDouble());
        Assert.Equal(75, json.RootElement.GetProperty("cycles").GetProperty("perFrame").GetInt64());
        Assert.Equal(4096, json.RootElement.GetProperty("activations")[1].GetProperty("points").GetArrayLength());
        Assert.Equivalent(Sample.Model, JsonText.Read<ReportModel>(File.ReadAllText(result.Data)), strict: true);
    }

    [GeneratedRegex("<svg viewBox=\"0 0 420.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Plot();
}
