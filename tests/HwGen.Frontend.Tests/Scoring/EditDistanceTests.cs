using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Tests.Scoring;

public sealed class EditDistanceTests
{
    [Fact]
    public void Count_AllShortStrings_MatchesRecursion()
    {
        byte[][] strings = [.. Enumerable.Range(0, 5).SelectMany(length => Paths.All(length, 3))];
        var fewer = strings.Where(s => s.Length <= 3).ToArray();
        foreach (var reference in strings)
            foreach (var hypothesis in fewer)
                Assert.Equal(Recursive(reference, hypothesis), EditDistance.Count(reference, hypothesis));
    }

    [Fact]
    public void Count_EmptyHypothesis_DeletesAll() =>
        Assert.Equal(new ErrorCounts(0, 3, 0, 3), EditDistance.Count([1, 2, 3], []));

    [Fact]
    public void Count_EmptyReference_InsertsAll()
    {
        var counts = EditDistance.Count([], [1, 2]);
        Assert.Equal(new ErrorCounts(2, 0, 0, 0), counts);
        Assert.Equal(double.PositiveInfinity, counts.Rate);
        Assert.Equal(0, EditDistance.Count([], []).Rate);
    }

    [Fact]
    public void Count_EquallyFewEdits_PrefersSubstitutions() =>
        Assert.Equal(new ErrorCounts(0, 0, 2, 2), EditDistance.Count([0, 1], [1, 2]));

    [Fact]
    public void Add_TwoUtterances_RateIsOverBothLengths()
    {
        var sum = EditDistance.Count([1, 2, 3], [1, 3]) + EditDistance.Count([4], [5, 4]);
        Assert.Equal(new ErrorCounts(1, 1, 0, 4), sum);
        Assert.Equal(0.5, sum.Rate);
    }

    /// <summary>Tries every way, and keeps the one with the fewest edits, then the most substitutions.</summary>
    private static ErrorCounts Recursive(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> hypothesis)
    {
        var ways = new List<ErrorCounts>();
        if (reference.IsEmpty && hypothesis.IsEmpty) return default;
        if (!hypothesis.IsEmpty) ways.Add(Recursive(reference, hypothesis[1..]) + new ErrorCounts(1, 0, 0, 0));
        if (!reference.IsEmpty) ways.Add(Recursive(reference[1..], hypothesis) + new ErrorCounts(0, 1, 0, 1));
        if (!reference.IsEmpty && !hypothesis.IsEmpty)
            ways.Add(Recursive(reference[1..], hypothesis[1..]) + new ErrorCounts(0, 0, reference[0] == hypothesis[0] ? 0 : 1, 1));
        return ways.OrderBy(w => w.Errors).ThenByDescending(w => w.Substitutions).First();
    }
}
