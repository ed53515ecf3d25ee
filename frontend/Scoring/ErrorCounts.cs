namespace HwGen.Frontend.Scoring;

/// <summary>Edits between recognised and true labels; adds up over utterances.</summary>
/// <param name="Insertions">Labels recognised where there is none.</param>
/// <param name="Deletions">True labels that were missed.</param>
/// <param name="Substitutions">True labels recognised as another one.</param>
/// <param name="ReferenceLength">True labels.</param>
public readonly record struct ErrorCounts(long Insertions, long Deletions, long Substitutions, long ReferenceLength)
{
    public long Errors => Insertions + Deletions + Substitutions;

    /// <summary>Label (phone) error rate, from 0, above 1 when more was inserted than recognised. Against an empty reference 0 without errors and +∞ with them.</summary>
    public double Rate => Errors == 0 ? 0 : (double)Errors / ReferenceLength;

    public static ErrorCounts operator +(ErrorCounts a, ErrorCounts b) =>
        new(a.Insertions + b.Insertions, a.Deletions + b.Deletions, a.Substitutions + b.Substitutions, a.ReferenceLength + b.ReferenceLength);
}
