using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Frontend.Data.Speech;

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

    /// <summary>The design with its data where hwgen itself writes them, if it names no other place.</summary>
    /// <param name="root">As for the constructor.</param>
    public static DesignFile Place(DesignFile design, string root) => design.Data is { Name: DataSetName.Speech, Path: null }
        ? design with { Data = design.Data with { Path = Path.Join(root == "." ? "" : root, "artifacts", SpeechData.Subfolder) } } : design;

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
