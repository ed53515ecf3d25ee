using HwGen.Cli.Files;
using HwGen.Cli.Results;

namespace HwGen.Cli.Report;

/// <summary>Puts a report into a workspace.</summary>
public static class ReportFiles
{
    public static ReportResult Write(ReportModel model, Workspace workspace)
    {
        AtomicFile.WriteText(workspace.ReportData, JsonText.Page(model));
        AtomicFile.WriteText(workspace.ReportPage, ReportPage.Render(model));
        return new(model.Design, workspace.ReportPage, workspace.ReportData);
    }
}
