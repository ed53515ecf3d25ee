using HwGen.Core.Parts;

namespace HwGen.Core.Design;

/// <summary>Reads the section <c>hardware</c> of a design file.</summary>
internal static class HardwareSection
{
    private const int DefaultElements = 16;

    private const string Rom = "rom", Reloadable = "reloadable";

    /// <returns>The settings, and where its lanes, or of a sparse engine that it is one, or else the section stand.</returns>
    public static (HardwareSettings Settings, InputLocation Location) Read(SectionReader section, DataSetShape shape, List<InputError> errors)
    {
        Part? part = ReadPart(section, errors);
        ResourceCount? budget = ReadBudget(section, part);
        bool sized = section.Has("processing_elements");
        if (!sized && budget is not null && section.Has("columns_per_cycle"))
            errors.Add(section.LocationOf("columns_per_cycle").Error("the budget decides the columns as it does the elements: leave 'columns_per_cycle' out, or give 'processing_elements' too"));
        var result = new HardwareSettings(
            section.Integer("processing_elements", 1, 4096, ifMissing: budget is null ? DefaultElements : 0),
            section.Number("clock_megahertz", NumberRange.Above(0, 10_000), ifMissing: 100),
            section.Integer("verify_sequences", 1, shape.TestSequences ?? int.MaxValue, ifMissing: Math.Min(512, shape.TestSequences ?? 512)))
        {
            ColumnsPerCycle = section.Integer("columns_per_cycle", 1, 64, ifMissing: 1),
            ThreeMultiply = section.OptionalFlag("three_multiply"),
            Sparse = section.OptionalFlag("sparse") == true,
            IfftUnits = section.Integer("ifft_units", 1, 64, ifMissing: 0),
            VectorLanes = section.Integer("vector_lanes", 1, 64, ifMissing: 0, mustBePowerOfTwo: true),
            Streams = section.Integer("streams", 1, 64, ifMissing: 1),
            ReloadableWeights = section.Choice("weights", [Rom, Reloadable], ifMissing: Rom) == Reloadable,
            Part = part,
            Budget = budget,
        };
        section.Finish();
        return (result, section.LocationOf(result.Sparse ? "sparse" : "vector_lanes"));
    }

    private static Part? ReadPart(SectionReader section, List<InputError> errors)
    {
        string[] names = [.. Part.All.Select(p => p.Name)];
        string expected = $"one of {string.Join(", ", names)}";
        if (section.Text("part", expected, required: false) is not { } name) return null;
        Part? part = Part.All.FirstOrDefault(p => p.Name.Equals(name.Value, StringComparison.OrdinalIgnoreCase));
        if (part is null)
            errors.Add(name.Location.Error(NearestName.Of(name.Value, names) is { } nearest ? $"unknown part '{name.Value}': did you mean '{nearest}'?" : $"unknown part '{name.Value}': write {expected}"));
        return part;
    }

    /// <summary>The part's capacity, with the numbers that the design gives in place of its own.</summary>
    private static ResourceCount? ReadBudget(SectionReader section, Part? part)
    {
        if (!section.Has("budget"))
        {
            section.Leave("budget");
            return part?.Capacity;
        }
        SectionReader budget = section.Section("budget");
        ResourceCount whole = part?.Capacity ?? new(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue);
        var result = new ResourceCount(
            budget.Integer("lut", 0, int.MaxValue, ifMissing: (int)whole.Lut), budget.Integer("ff", 0, int.MaxValue, ifMissing: (int)whole.Ff),
            budget.Integer("dsp", 0, int.MaxValue, ifMissing: (int)whole.Dsp), budget.Number("bram36", NumberRange.From(0, int.MaxValue), ifMissing: whole.Bram36));
        budget.Finish();
        return result;
    }
}
