using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Cli.Tests.EndToEnd;
using HwGen.Core.Design;
using HwGen.Frontend.Data;

namespace HwGen.Cli.Tests;

/// <summary>`hwgen compare` in this process, on tiny data.</summary>
public sealed class ComparisonTests : IDisposable
{
    private const string Design = """
        name: tiny
        data: { name: fashion-mnist, path: data }
        network:
          layers:
            - { type: gru, hidden: 4, block_size: 2 }
            - { type: dense, outputs: 10, block_size: 1 }
        training:
          batch_size: 16
          dense: { epochs: 1, learning_rate: 0.01 }
          admm: { epochs: 1, learning_rate: 0.01, rho: 0.01, iterations_per_epoch: 1 }
          retrain: { epochs: 2, learning_rate: 0.01 }
        quantization: { bits: 10 }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly List<DataSettings> _loads = [];
    private readonly SharedData _data;

    public ComparisonTests()
    {
        TinyData.Write(_folder["data"], 32, 20);
        _data = new((settings, cache, progress, cancel) =>
        {
            _loads.Add(settings);
            return DataSets.Load(settings, cache, progress, cancel);
        });
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RunAsync_ManyTrainings_LoadTheirDataOnce(int workers)
    {
        // Two designs, two seeds, two ways, with and without rounding: sixteen trainings, eight scores of rounded networks.
        var result = await RunAsync(["tiny", "other"], [CompressionMethod.Admm, CompressionMethod.Scratch], bits: [4], seeds: 2, workers);

        Assert.Equal(["tiny", "other"], result.Networks.Select(n => n.Design));
        Assert.Single(_loads);
    }

    [Fact]
    public async Task RunAsync_DataChangedSince_AreLoadedAgain()
    {
        await RunAsync(["tiny"], [CompressionMethod.Scratch]);
        TinyData.Write(_folder["data"], 48, 20);
        await RunAsync(["tiny"], [CompressionMethod.Scratch]);

        Assert.Equal(2, _loads.Count);
    }

    [Theory]
    [InlineData("dense 1; admm 1 and 2 more after the projection; batches of 16", CompressionMethod.Admm)]
    [InlineData("dense 1; projection 3; scratch 4; batches of 16", CompressionMethod.Projection, CompressionMethod.Scratch)]
    public async Task RunAsync_SomeWays_TellsTheirEpochsOnly(string expected, params CompressionMethod[] methods)
    {
        var result = await RunAsync(["tiny"], methods);

        Assert.EndsWith($"\nEpochs: tiny: {expected}.\n", result.Markdown("hwgen compare"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_RectifiedUnits_TellsHowManyStayAt0()
    {
        Assert.DoesNotContain("ilent", (await RunAsync(["tiny"], [CompressionMethod.Scratch])).Markdown("hwgen compare"), StringComparison.Ordinal);

        var result = await RunAsync(["units"], [CompressionMethod.Scratch], seeds: 2, layers: "    - { type: dense, outputs: 30, rectify: true, block_size: 2 }");

        Assert.All(result.Networks[0].Tests[0].Rows, row =>
        {
            Assert.Equal(2, row.SilentUnits!.Count);
            Assert.InRange(row.SilentUnits.Mean, 0, 0.9);
        });
        Assert.Contains("| silent units |", result.Markdown("hwgen compare"), StringComparison.Ordinal);
    }

    private async Task<CompareResult> RunAsync(string[] names, CompressionMethod[] methods, int[]? bits = null, int seeds = 1, int workers = 1, string layers = "")
    {
        DesignFile[] designs = [.. names.Select(name => DesignLoader.Load(_folder.Write($"{name}.yaml", Design.Replace("tiny", name, StringComparison.Ordinal).Replace("    - { type: dense", layers + "\n    - { type: dense", StringComparison.Ordinal))))];
        var comparison = new Comparison(_folder.Path, "cpu", workers, _data);
        return new(await comparison.RunAsync(designs, [2], methods, bits ?? [], seeds, new PlainProgress(TextWriter.Null, TimeProvider.System), default));
    }
}
