using System.Text.Json;
using HwGen.Core;
using HwGen.Explore;

namespace HwGen.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("hwgen: error: Required command was not provided.\n'hwgen --help' says what there is.\n")]
    [InlineData("hwgen: error: Required command was not provided.\nhwgen: error: Unrecognized command or argument 'explore'.\n'hwgen --help' says what there is.\n", "explore")]
    [InlineData("hwgen: error: Required argument 'DESIGN' missing for command: 'train'.\n'hwgen train --help' says what there is.\n", "train")]
    [InlineData("hwgen: error: Unrecognized command or argument '--fast'.\n'hwgen train --help' says what there is.\n", "train", "x.yaml", "--fast")]
    [InlineData("hwgen: error: Argument 'tpu' not recognized. Must be one of:\n\t'auto'\n\t'cuda'\n\t'opencl'\n\t'cpu'\n\t'pocl'\n\t'cpu-sim'\n'hwgen train --help' says what there is.\n", "train", "x.yaml", "--device", "tpu")]
    [InlineData("hwgen: error: --inject-fault 0 is too small: give at least 1.\n'hwgen verify --help' says what there is.\n", "verify", "x.yaml", "--inject-fault", "0")]
    [InlineData("hwgen: error: --accuracy-loss: write a number from 0 to 100.\n'hwgen quantize --help' says what there is.\n", "quantize", "x.yaml", "--accuracy-loss", "-1")]
    [InlineData("hwgen: error: Cannot parse argument 'many' for option '--inject-fault' as expected type 'System.Nullable`1[System.Int32]'.\n'hwgen verify --help' says what there is.\n", "verify", "x.yaml", "--inject-fault", "many")]
    public async Task Run_WrongUsage_ExitsWith2(string message, params string[] args)
    {
        var (exitCode, output, error) = await RunHwGen.Async(new FakePipeline().Verbs, args);

        Assert.Equal((2, "", message), (exitCode, output, error));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("train", "--help")]
    [InlineData("--version")]
    public async Task Run_HelpOrVersion_ExitsWith0(params string[] args)
    {
        var (exitCode, output, error) = await RunHwGen.Async(new FakePipeline().Verbs, args);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task Run_MissingDesignFile_IsALocatedErrorAndExitsWith2()
    {
        string file = folder["none.yaml"];

        var (exitCode, output, error) = await RunHwGen.Async(new FakePipeline().Verbs, "train", file, "--out", folder.Path);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Equal($"{file}:1:1: error: there is no such file: check the path, or write a design with 'hwgen new NAME'\n", error);
    }

    [Fact]
    public async Task Run_WrongDesignsWithJson_ListsEveryErrorOfEveryFile()
    {
        string first = folder.Write("a.yaml", FakePipeline.Design.Replace("bits: 12", "bits: -1", StringComparison.Ordinal).Replace("block_size: 4", "block_size: 3", StringComparison.Ordinal));
        string second = folder.Write("b.yaml", "");

        var (exitCode, output, error) = await RunHwGen.Async(new FakePipeline().Verbs, "run", first, second, "--json", "--out", folder.Path);

        Assert.Equal(2, exitCode);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(2, json.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Equal(
            [(first, 4, 44), (first, 5, 47), (first, 6, 23), (second, 1, 1)],
            json.RootElement.GetProperty("errors").EnumerateArray()
                .Select(e => (e.GetProperty("file").GetString()!, e.GetProperty("line").GetInt32(), e.GetProperty("column").GetInt32())));
        Assert.Equal(4, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Run_TwoDesignsOfOneName_AreRefused()
    {
        string first = folder.Write("a.yaml", FakePipeline.Design), second = folder.Write("b.yaml", FakePipeline.Design);

        var (exitCode, _, error) = await RunHwGen.Async(new FakePipeline().Verbs, "run", first, second, "--out", folder.Path);

        Assert.Equal(2, exitCode);
        Assert.Equal($"{second}:1:1: error: another design given is named 'net' too and would be overwritten: give each its own name\n", error);
    }

    [Fact]
    public async Task Run_ToolFails_NamesToolCommandAndLogAndExitsWith3()
    {
        var pipeline = new FakePipeline { Thrown = new ToolException("verilator", "verilator --cc top.v", "no such file\nstopped", "install it") };

        var (exitCode, output, error) = await RunHwGen.Async(pipeline.Verbs, "verify", NetFile(), "--out", folder.Path);

        Assert.Equal((3, ""), (exitCode, output));
        Assert.Equal("hwgen: error: verilator: install it\n  command: verilator --cc top.v\n  log:\n    no such file\n    stopped\n", error);
    }

    [Fact]
    public async Task Run_Bug_ExitsWith70WithoutATrace()
    {
        var pipeline = new FakePipeline { Thrown = new InvalidOperationException("impossible") };

        var (exitCode, output, error) = await RunHwGen.Async(pipeline.Verbs, "verify", NetFile(), "--json", "--out", folder.Path);

        Assert.Equal((70, "{\"exitCode\":70,\"bug\":\"InvalidOperationException: impossible\"}\n"), (exitCode, output));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_ExitsWith130()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var pipeline = new FakePipeline { Thrown = new OperationCanceledException(cancellation.Token) };

        var (exitCode, output, _) = await RunHwGen.Async(pipeline.Verbs, cancellation.Token, "train", NetFile(), "--json", "--out", folder.Path);

        Assert.Equal((130, "{\"exitCode\":130}\n"), (exitCode, output));
    }

    [Fact]
    public async Task Run_DesignLockedByAnother_ExitsWith3()
    {
        string file = NetFile();
        using (new HwGen.Cli.Files.Workspace(folder.Path, "net").Lock())
            Assert.Equal(3, (await RunHwGen.Async(new FakePipeline().Verbs, "train", file, "--out", folder.Path)).ExitCode);

        Assert.Equal(0, (await RunHwGen.Async(new FakePipeline().Verbs, "train", file, "--out", folder.Path)).ExitCode);
    }

    [Fact]
    public async Task Train_Options_ReachTheStep()
    {
        var pipeline = new FakePipeline();
        string file = folder.Write("net.yaml", FakePipeline.Design + "\ndata: { path: pictures }\n");

        await RunHwGen.Async(pipeline.Verbs, "train", file, "--device", "pocl", "--out", folder.Path);

        Assert.Equal("pocl", pipeline.Told!.Device);
        Assert.Equal(folder["pictures"], pipeline.Told.Design.Data.Path);
        Assert.Equal(Path.Join(folder.Path, "rtl-out", "net"), pipeline.Told.Workspace.Rtl);
    }

    [Fact]
    public async Task Train_Json_HasTheContractsFields()
    {
        var (exitCode, output, error) = await RunHwGen.Async(new FakePipeline().Verbs, "train", NetFile(), "--json", "--out", folder.Path);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal("""{"design":"net","accuracy":{"dense":0.9,"circulant":0.89},"testSequences":10000,"parameters":1000,"denseParameters":4000,"blockSize":4,"passed":true}""" + "\n", Ordered(output));
    }

    [Fact]
    public async Task Verify_Json_HasTheContractsFields()
    {
        var (exitCode, output, _) = await RunHwGen.Async(new FakePipeline().Verbs, "verify", NetFile(), "--json", "--out", folder.Path);

        Assert.Equal(0, exitCode);
        Assert.Equal("""{"design":"net","words":5000,"mismatches":0,"memoryRows":100,"sequences":8,"taps":14,"cyclesPredicted":1234,"cyclesSimulated":1234,"cyclesPerFrame":75,"cyclesSingleStream":143,"cyclesPerFramePredicted":75,"cyclesSingleStreamPredicted":143,"multiplierUtilization":0.72,"unitUtilization":{"fft":0.31,"ifft":0.64,"vector":0.4},"lintWarnings":0,"accuracy":0.875,"referenceAccuracy":0.875,"stressSequences":21,"held":true,"passed":true}""" + "\n", Ordered(output));
    }

    [Theory]
    [InlineData(1, 1_234, 0, 0.875, 5_000)]
    [InlineData(0, 1_235, 0, 0.875, 5_000)]
    [InlineData(0, 1_234, 1, 0.875, 5_000)]
    [InlineData(0, 1_234, 0, 0.75, 5_000)]
    [InlineData(0, 1_234, 0, 0.875, 0)]
    [InlineData(0, 1_234, 0, 0.875, 5_000, false)]
    public async Task Verify_OneCheckFails_ExitsWith1(int mismatches, int cycles, int warnings, double accuracy, int words, bool held = true)
    {
        var pipeline = new FakePipeline();
        pipeline = new() { Verify = pipeline.Verify with { Mismatches = mismatches, CyclesSimulated = cycles, LintWarnings = warnings, Accuracy = accuracy, Words = words, Held = held } };

        Assert.Equal(1, (await RunHwGen.Async(pipeline.Verbs, "verify", NetFile(), "--out", folder.Path)).ExitCode);
        Assert.Equal(1, (await RunHwGen.Async(pipeline.Verbs, "run", NetFile(), "--out", folder.Path)).ExitCode);
    }

    [Fact]
    public async Task Verify_InjectFault_HasTheContractsFieldsAndTheSeed()
    {
        var (exitCode, output, _) = await RunHwGen.Async(new FakePipeline().Verbs, "verify", NetFile(), "--inject-fault", "2", "--seed", "9", "--json", "--out", folder.Path);

        Assert.Equal(0, exitCode);
        Assert.StartsWith("""{"design":"net","faults":2,"found":2,"foundByWords":2,"seed":9,"injected":[{"kind":"FlippedSign","file":"pe.v:3","seed":5,"before":"a + b","after":"a - b","tap":"tap accumulator"},""", Ordered(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_FaultMissed_ExitsWith1AndSaysWhich()
    {
        var pipeline = new FakePipeline { Faults = new("net", 1, 0, 0, 1, [new("RomBit", "w.hex:1", 1, "0f", "0e")]) };

        var (exitCode, output, _) = await RunHwGen.Async(pipeline.Verbs, "verify", NetFile(), "--inject-fault", "1", "--out", folder.Path);

        Assert.Equal((1, "MISSED  RomBit in w.hex:1 (seed 1): 0f -> 0e\n0 of 1 faults found (seed 1), 0 by a word at a tap or on the stream, 0 only by reading a memory back\n"), (exitCode, output));
    }

    [Fact]
    public async Task Quantize_AccuracyLoss_PrintsTheSectionForTheDesignFile()
    {
        var (exitCode, output, _) = await RunHwGen.Async(new FakePipeline().Verbs, "quantize", NetFile(), "--accuracy-loss", "2.5", "--out", folder.Path);

        Assert.Equal(0, exitCode);
        Assert.Contains("90.00 % in floating point, at least 87.50 % wanted\n", output, StringComparison.Ordinal);
        Assert.Contains("4 bits -, 5 bits 50.00 %, 6 bits 89.50 %\n", output, StringComparison.Ordinal);
        Assert.Contains("1      40       89.00 %  25.00 %\n", output, StringComparison.Ordinal);
        Assert.Contains("with 584 bits of weights, 1,632 in words of 12 bits", output, StringComparison.Ordinal);
        Assert.EndsWith("\nquantization:\n  bits: 6\n  weight_bits: [4, 5]\n  calibration_sequences: 500\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quantize_ShiftsAndSegmentsFound_AreInTablesAndSection()
    {
        var pipeline = new FakePipeline();
        WordChoice choice = pipeline.Words.Choice! with
        {
            FftShifts = [0, 2],
            IfftShifts = [1, 1],
            ActivationSegments = [16, 16],
            Decibels = 21.25,
            Accuracy = null,
            Splits = [new([], [], [], null, 1_200, 800) { Decibels = 22 }, new([0, 2], [1, 1], [], null, 1_100, 790) { Decibels = 21.5 }, new([2, 2], [1, 1], [], null, null, null)],
            Segments = [new([0, 2], [1, 1], [], null, 1_100, 790) { Decibels = 21.5 }, new([0, 2], [1, 1], [16, 16], null, 1_090, 780) { Decibels = 21.25 }],
        };
        pipeline = new() { Words = pipeline.Words with { Choice = choice, Part = "XC7Z020" } };

        var (exitCode, output, _) = await RunHwGen.Async(pipeline.Verbs, "quantize", NetFile(), "--sqnr", "20", "--out", folder.Path);

        Assert.Equal(0, exitCode);
        Assert.Contains("signal to noise of the outputs of at least 20.0 dB wanted\n", output, StringComparison.Ordinal);
        Assert.Contains("logic is an estimate for XC7Z020:\n", output, StringComparison.Ordinal);
        Assert.Equal(["left open", "left open", "22.0 dB", "0.0 dB", "1,200", "800"], Cells(output, "left open"));
        Assert.Equal(["[0, 2]", "1", "21.5 dB", "0.5 dB", "1,100", "790", "chosen"], Cells(output, "[0, 2]"));
        Assert.Equal(["16", "21.3 dB", "0.3 dB", "1,090", "780", "chosen"], Cells(output, "16"));
        Assert.Contains("\nfewest segments that keep it: 16\n", output, StringComparison.Ordinal);
        Assert.EndsWith("  fft_shifts: [0, 2]\n  ifft_shifts: 1\n  activation_segments: 16\n  calibration_sequences: 500\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sqnr", "-1")]
    [InlineData("--sqnr", "20", "--accuracy-loss", "1")]
    public async Task Quantize_NoLimitToKeep_IsRefused(params string[] options) =>
        Assert.Equal(2, (await RunHwGen.Async(new FakePipeline().Verbs, ["quantize", NetFile(), .. options, "--out", folder.Path])).ExitCode);

    [Fact]
    public async Task Quantize_NoWordKeepsTheAccuracy_ExitsWith1()
    {
        var pipeline = new FakePipeline();
        pipeline = new() { Words = pipeline.Words with { Choice = null } };

        Assert.Equal(1, (await RunHwGen.Async(pipeline.Verbs, "quantize", NetFile(), "--accuracy-loss", "0", "--out", folder.Path)).ExitCode);
    }

    [Fact]
    public async Task Run_TwoDesigns_EndsInOneTable()
    {
        string first = folder.Write("a.yaml", FakePipeline.Design), second = folder.Write("b.yaml", FakePipeline.Design.Replace("name: net", "name: other", StringComparison.Ordinal));

        var (exitCode, output, error) = await RunHwGen.Async(new FakePipeline().Verbs, "run", first, second, "--out", folder.Path);

        Assert.Equal(0, exitCode);
        Assert.Equal(
            ["accuracy, dense float", "90.00 % of 10,000", "90.00 % of 10,000"],
            Cells(output, "accuracy, dense float"));
        Assert.Equal(["accuracy, RTL", "87.50 % of 8", "87.50 % of 8"], Cells(output, "accuracy, RTL"));
        Assert.Contains("net: note: layer 1 (16 to 10) is padded to multiples of 4: 17 % of its weights are padding", error, StringComparison.Ordinal);
        Assert.Contains("other: predicted  75 cycles a step interleaved, 143 for a single stream", error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Join(folder.Path, "artifacts", "other", "report.html")));
    }

    /// <summary>A design that k divides, so that nothing is noted about padding.</summary>
    private string NetFile() => folder.Write("net.yaml", FakePipeline.Design.Replace("block_size: 4", "block_size: 2", StringComparison.Ordinal));

    private static string[] Cells(string table, string row) =>
        [.. table.Split('\n').Single(l => l.StartsWith(row, StringComparison.Ordinal)).Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>"passed" last, wherever the serializer put it.</summary>
    private static string Ordered(string json) =>
        json.Contains("\"passed\":true,", StringComparison.Ordinal)
            ? json.Replace("\"passed\":true,", "", StringComparison.Ordinal).Replace("}\n", ",\"passed\":true}\n", StringComparison.Ordinal)
            : json;
}
