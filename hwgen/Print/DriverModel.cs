using System.Globalization;
using HwGen.Core.Plan;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>What the C driver's templates, and those that tell of the registers, see of a plan.</summary>
internal static class DriverModel
{
    public static ScriptObject Create(AcceleratorPlan plan, WeightLoad load) => new()
    {
        ["m"] = plan.ModuleName,
        ["name"] = plan.Name,
        ["guard"] = plan.ModuleName.ToUpperInvariant(),
        ["registers"] = Registers(plan),
        ["header_words"] = WeightLoad.HeaderWords,
        ["file_words"] = WeightLoad.HeaderWords + load.Words.Count,
        ["file_name"] = WeightLoad.FileName,
        ["memories"] = load.Memories.Select(m => new ScriptObject
        {
            ["name"] = m.Image.Name,
            ["rows"] = m.Rows,
            ["words_per_row"] = m.WordsPerRow,
            ["words"] = m.Words,
        }).ToArray(),
    };

    public static ScriptObject[] Registers(AcceleratorPlan plan)
    {
        IReadOnlyDictionary<string, uint> constants = RegisterMap.Constants(plan);
        return [.. RegisterMap.Registers.Select(r => new ScriptObject
        {
            ["name"] = r.Name,
            ["offset_hex"] = Hex(r.Offset),
            ["meaning"] = r.Meaning,
            ["access"] = r.Access switch { RegisterAccess.ReadOnly => "read-only", RegisterAccess.ReadWrite => "read-write", _ => "write-only" },
            ["fields"] = r.Fields.Select(Field).ToArray(),
            // IP-XACT wants one at the least.
            ["all_fields"] = r.Fields.DefaultIfEmpty(new("VALUE", 0, WeightLoad.WordBits, "")).Select(Field).ToArray(),
            // None or one.
            ["values"] = constants.TryGetValue(r.Name, out uint value) ? (string[])[Hex(value)] : [],
        })];
    }

    private static ScriptObject Field(RegisterField f) => new()
    {
        ["name"] = f.Name,
        ["lsb"] = f.Lsb,
        ["bits"] = f.Bits,
        ["mask"] = Hex(f.Mask),
        ["meaning"] = f.Meaning,
    };

    private static string Hex(long value) => value.ToString("x2", CultureInfo.InvariantCulture);
}
