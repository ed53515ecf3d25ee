using HwGen.Core.Plan;
using HwGen.Print;
using HwGen.Sim.CoSimulation;

namespace HwGen.Sim.Tests;

/// <summary>A printed design in a folder of its own, gone when disposed.</summary>
internal sealed class Printed : IDisposable
{
    static Printed() => Delete(Cache);

    public Printed(AcceleratorPlan plan)
    {
        (Plan, Folder) = (plan, Path.Combine(Path.GetTempPath(), $"hwgen-test-{Guid.NewGuid():N}"));
        foreach (OutputFile file in RtlPrinter.Print(plan))
        {
            string path = Path.Combine(Folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Text);
        }
    }

    /// <summary>Builds of this test run, beside the tests: a run starts without any, and the compiled runtime is the same for all.</summary>
    public static string Cache { get; } = Path.Combine(AppContext.BaseDirectory, "builds");

    public AcceleratorPlan Plan { get; }

    public string Folder { get; }

    public CoSimulator Simulator => new(Plan, Folder, new VerifyOptions(Cache));

    /// <summary>Full-scale and random sequences of unequal length, of one step among them; streams in turn.</summary>
    public Stimulus Stress(int seed) => new(Stimulus.Stress(Plan, seed), Plan.Shape.Streams);

    /// <summary>Replaces the one occurrence of some text in a file.</summary>
    public void Edit(string file, string before, string after)
    {
        string path = Path.Combine(Folder, file), text = File.ReadAllText(path);
        int at = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0 && text.IndexOf(before, at + 1, StringComparison.Ordinal) < 0, $"{file}: {before}");
        File.WriteAllText(path, text[..at] + after + text[(at + before.Length)..]);
    }

    /// <summary>Flips one bit of one row of a memory image; the row is counted among those in the file.</summary>
    public void FlipBit(string image, int row, int bit)
    {
        string path = Path.Combine(Folder, "mem", image + ".hex");
        if (Plan.Load?.Memories.FirstOrDefault(m => m.Image.Name == image) is { } memory)
        {
            (path, row, bit) = (Path.Combine(Folder, "mem", WeightLoad.FileName), WeightLoad.HeaderWords + memory.WordOf(row, bit), bit % WeightLoad.WordBits);
        }
        string[] lines = File.ReadAllLines(path);
        int line = Enumerable.Range(0, lines.Length).Where(n => lines[n][0] != '@').ElementAt(row);
        char[] digits = lines[line].ToCharArray();
        int at = digits.Length - 1 - bit / 4;
        digits[at] = "0123456789abcdef"[Convert.ToInt32(digits[at].ToString(), 16) ^ (1 << (bit % 4))];
        lines[line] = new string(digits);
        File.WriteAllLines(path, lines);
    }

    public void Dispose() => Delete(Folder);

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, true);
    }
}
