using System.Globalization;
using System.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Sim.CoSimulation;

/// <summary>A temporary folder that simulations of one design run in: copies of its memory images, and what the memories held,
/// written back. The design's own folder is only read.</summary>
internal sealed class RunFolder : IDisposable
{
    /// <exception cref="FileNotFoundException">An image is missing.</exception>
    public RunFolder(string design, AcceleratorPlan plan)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "mem"));
        foreach (string image in plan.Images.Where(i => !i.Reloadable).Select(i => i.FileName).Concat(plan.Load is null ? [] : [WeightLoad.FileName]))
            File.Copy(System.IO.Path.Combine(design, "mem", image), System.IO.Path.Combine(Path, "mem", image));
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("hwgen-run-").FullName;

    public void Dispose() => Directory.Delete(Path, true);

    /// <summary>Compares every word that the simulation's memories held with the plan's images: bits that no run happened to exercise.</summary>
    public (long Rows, long Differences, Divergence? First) ReadBack(AcceleratorPlan plan)
    {
        long rows = 0, differences = 0;
        Divergence? first = null;
        foreach (MemoryImage image in plan.Images)
        {
            string path = System.IO.Path.Combine(Path, "mem", image.FileName + ".readback");
            BigInteger[] held = File.Exists(path) ? ReadHex(path) : [];
            foreach ((int address, BigInteger row) in image.Rows.OrderBy(r => r.Key))
            {
                rows++;
                if (address < held.Length && held[address] == row) continue;
                differences++;
                first ??= new("readback", -1, image.FileName, "no layer", -1, -1, $"row {address}", "memory, read back", "whole row",
                    row.ToString("x", CultureInfo.InvariantCulture), address < held.Length ? held[address].ToString("x", CultureInfo.InvariantCulture) : "no such row");
            }
        }
        return (rows, differences, first);
    }

    private static BigInteger[] ReadHex(string path) =>
        [.. File.ReadLines(path).Where(l => l.Length > 0 && !l.StartsWith('@') && !l.StartsWith('/'))
            .Select(l => BigInteger.TryParse("0" + l.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger v) ? v : -1)];
}
