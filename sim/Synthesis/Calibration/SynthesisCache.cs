using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Print;

namespace HwGen.Sim.Synthesis.Calibration;

/// <summary>What Yosys makes of plans, kept by what it depends on: the printed files and the command.</summary>
/// <param name="folder">One JSON file a result.</param>
public sealed class SynthesisCache(string folder)
{
    /// <summary>Cells of the whole design, flattened; from the folder when they are there.</summary>
    /// <exception cref="Core.ToolException">Yosys is missing or fails.</exception>
    public async Task<IReadOnlyDictionary<string, long>> CellsAsync(AcceleratorPlan plan, Part part, CancellationToken cancel)
    {
        OutputFile[] files = [.. RtlPrinter.Print(plan).Where(f => !f.Path.StartsWith("sim/", StringComparison.Ordinal))];
        string command = $"{Yosys.Command(part)} -top {plan.ModuleName}", stored = Path.Join(folder, Digest(files, command) + ".json");
        if (File.Exists(stored)) return JsonSerializer.Deserialize<SortedDictionary<string, long>>(await File.ReadAllTextAsync(stored, cancel).ConfigureAwait(false))!;
        string work = Directory.CreateTempSubdirectory("hwgen-area-").FullName;
        try
        {
            foreach (OutputFile file in files)
            {
                string path = Path.Join(work, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, file.Text, cancel).ConfigureAwait(false);
            }
            string[] sources = [.. files.Select(f => f.Path).Where(p => p.EndsWith(".v", StringComparison.Ordinal))];
            var (cells, _) = await new Yosys(work, sources).SynthesizeAsync(part, plan.ModuleName, "", cancel: cancel).ConfigureAwait(false);
            Directory.CreateDirectory(folder);
            string partial = stored + ".part";
            await File.WriteAllTextAsync(partial, JsonSerializer.Serialize(new SortedDictionary<string, long>(cells.ToDictionary(), StringComparer.Ordinal)), cancel).ConfigureAwait(false);
            File.Move(partial, stored, overwrite: true);
            return cells;
        }
        finally
        {
            Directory.Delete(work, true);
        }
    }

    private static string Digest(IEnumerable<OutputFile> files, string command)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(command));
        foreach (OutputFile file in files) hash.AppendData(Encoding.UTF8.GetBytes($"\0{file.Path}\0{file.Text}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
