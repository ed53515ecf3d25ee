using HwGen.Explore;

namespace HwGen.Cli.Results;

/// <param name="Seed">Of the first design; the others' follow.</param>
/// <param name="Designs">Drawn, generated, linted and simulated.</param>
/// <param name="Words">Words compared.</param>
/// <param name="Failures">Designs with a lint warning, a word that differs or a cycle that was not predicted.</param>
public sealed record VerifyRandomResult(int Seed, int Designs, long Words, IReadOnlyList<RandomOutcome> Failures) : VerbResult
{
    /// <summary>Mutants that may survive, as a share: those that compute the same.</summary>
    private const double SurvivingShare = 0.01;

    /// <summary>Mutants of all designs.</summary>
    public int Faults { get; init; }

    /// <summary>Mutants that were not found.</summary>
    public IReadOnlyList<string> Survivors { get; init; } = [];

    public override bool Passed => Words > 0 && Failures.Count == 0 && Survivors.Count <= SurvivingShare * Faults;

    internal override IEnumerable<string> Lines() =>
    [
        $"{Show.Count(Designs)} designs from seed {Seed}, {Show.Count(Words)} words compared, {Failures.Count} failed",
        .. Failures.Select(f => $"seed {f.Seed}: {f.Complaint}"),
        .. Faults == 0 ? (string[])[] : [$"{Show.Count(Faults)} mutants, {Show.Count(Faults - Survivors.Count)} found"],
        .. Survivors.Select(s => $"survived {s}"),
    ];
}
