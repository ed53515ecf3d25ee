using Microsoft.Playwright;

namespace HwGen.Cli.Tests.Report;

/// <summary>Debian's Chromium without a window, cut off from any network.</summary>
public sealed class Browser : IAsyncLifetime
{
    public const string Program = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (BrowserFactAttribute.Missing is not null) return;      // the tests are skipped then
        if (!File.Exists(Program)) throw new InvalidOperationException($"There is no {Program}: ./build.sh setup installs it.");
        _playwright = await Playwright.CreateAsync();
        // In a container there is neither a user namespace for the sandbox nor much shared memory.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a page from disk. Requests are noted, and those that leave the disk refused; so are errors of its script.</summary>
    public async Task<(IPage Page, List<string> Trouble)> OpenAsync(string file)
    {
        var context = await _browser!.NewContextAsync(new() { Offline = true, AcceptDownloads = true });
        // A busy machine is no failure: nothing here is a matter of time.
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        var trouble = new List<string>();
        page.PageError += (_, message) => trouble.Add(message);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") trouble.Add(message.Text);
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) trouble.Add(request.Url);
        };
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return (page, trouble);
    }
}

/// <summary>A test that is skipped by name where Debian's Chromium can't be; where it can, it must.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Missing;

    /// <summary>Why there is no browser; null on Linux.</summary>
    public static string? Missing => OperatingSystem.IsLinux() ? null : $"No {Browser.Program} on this system.";
}
