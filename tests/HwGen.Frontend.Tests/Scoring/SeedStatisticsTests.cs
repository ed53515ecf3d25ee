using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Tests.Scoring;

public sealed class SeedStatisticsTests
{
    [Fact]
    public void Of_SeveralSeeds_DividesByOneLess() =>
        Assert.Equal(new SeedStatistics(4, 3, Math.Sqrt(20.0 / 3), 0, 6), SeedStatistics.Of([2, 4, 0, 6]));

    [Fact]
    public void Of_OneSeed_HasNoDeviation() => Assert.Equal(new SeedStatistics(1, 0.25, null, 0.25, 0.25), SeedStatistics.Of([0.25]));

    [Fact]
    public void Of_Nothing_Throws() => Assert.Throws<ArgumentException>(() => SeedStatistics.Of([]));
}
