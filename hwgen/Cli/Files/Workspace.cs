using HwGen.Core;

namespace HwGen.Cli.Files;

/// <summary>Where everything about one design lies, below the folder given by <c>--out</c>.</summary>
public sealed class Workspace
{
    /// <param name="root">As the user named it; paths are printed that way.</param>
    /// <param name="design">The design's name.</param>
    public Workspace(string root, string design)
    {
        string below = root == "." ? "" : root;
        Rtl = Path.Join(below, "rtl-out", design);
        Artifacts = Path.Join(below, "artifacts", design);
        Stages = new(Path.Join(Artifacts, "stages"));
    }

    /// <summary>Verilog, memory images and the testbench: all that <c>verify</c> reads.</summary>
    public string Rtl { get; }

    /// <summary>Checkpoints, the simulator's build, stamps and the report.</summary>
    public string Artifacts { get; }

    public StageStore Stages { get; }

    public string ReportPage => Path.Join(Artifacts, "report.html");

    public string ReportData => Path.Join(Artifacts, "report.json");

    /// <summary>Keeps a second hwgen off this design until disposed, and clears up after a killed one.</summary>
    /// <exception cref="ToolException">Another hwgen is at work here.</exception>
    public IDisposable Lock()
    {
        Directory.CreateDirectory(Artifacts);
        FileStream file;
        try
        {
            file = new FileStream(Path.Join(Artifacts, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new ToolException("hwgen", $"lock {Path.Join(Artifacts, ".lock")}", e.Message,
                "another hwgen works on this design here: wait for it, or give another folder with --out");
        }
        AtomicDirectory.Recover(Rtl);
        return file;
    }
}
