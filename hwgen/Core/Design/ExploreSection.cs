using System.Globalization;

namespace HwGen.Core.Design;

/// <summary>Reads the section <c>explore</c> of a design file: values of keys by their path, the front's figures, and an attack.</summary>
internal static class ExploreSection
{
    public const string Key = "explore";

    private const string Front = "front", Attack = "attack";

    private const int MaxValues = 4096;

    private const long MaxPoints = 1_000_000_000_000;

    /// <summary>Of a range. No key takes more, and sums and products of two fit a decimal.</summary>
    private const decimal MaxEnd = int.MaxValue;

    /// <param name="root">The whole design file.</param>
    /// <param name="design">What it is without this section; null after mistakes.</param>
    /// <returns>Null when there is no design. Mistakes are added to <paramref name="errors"/>.</returns>
    public static DesignSpace? Read(YamlMap root, DesignFile? design, List<InputError> errors)
    {
        var own = new HashSet<InputError>(errors);
        var axes = new List<DesignAxis>();
        IReadOnlyList<string> front = FigureName.DefaultFront;
        AttackSettings? attack = null;
        switch (root[Key])
        {
            case null or YamlScalar { IsNull: true }:
                break;
            case YamlMap section:
                foreach (var entry in section.Entries)
                {
                    if (entry.Key == Front) front = ReadFront(entry.Value, errors);
                    else if (entry.Key == Attack) attack = ReadAttack(entry, design, errors);
                    else if (ReadAxis(new(entry.Key, entry.KeyLocation), entry.Value, errors) is { } axis)
                    {
                        axes.Add(axis);
                        Try(root, axis, own, errors);
                    }
                }
                break;
            case var other:
                errors.Add(other.Location.Error("'explore' must be a section: write such as 'quantization.bits: [8, 12]' below it, indented"));
                break;
        }
        if (front.Contains(FigureName.RobustAccuracy) && root[Key] is YamlMap map && map[Attack] is null)
            errors.Add(map[Front]!.Location.Error("robust_accuracy wants an attack: add such as 'attack: { epsilon: 0.1 }' to 'explore'"));
        if (axes.Aggregate(1.0, (count, axis) => count * axis.Scalars.Count) > MaxPoints)
            errors.Add(root[Key]!.Location.Error($"'explore' spans more than {MaxPoints} points: give some keys fewer values"));
        return design is null ? null : new(root.Without(Key), design, axes, front, (root[Key] ?? root).Location) { Attack = attack };
    }

    /// <summary>Reads the design with each value in turn: what is wrong then is wrong with the value or the path.</summary>
    private static void Try(YamlMap root, DesignAxis axis, HashSet<InputError> known, List<InputError> errors)
    {
        foreach (var value in axis.Scalars)
        {
            var (changed, complaint) = axis.KeyPath.Set(root, value);
            if (complaint is not null)
            {
                errors.Add(axis.KeyPath.Location.Error(complaint));
                return;
            }
            var found = new List<InputError>();
            DesignReader.Read(changed!, found);
            errors.AddRange(found.Where(known.Add));
        }
    }

    private static DesignAxis? ReadAxis(KeyPath path, YamlNode node, List<InputError> errors)
    {
        if (path.Complaint() is { } complaint)
        {
            errors.Add(path.Location.Error(NearestName.Of(path.Text, [Front, Attack]) is { } nearest ? $"unknown key '{path.Text}' in 'explore': did you mean '{nearest}'?" : complaint));
            return null;
        }
        var values = node switch
        {
            YamlList { Items.Count: > 0 } list => List(path.Text, list, errors),
            YamlMap range => Range(path.Text, range, errors),
            YamlScalar { IsNull: false } scalar => [scalar],
            _ => null,
        };
        if (values is null)
            errors.Add(node.Location.Error($"'{path.Text}' has no values: write a list, such as [4, 8, 16], or a range, such as {{ from: 4, to: 64, step: 4 }}"));
        else if (values.Count > MaxValues)
            errors.Add(node.Location.Error($"'{path.Text}' has {values.Count} values: write at most {MaxValues}"));
        return values is { Count: > 0 and <= MaxValues } ? new(path, values) : null;
    }

    private static List<YamlScalar> List(string path, YamlList list, List<InputError> errors)
    {
        var values = new List<YamlScalar>();
        foreach (var item in list.Items)
        {
            if (item is not YamlScalar { IsNull: false } scalar)
                errors.Add(item.Location.Error($"a value of '{path}' is a {(item is YamlScalar ? "blank" : item is YamlList ? "list" : "section")}: write a number or word"));
            else if (values.Exists(v => v.Value == scalar.Value))
                errors.Add(scalar.Location.Error($"'{path}' has {scalar.Value} twice: delete one of them"));
            else
                values.Add(scalar);
        }
        return values;
    }

    private static List<YamlScalar> Range(string path, YamlMap map, List<InputError> errors)
    {
        int before = errors.Count;
        var section = new SectionReader(map, path, errors);
        decimal from = Number("from"), to = Number("to");
        decimal? step = section.Has("step") ? Number("step") : null, times = section.Has("times") ? Number("times") : null;
        section.Leave("step");
        section.Leave("times");
        section.Finish();
        if (errors.Count > before) return [];
        if (from > to) errors.Add(section.LocationOf("to").Error($"'{path}' ends at {to}, before its beginning {from}: write 'to' not below 'from'"));
        if (step is not null && times is not null) errors.Add(section.LocationOf("times").Error($"'{path}' has both step and times: write one"));
        if (step <= 0) errors.Add(section.LocationOf("step").Error($"'{path}.step' is {step}: write a number above 0"));
        if (times <= 1 || (times is not null && from <= 0)) errors.Add(section.LocationOf("times").Error($"'{path}' grows by {times} from {from}: write times above 1 and from above 0"));
        if (errors.Count > before) return [];
        var values = new List<YamlScalar>();
        for (decimal value = from; value <= to && values.Count <= MaxValues; value = times is { } factor ? value * factor : value + (step ?? 1))
            values.Add(new(map.Location, value.ToString("0.############################", CultureInfo.InvariantCulture), IsPlain: true));
        return values;

        decimal Number(string key)
        {
            const string expected = "a number from -2147483647 to 2147483647";
            if (section.Text(key, expected, required: true) is not { } text) return 0;
            if (text.IsPlain && decimal.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value) && Math.Abs(value) <= MaxEnd) return value;
            errors.Add(text.Location.Error($"'{path}.{key}' is {text.Value}: write {expected}"));
            return 0;
        }
    }

    private static AttackSettings ReadAttack(YamlEntry entry, DesignFile? design, List<InputError> errors)
    {
        var section = new SectionReader(new(entry.KeyLocation, [entry]), Key, errors).Section(Attack);
        var attack = new AttackSettings(section.Number("epsilon", NumberRange.Above(0, 1e6), ifMissing: 0.1), section.Integer("steps", 1, 1000, ifMissing: 20),
            section.Integer("restarts", 1, 100, ifMissing: 1), section.Integer("images", 1, 1_000_000, ifMissing: 500));
        section.Finish();
        if (design is not null && (design.Training.Loss == LossKind.Ctc || DataSetShape.Of(design.Data) is { LabelsSteps: true } or { HasLabels: false }))
            errors.Add(entry.KeyLocation.Error("an attack wants one label a sequence and cross_entropy: leave it out, or take other data"));
        return attack;
    }

    private static IReadOnlyList<string> ReadFront(YamlNode node, List<InputError> errors)
    {
        string expected = $"figures out of {string.Join(", ", FigureName.All)}";
        if (node is not YamlList { Items.Count: > 0 } list)
        {
            errors.Add(node.Location.Error($"'explore.front' must be a list: write {expected}"));
            return FigureName.DefaultFront;
        }
        var figures = new List<string>();
        foreach (var item in list.Items)
        {
            string name = item is YamlScalar scalar ? scalar.Value : "";
            if (!FigureName.All.Contains(name))
                errors.Add(item.Location.Error(NearestName.Of(name, FigureName.All) is { } nearest
                    ? $"unknown figure '{name}': did you mean '{nearest}'?" : $"unknown figure '{name}': write {expected}"));
            else if (figures.Contains(name)) errors.Add(item.Location.Error($"'explore.front' has {name} twice: delete one of them"));
            else figures.Add(name);
        }
        return figures;
    }
}
