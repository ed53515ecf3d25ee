using Scriban;

namespace HwGen.Cli.Report;

/// <summary>The report as one HTML page that needs nothing else. The same model gives the same bytes.</summary>
public static class ReportPage
{
    public static string Render(ReportModel model)
    {
        var template = Template.Parse(EmbeddedText.Read("report.html.sbn").ReplaceLineEndings("\n"), "report.html.sbn");
        if (template.HasErrors) throw new InvalidOperationException(string.Join('\n', template.Messages));
        return template.Render(new HtmlTemplateContext(new ReportView(model)));
    }
}
