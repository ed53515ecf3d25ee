using System.Globalization;
using System.Text.RegularExpressions;
using HwGen.Core.Parts;

namespace HwGen.Sim.Synthesis;

/// <summary>Reads what Yosys's <c>stat</c> prints: cells by their type.</summary>
/// <remarks>The text, not <c>stat -json</c>: Yosys 0.23 writes the text of the hierarchy tree into the JSON of an unflattened design.</remarks>
public static partial class StatReport
{
    /// <summary>The cells of the last report in a log: of its "design hierarchy" where there is one, else of its one module.</summary>
    /// <exception cref="FormatException">There is no report, or it has several modules and no total.</exception>
    public static IReadOnlyDictionary<string, long> Parse(string log)
    {
        int at = log.LastIndexOf("Printing statistics.", StringComparison.Ordinal);
        if (at < 0) throw new FormatException("The log holds no statistics.");
        var sections = new List<(string Name, Dictionary<string, long> Cells)>();
        bool cells = false;
        foreach (string line in log[at..].Split('\n').Skip(1))
        {
            if (Section().Match(line) is { Success: true } section)
            {
                sections.Add((section.Groups[1].Value, new(StringComparer.Ordinal)));
                cells = false;
            }
            else if (Total().IsMatch(line)) cells = true;
            else if (cells && sections.Count > 0 && Cell().Match(line) is { Success: true } cell)
                sections[^1].Cells[cell.Groups[1].Value] = long.Parse(cell.Groups[2].Value, CultureInfo.InvariantCulture);
            else cells = false;
        }
        return sections.Count switch
        {
            0 => throw new FormatException("The statistics name no module."),
            1 => sections[0].Cells,
            _ when sections[^1].Name == "design hierarchy" => sections[^1].Cells,
            _ => throw new FormatException("The statistics hold several modules and no total: flatten the design."),
        };
    }

    /// <summary>What the cells take; cells that are not known are named.</summary>
    public static (ResourceCount Sum, IReadOnlyList<string> Unknown) Price(FpgaFamily family, IEnumerable<KeyValuePair<string, long>> cells)
    {
        ResourceCount sum = ResourceCount.Zero;
        var unknown = new List<string>();
        foreach (var (type, count) in cells)
        {
            if (CellCosts.Of(family, type) is { } cost) sum += count * cost;
            else unknown.Add(type);
        }
        return (sum, unknown);
    }

    [GeneratedRegex(@"^=== (.+) ===\s*$")]
    private static partial Regex Section();

    [GeneratedRegex(@"^\s+Number of cells:\s+\d+\s*$")]
    private static partial Regex Total();

    [GeneratedRegex(@"^\s+(\S+)\s+(\d+)\s*$")]
    private static partial Regex Cell();
}
