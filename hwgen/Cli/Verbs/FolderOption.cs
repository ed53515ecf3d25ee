using System.CommandLine;

namespace HwGen.Cli.Verbs;

/// <summary>The folder of artifacts, for verbs whose <c>--out</c> names a file.</summary>
internal static class FolderOption
{
    public static Option<string> Create() => new("--root")
    {
        Description = "The folder that holds rtl-out/ and artifacts/.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
    };
}
