namespace HwGen.Cli.Doctor;

/// <param name="Name">The tool.</param>
/// <param name="Found">It is here and answers.</param>
/// <param name="Version">As it says itself; null when it has none.</param>
/// <param name="NeededBy">Verbs that use it.</param>
/// <param name="Required">They cannot do without it.</param>
/// <param name="Install">The command that installs it.</param>
public sealed record ToolStatus(string Name, bool Found, string? Version, IReadOnlyList<string> NeededBy, bool Required, string Install);
