using System.Xml.Linq;
using HwGen.Cli.Report;
using Microsoft.Playwright;

namespace HwGen.Cli.Tests.Report;

/// <summary>The page of a sweep in a real browser, from disk and off line.</summary>
public sealed class SweepPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Render_SameModel_GivesTheSameBytes() => Assert.Equal(SweepPage.Render(SweepSample.Model), SweepPage.Render(SweepSample.Model));

    [Fact]
    public void Plot_OfASweep_IsSvgWithAMarkForEachPointThatHasFigures()
    {
        XNamespace svg = "http://www.w3.org/2000/svg";

        var root = XDocument.Parse(FrontPlot.Render(SweepSample.Model)).Root!;

        Assert.Equal(svg + "svg", root.Name);
        Assert.True(root.Descendants(svg + "ellipse").Count() + root.Descendants(svg + "circle").Count() >= 5);
    }

    [Fact]
    public void Plot_OfNothing_IsStillSvg() =>
        Assert.Equal("svg", XDocument.Parse(FrontPlot.Render(SweepSample.Model with { Points = [SweepSample.Model.Points[^1]] })).Root!.Name.LocalName);

    [BrowserFact]
    public async Task Page_Opened_ShowsAllPointsAndAsksForNothing()
    {
        var (page, trouble) = await OpenAsync();

        Assert.Equal(5, await page.Locator("#plot .point").CountAsync());
        Assert.Equal(4, await page.Locator("#plot .point.front").CountAsync());
        Assert.Equal("5 of 6 points", await page.Locator("#count").TextContentAsync());
        Assert.Equal("accuracy", await page.Locator("#y").InputValueAsync());
        Assert.Equal("cycles_per_frame", await page.Locator("#x").InputValueAsync());
        Assert.Contains("block_size 8, bits 8: too <few> bits", await page.Locator("#failures").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(trouble);
    }

    [BrowserFact]
    public async Task Axis_Chosen_MovesThePoints()
    {
        var (page, trouble) = await OpenAsync();
        var point = page.Locator("[data-name=point-2-8]");
        string? before = await point.GetAttributeAsync("cx");

        await page.SelectOptionAsync("#x", "accuracy");

        Assert.NotEqual(before, await point.GetAttributeAsync("cx"));
        await page.SelectOptionAsync("#x", "cycles_per_frame");
        Assert.Equal(before, await point.GetAttributeAsync("cx"));
        Assert.Empty(trouble);
    }

    [BrowserFact]
    public async Task Filters_Set_LeaveWhatPasses()
    {
        var (page, _) = await OpenAsync();

        await page.GetByLabel("8", new() { Exact = true }).Last.UncheckAsync();     // of quantization.bits
        Assert.Equal(["point-2-12", "point-4-12", "point-8-12"], await Shown(page));
        await page.GetByLabel("Accuracy, %, at least").FillAsync("85");
        Assert.Equal(["point-2-12", "point-4-12"], await Shown(page));
        await page.Locator("#only").CheckAsync();
        Assert.Equal(["point-4-12"], await Shown(page));
        await page.Locator("#reset").ClickAsync();
        Assert.Equal(5, (await Shown(page)).Count);
        await page.GetByLabel("Cycles a frame, at most").FillAsync("1");
        Assert.Contains("No point", await page.Locator("#plot").TextContentAsync(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Point_Clicked_ShowsItsDesignAndReport()
    {
        var (page, trouble) = await OpenAsync();

        await page.Locator("[data-name=point-8-12]").ClickAsync();

        Assert.True(await page.Locator("#detail").IsVisibleAsync());
        Assert.Equal("point-8-12", await page.Locator("#title").TextContentAsync());
        Assert.Equal(SweepSample.Hostile, await page.Locator("#text").TextContentAsync());
        Assert.Equal("../point-8-12/report.html", await page.Locator("#report a").GetAttributeAsync("href"));
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("#save").ClickAsync());
        Assert.Equal("point-8-12.yaml", download.SuggestedFilename);
        Assert.Equal(SweepSample.Hostile, await File.ReadAllTextAsync(await download.PathAsync()));
        Assert.Empty(trouble);
    }

    [BrowserFact]
    public async Task Keyboard_Alone_ReachesAndOpensEveryPoint()
    {
        var (page, _) = await OpenAsync();
        await page.Locator("#colour").FocusAsync();

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Home");
        var visited = new List<string?>();
        for (int i = 0; i < 5; i++)
        {
            visited.Add(await Focused(page));
            await page.Keyboard.PressAsync("ArrowRight");
        }
        Assert.Equal(["point-8-12", "point-4-8", "point-4-12", "point-2-8", "point-2-12"], visited);
        await page.Keyboard.PressAsync("ArrowUp");
        Assert.Equal("point-2-8", await Focused(page));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("point-2-8", await page.Locator("#title").TextContentAsync());
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.Locator("#detail").IsVisibleAsync());
        Assert.Equal("point-2-8", await Focused(page));
    }

    [BrowserFact]
    public async Task Table_HeaderClicked_SortsBothWays()
    {
        var (page, _) = await OpenAsync();
        var header = page.Locator("#head").GetByText("Accuracy, %");

        await header.ClickAsync();
        Assert.Equal("point-2-8", (await Shown(page))[0]);
        await header.ClickAsync();
        Assert.Equal("point-8-12", (await Shown(page))[0]);
    }

    private static Task<string?> Focused(IPage page) => page.EvaluateAsync<string?>("document.activeElement.dataset.name");

    private static async Task<IReadOnlyList<string>> Shown(IPage page) => await page.Locator("#rows button").AllTextContentsAsync();

    private Task<(IPage Page, List<string> Trouble)> OpenAsync()
    {
        string file = _folder.Write("explore.html", SweepPage.Render(SweepSample.Model));
        return browser.OpenAsync(file);
    }
}
