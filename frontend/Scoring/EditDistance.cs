namespace HwGen.Frontend.Scoring;

/// <summary>The fewest edits that turn a reference into a hypothesis.</summary>
/// <remarks>Source: Wagner, Fischer, The String-to-String Correction Problem, J. ACM 21 (1974).</remarks>
public static class EditDistance
{
    /// <summary>Counts the edits of one utterance. Of several ways with equally few edits, one with the most substitutions
    /// counts, which settles all three numbers: deletions − insertions is the difference of the lengths.</summary>
    /// <param name="reference">The true labels.</param>
    /// <param name="hypothesis">The recognised labels.</param>
    public static ErrorCounts Count(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> hypothesis)
    {
        // One number orders by edits first and by insertions and deletions second.
        long edit = reference.Length + hypothesis.Length + 1L, shift = edit + 1;
        var row = new long[hypothesis.Length + 1];
        for (int j = 0; j < row.Length; j++) row[j] = j * shift;
        foreach (byte label in reference)
        {
            long diagonal = row[0];
            row[0] += shift;
            for (int j = 1; j < row.Length; j++)
            {
                long replaced = diagonal + (label == hypothesis[j - 1] ? 0 : edit);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + shift);
            }
        }
        var (edits, shifts) = Math.DivRem(row[^1], edit);
        long deletions = (shifts + reference.Length - hypothesis.Length) / 2;
        return new(shifts - deletions, deletions, edits - shifts, reference.Length);
    }
}
