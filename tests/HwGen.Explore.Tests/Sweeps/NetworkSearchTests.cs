using HwGen.Explore.Sweeps;

namespace HwGen.Explore.Tests.Sweeps;

public sealed class NetworkSearchTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(6, 3)]
    [InlineData(7, 3)]
    public void Run_AccuracyFallsWithTheBlock_FindsWhatBruteForceFindsInFewTrainings(int sizes, int trainings)
    {
        for (int enough = 0; enough <= sizes; enough++)
        {
            NetworkChoice[] networks = [.. Enumerable.Range(0, sizes).Select(e => Network("gru", 1 << e, 1000 >> e))];
            int trained = 0;

            var search = new NetworkSearch(networks, double.PositiveInfinity, 10);
            NetworkChoice? found = search.Run(n =>
            {
                trained++;
                return Accuracy(n);
            }, () => 1 - enough * 0.1 + 0.05);

            NetworkChoice[] good = [.. networks.Where(n => Accuracy(n) >= 1 - enough * 0.1 + 0.05)];
            Assert.Equal(good.Length > 0 ? good.MinBy(n => n.Multiplies) : networks[0], found);
            Assert.InRange(trained, 1, trainings);
            Assert.Equal(networks, search.Decisions.Select(d => d.Network));
        }

        static double Accuracy(NetworkChoice n) => 1 - 0.1 * int.Log2(n.BlockSize);
    }

    [Fact]
    public void Run_SecondFamilyCostsMore_IsNotTrained()
    {
        NetworkChoice[] networks = [Network("lstm", 8, 400), Network("lstm", 16, 220), Network("gru", 8, 200), Network("gru", 16, 110)];
        var trained = new List<string>();

        NetworkChoice? found = new NetworkSearch(networks, double.PositiveInfinity, 5).Run(n =>
        {
            trained.Add(n.Name);
            return n.BlockSize == 8 ? 0.9 : 0.8;
        }, () => 0.85);

        Assert.Equal(["gru 16", "gru 8"], trained);
        Assert.Equal("gru 8", found!.Name);
    }

    [Fact]
    public void Run_OutOfBounds_IsSkippedWithTheReason()
    {
        NetworkChoice[] networks = [new("k1", "gru", 1, 1000, 90), new("k2", "gru", 2, 500, 45), new("k4", "gru", 4, 480, 22)];

        var search = new NetworkSearch(networks, 50, 5);
        NetworkChoice? found = search.Run(_ => 0.5, () => 0.9);

        Assert.Equal("k2", found!.Name);
        Assert.Equal("skipped: its weights fill 90 block memories, there are 50", search.Decisions[0].Why);
        Assert.Equal("not accurate enough", search.Decisions[1].Why);
        Assert.EndsWith("500 of k = 2: the saving has flattened", search.Decisions[2].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TrainingsUsedUp_TakesTheBestOfThem()
    {
        NetworkChoice[] networks = [.. Enumerable.Range(0, 6).Select(e => Network("gru", 1 << e, 1000 >> e))];

        var search = new NetworkSearch(networks, double.PositiveInfinity, 1);
        NetworkChoice? found = search.Run(_ => 0.5, () => 0.9);

        Assert.Equal(8, found!.BlockSize);
        Assert.Equal(3, search.Decisions.Count(d => d.Why == "skipped: 1 trainings are used up"));
    }

    private static NetworkChoice Network(string family, int k, long multiplies) => new($"{family} {k}", family, k, multiplies, 1);
}
