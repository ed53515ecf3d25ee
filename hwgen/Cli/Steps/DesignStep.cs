namespace HwGen.Cli.Steps;

/// <summary>A step of the pipeline. Skips its work when it is up to date; leaves nothing half-written when cancelled.</summary>
/// <exception cref="Core.InputException">The input is wrong, or an earlier step has not run.</exception>
/// <exception cref="Core.ToolException">A tool is missing or failed.</exception>
public delegate Task<T> DesignStep<T>(StepContext context, CancellationToken cancellation);
