using HwGen.Cli.Progress;

namespace HwGen.Cli.Tests;

public sealed class PlainProgressTests
{
    [Fact]
    public void Report_ManyTimes_WritesAtMostOnceInTwoSeconds()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var clock = new HandClock();
        var progress = new PlainProgress(output, clock);

        for (int i = 0; i <= 40; i++, clock.Milliseconds += 100) progress.Report("train", i / 40.0, $"step {i}");
        progress.Note("done");

        Assert.Equal("train: 0 %, step 0\ntrain: 50 %, step 20\ntrain: 100 %, step 40\ndone\n", output.ToString());
    }

    private sealed class HandClock : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }
}
