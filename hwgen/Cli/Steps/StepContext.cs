using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Core.Design;

namespace HwGen.Cli.Steps;

/// <summary>All that a step of the pipeline is told.</summary>
/// <param name="Design">Checked; <c>Data.Path</c> is resolved against the design file's folder.</param>
/// <param name="Workspace">Where to read and write; locked.</param>
/// <param name="Device">The <c>--device</c> option, "auto" when not given.</param>
/// <param name="Progress">What the user sees meanwhile.</param>
public sealed record StepContext(DesignFile Design, Workspace Workspace, string Device, StepProgress Progress);
