using System.Text.Json;
using System.Text.RegularExpressions;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary>The whole way, as a user goes it, on tiny data.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly HwGenProcess _hwgen = new();

    public void Dispose() => _hwgen.Dispose();

    [Fact]
    public async Task Run_TinyDesign_IsBitExactAndSkipsWhatIsUpToDate()
    {
        var (exitCode, json) = await _hwgen.JsonAsync("run", "tiny.yaml");

        JsonElement design = json.GetProperty("designs")[0], verify = design.GetProperty("verify");
        Assert.Equal(0, exitCode);
        Assert.Equal(0, verify.GetProperty("mismatches").GetInt64());
        Assert.Equal(0, verify.GetProperty("lintWarnings").GetInt32());
        Assert.True(verify.GetProperty("words").GetInt64() > 100_000);
        Assert.Equal(verify.GetProperty("cyclesPredicted").GetInt64(), verify.GetProperty("cyclesSimulated").GetInt64());
        Assert.Equal(design.GetProperty("generate").GetProperty("cyclesPerFrame").GetInt64(), verify.GetProperty("cyclesPerFrame").GetInt64());
        // Chance is 0.1 of 40 sequences: by luck alone 0.25 comes once in a thousand times.
        Assert.True(verify.GetProperty("accuracy").GetDouble() > 0.25);
        string page = await File.ReadAllTextAsync(_hwgen["artifacts/tiny/report.html"]);
        Assert.Contains("Bit-exact", page, StringComparison.Ordinal);

        DateTime[] written = Stamps();
        var (again, repeated) = await _hwgen.JsonAsync("run", "tiny.yaml");
        Assert.Equal(0, again);
        Assert.Equal(written, Stamps());
        Assert.Equal(json.ToString(), repeated.ToString());

        var (searched, words) = await _hwgen.JsonAsync("quantize", "tiny.yaml", "--accuracy-loss", "10");
        Assert.Equal((0, 550), (searched, words.GetProperty("sequences").GetInt32()));      // the 50 others of 600 calibrate
        JsonElement choice = words.GetProperty("choice");
        Assert.True(choice.GetProperty("accuracy").GetDouble() >= words.GetProperty("floatAccuracy").GetDouble() - 0.1);
        Assert.InRange(choice.GetProperty("bits").GetInt32(), 4, 9);
        Assert.Equal(2, choice.GetProperty("weightBits").GetArrayLength());
    }

    [Fact]
    public async Task Verify_OneBitOfAnyMemoryFlipped_NamesTheFirstDivergentTapAndExitsWith1()
    {
        Assert.Equal(0, (await _hwgen.RunAsync("generate", "tiny.yaml")).ExitCode);
        string[] images = [.. Directory.GetFiles(_hwgen["rtl-out/tiny/mem"], "*.hex").Order(StringComparer.Ordinal)];
        Assert.True(images.Length >= 7);
        var random = new Random(5);      // fixed: it draws the rows and bits
        foreach (string image in images)
        {
            string whole = await File.ReadAllTextAsync(image);
            await File.WriteAllTextAsync(image, FlipBit(whole, random));

            var (exitCode, json) = await _hwgen.JsonAsync("verify", "tiny.yaml");

            Assert.Equal(1, exitCode);
            Assert.True(json.GetProperty("mismatches").GetInt64() > 0);
            // A table's row that the stimulus never reaches shows only when the memory is read back; all else shows at a tap.
            string divergence = json.GetProperty("firstDivergence").GetString()!;
            bool table = Path.GetFileName(image) is "sigmoid.hex" or "tanh.hex";
            Assert.Matches(table ? "^(tap|memory) " : "^tap (schedule|accumulator_\\d|ifft_\\d|gru_z|gru_r|gru_n|state|cell|linear|output): ", divergence);
            await File.WriteAllTextAsync(image, whole);
        }
        var (mended, verify) = await _hwgen.JsonAsync("verify", "tiny.yaml");
        Assert.Equal((0, 0L), (mended, verify.GetProperty("mismatches").GetInt64()));
    }

    [Fact]
    public async Task Verify_ChangedVerilog_SaysWhereAndLeavesAWaveform()
    {
        Assert.Equal(0, (await _hwgen.RunAsync("generate", "tiny.yaml")).ExitCode);
        string file = _hwgen["rtl-out/tiny/rtl/hwgen_pe.v"];
        string text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("re_re} - {", "re_re} + {", StringComparison.Ordinal));

        var (exitCode, output, _) = await _hwgen.RunAsync("verify", "tiny.yaml");

        Assert.Equal(1, exitCode);
        Assert.Matches(new Regex(@"tap accumulator_\d: layer \d \(\w+\), sequence \d+, step \d+, row block \d+ of .*, accumulator, bin 1 real: expected -?\d+, simulated -?\d+"), output);

        Assert.True(new FileInfo(_hwgen["artifacts/tiny/waveform/divergence.vcd"]).Length > 1000);
    }

    [Fact]
    public async Task Verify_InjectFaults_FindsAllAndLeavesTheDesignAlone()
    {
        Assert.Equal(0, (await _hwgen.RunAsync("generate", "tiny.yaml")).ExitCode);
        var before = _hwgen.Printed();

        var (exitCode, json) = await _hwgen.JsonAsync("verify", "tiny.yaml", "--inject-fault", "4", "--seed", "2");

        Assert.Equal((0, 4, 4), (exitCode, json.GetProperty("faults").GetInt32(), json.GetProperty("found").GetInt32()));
        Assert.Equal(4, json.GetProperty("injected").GetArrayLength());
        Assert.Equal(before, _hwgen.Printed());
    }

    [Fact]
    public async Task Verify_NothingGeneratedOrDesignChanged_IsALocatedErrorAndExitsWith2()
    {
        var (exitCode, _, error) = await _hwgen.RunAsync("verify", "tiny.yaml");
        Assert.Equal(2, exitCode);
        Assert.Contains("tiny.yaml:1:1: error: rtl-out", error, StringComparison.Ordinal);

        Assert.Equal(0, (await _hwgen.RunAsync("generate", "tiny.yaml")).ExitCode);
        await File.WriteAllTextAsync(_hwgen["tiny.yaml"], HwGenProcess.Design.Replace("processing_elements: 3", "processing_elements: 2", StringComparison.Ordinal));
        (exitCode, _, error) = await _hwgen.RunAsync("verify", "tiny.yaml");
        Assert.Equal(2, exitCode);
        Assert.Contains("is of another version of the design", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_KilledInTrainingAndRunAgain_EndsWithTheSameBytes()
    {
        using var other = new HwGenProcess();
        Assert.Equal(0, (await other.RunAsync("generate", "tiny.yaml")).ExitCode);
        for (int kill = 0; kill < 2; kill++)
        {
            using var process = _hwgen.Start("generate", "tiny.yaml");
            // The first checkpoint shows that training is under way.
            for (int wait = 0; wait < 600 && !process.HasExited && !Checkpoints().Any(); wait++) await Task.Delay(20);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Equal(0, (await _hwgen.RunAsync("generate", "tiny.yaml")).ExitCode);

        Assert.Equal(other.Printed(), _hwgen.Printed());
    }

    private IEnumerable<string> Checkpoints() => Directory.Exists(_hwgen["artifacts"])
        ? Directory.EnumerateFiles(_hwgen["artifacts"], "*checkpoint*", SearchOption.AllDirectories) : [];

    private DateTime[] Stamps() => [.. Directory.GetFiles(_hwgen["artifacts/tiny/stages"]).Order(StringComparer.Ordinal).Select(File.GetLastWriteTimeUtc)];

    private static string FlipBit(string image, Random random)
    {
        string[] lines = image.Split('\n');
        int[] rows = [.. Enumerable.Range(0, lines.Length).Where(n => lines[n].Length > 0 && lines[n][0] != '@')];
        int row = rows[random.Next(rows.Length)];
        char[] digits = lines[row].ToCharArray();
        int at = digits.Length - 1 - random.Next(Math.Max(1, digits.Length - 1));
        digits[at] = "0123456789abcdef"[Convert.ToInt32(digits[at].ToString(), 16) ^ (1 << random.Next(4))];
        lines[row] = new string(digits);
        return string.Join('\n', lines);
    }
}
