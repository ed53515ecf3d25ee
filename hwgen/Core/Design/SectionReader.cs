using System.Globalization;

namespace HwGen.Core.Design;

/// <summary>Takes the keys of one section of a design file; what nobody took is unknown.</summary>
/// <remarks>Every mistake is added to the list and answered with a harmless value, so that reading goes on.</remarks>
internal sealed class SectionReader(YamlMap map, string path, List<InputError> errors)
{
    private readonly List<string> known = [];

    /// <summary>Where a key's value stands; the section's beginning when the key is missing.</summary>
    public InputLocation LocationOf(string key) => Find(key)?.Value.Location ?? map.Location;

    public bool Has(string key) => Find(key) is not null;

    /// <param name="key">The key.</param>
    /// <param name="min">Smallest value allowed.</param>
    /// <param name="max">Largest value allowed.</param>
    /// <param name="ifMissing">The default; null when the key is required.</param>
    /// <param name="mustBePowerOfTwo">Only 1, 2, 4 and so on are allowed.</param>
    public int Integer(string key, int min, int max, int? ifMissing = null, bool mustBePowerOfTwo = false)
    {
        string expected = $"a {(mustBePowerOfTwo ? "power of two" : "whole number")} from {min} to {max}";
        if (Scalar(key, expected, required: ifMissing is null) is not { } scalar) return ifMissing ?? min;
        if (scalar.IsPlain && int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= min && value <= max && (!mustBePowerOfTwo || int.IsPow2(value)))
            return value;
        Refuse(key, scalar, expected);
        return ifMissing ?? min;
    }

    /// <summary>One whole number for all of a kind, or a list of one for each.</summary>
    /// <param name="key">The key.</param>
    /// <param name="min">Smallest value allowed.</param>
    /// <param name="max">Largest value allowed.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="kind">What they are, for messages.</param>
    /// <param name="mustBePowersOfTwo">Only 1, 2, 4 and so on are allowed.</param>
    /// <returns>One each; empty when the key is missing, and after an error.</returns>
    public IReadOnlyList<int> Integers(string key, int min, int max, int count, string kind, bool mustBePowersOfTwo = false)
    {
        known.Add(key);
        if (Find(key)?.Value is not YamlList list) return Has(key) ? [.. Enumerable.Repeat(Integer(key, min, max, min, mustBePowersOfTwo), count)] : [];
        int before = errors.Count;
        if (list.Items.Count != count)
            errors.Add(list.Location.Error($"'{PathOf(key)}' has {list.Items.Count} numbers for {count} {kind}s: write one for each {kind}, or one number for all"));
        var values = list.Items.Select((item, i) => new SectionReader(new(item.Location, [new($"{key}[{i}]", item.Location, item)]), path, errors).Integer($"{key}[{i}]", min, max, mustBePowerOfTwo: mustBePowersOfTwo)).ToArray();
        return errors.Count > before ? [] : values;
    }

    /// <param name="key">The key.</param>
    /// <param name="range">The values allowed.</param>
    /// <param name="ifMissing">The default.</param>
    public double Number(string key, NumberRange range, double ifMissing)
    {
        string expected = $"a number {range}";
        if (Scalar(key, expected, required: false) is not { } scalar) return ifMissing;
        if (scalar.IsPlain && double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && range.Contains(value))
            return value;
        Refuse(key, scalar, expected);
        return ifMissing;
    }

    /// <param name="key">The key.</param>
    /// <param name="ifMissing">The default.</param>
    public bool Flag(string key, bool ifMissing)
    {
        const string expected = "true or false";
        if (Scalar(key, expected, required: false) is not { } scalar) return ifMissing;
        if (scalar is { IsPlain: true, Value: "true" or "false" }) return scalar.Value == "true";
        Refuse(key, scalar, expected);
        return ifMissing;
    }

    /// <summary>Null when it is missing.</summary>
    public bool? OptionalFlag(string key)
    {
        bool value = Flag(key, ifMissing: false);
        return Has(key) ? value : null;
    }

    /// <summary>One of a few words.</summary>
    /// <param name="key">The key.</param>
    /// <param name="words">The words.</param>
    /// <param name="ifMissing">The default.</param>
    public string Choice(string key, IReadOnlyList<string> words, string ifMissing)
    {
        string expected = $"one of {string.Join(", ", words)}";
        if (Scalar(key, expected, required: false) is not { } scalar) return ifMissing;
        if (words.Contains(scalar.Value)) return scalar.Value;
        if (NearestName.Of(scalar.Value, words) is { } nearest)
            errors.Add(scalar.Location.Error($"'{PathOf(key)}' is {scalar.Value}: did you mean '{nearest}'?"));
        else
            Refuse(key, scalar, expected);
        return ifMissing;
    }

    /// <returns>The text and where it stands; null when it is missing, which is an error if <paramref name="required"/>.</returns>
    public YamlScalar? Text(string key, string expected, bool required) => Scalar(key, expected, required);

    /// <summary>A section below this one; an empty one, at this one's place, when it is missing.</summary>
    public SectionReader Section(string key)
    {
        known.Add(key);
        var node = Find(key)?.Value;
        if (node is YamlMap child) return new(child, PathOf(key), errors);
        if (node is not null and not YamlScalar { IsNull: true })
            errors.Add(node.Location.Error($"'{PathOf(key)}' must be a section: write its keys below it, each indented"));
        return new(new(node?.Location ?? map.Location, []), PathOf(key), errors);
    }

    /// <summary>A required list of sections with at least one entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="example">An entry, for messages.</param>
    /// <returns>Empty after an error about the list; null for an entry that is no section.</returns>
    public IReadOnlyList<SectionReader?> List(string key, string example)
    {
        known.Add(key);
        var node = Find(key)?.Value;
        if (node is YamlList { Items.Count: > 0 } list)
            return [.. list.Items.Select((item, i) => Item(item, $"{PathOf(key)}[{i}]", example))];
        errors.Add((node?.Location ?? map.Location).Error(node is YamlMap
            ? $"'{PathOf(key)}' must be a list: begin each entry with '- ', such as '- {example}'"
            : $"'{PathOf(key)}' {(node is null ? "is missing" : "has no entry")}: add at least one entry, such as '- {example}'"));
        return [];
    }

    /// <summary>Takes a key that is read elsewhere, or only where it is written.</summary>
    public void Leave(string key) => known.Add(key);

    /// <summary>Takes all keys: none is unknown where it can't be told which are known.</summary>
    public void TakeAll() => known.AddRange(map.Entries.Select(e => e.Key));

    /// <summary>Reports the keys that nobody took. Call when all are taken.</summary>
    public void Finish()
    {
        foreach (var entry in map.Entries.Where(e => !known.Contains(e.Key)))
        {
            string place = path.Length == 0 ? "" : $" in '{path}'";
            string advice = NearestName.Of(entry.Key, known) is { } nearest
                ? $"did you mean '{nearest}'?"
                : $"the keys here are {string.Join(", ", known)}";
            errors.Add(entry.KeyLocation.Error($"unknown key '{entry.Key}'{place}: {advice}"));
        }
    }

    private SectionReader? Item(YamlNode item, string itemPath, string example)
    {
        if (item is YamlMap child) return new(child, itemPath, errors);
        errors.Add(item.Location.Error($"'{itemPath}' must be a section, such as {example}"));
        return null;
    }

    private YamlScalar? Scalar(string key, string expected, bool required)
    {
        known.Add(key);
        switch (Find(key)?.Value)
        {
            case null:
                if (required) errors.Add(map.Location.Error($"'{PathOf(key)}' is missing: add it, {expected}"));
                return null;
            case YamlScalar { IsNull: false } scalar:
                return scalar;
            case YamlScalar nothing:
                errors.Add(nothing.Location.Error($"'{PathOf(key)}' has no value: write {expected}"));
                return null;
            case var other:
                errors.Add(other.Location.Error($"'{PathOf(key)}' is a {(other is YamlList ? "list" : "section")}: write {expected}"));
                return null;
        }
    }

    private void Refuse(string key, YamlScalar scalar, string expected)
    {
        string shown = scalar.IsPlain ? scalar.Value : $"the text \"{scalar.Value}\"";
        errors.Add(scalar.Location.Error($"'{PathOf(key)}' is {shown}: write {expected}"));
    }

    private YamlEntry? Find(string key) => map.Entries.FirstOrDefault(e => e.Key == key);

    private string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
