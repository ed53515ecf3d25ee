namespace HwGen.Frontend.Onnx;

/// <summary>A whole number of a shape computation: known, a multiple of sizes that only the data tell, or unknown.</summary>
internal readonly struct Number
{
    private readonly long _factor;
    private readonly Extent[]? _extents;
    private readonly bool _isUnknown;

    private Number(long factor, Extent[]? extents, bool isUnknown) => (_factor, _extents, _isUnknown) = (factor, extents, isUnknown);

    public static Number Unknown { get; } = new(0, null, true);

    /// <summary>Null unless it is known.</summary>
    public long? Value => _isUnknown || _extents is not null ? null : _factor;

    /// <summary>The number of values that extents hold together.</summary>
    public static Number Of(IEnumerable<Extent> extents)
    {
        long factor = 1;
        var open = new List<Extent>();
        foreach (var extent in extents)
        {
            if (extent.Size is { } size) factor = size > 0 && factor > long.MaxValue / size ? long.MaxValue : factor * size;
            else open.Add(extent);
        }
        return new(factor, open.Count == 0 ? null : [.. open], false);
    }

    public static implicit operator Number(long value) => new(value, null, false);

    public static Number Multiply(Number a, Number b) => a._isUnknown || b._isUnknown ? Unknown
        : new(unchecked(a._factor * b._factor), a._extents is null ? b._extents : b._extents is null ? a._extents : [.. a._extents, .. b._extents], false);

    /// <summary>An operation on known numbers; unknown for others.</summary>
    /// <param name="operation">Null where it has no result.</param>
    public static Number Apply(Number a, Number b, Func<long, long, long?> operation) =>
        a.Value is { } x && b.Value is { } y && operation(x, y) is { } result ? result : Unknown;

    /// <summary>What is left of this number when <paramref name="part"/> of it is taken: null when it is no factor of it.</summary>
    public Number? Without(Extent part)
    {
        if (_isUnknown) return null;
        if (part.Size is { } size) return size > 0 && _factor % size == 0 ? new(_factor / size, _extents, false) : null;
        int at = Array.IndexOf(_extents ?? [], part);
        if (at < 0) return null;
        Extent[] rest = [.. _extents!.Where((_, i) => i != at)];
        return new(_factor, rest.Length == 0 ? null : rest, false);
    }

    public override string ToString() => _isUnknown ? "?" : _extents is null ? $"{_factor}" : string.Join(" · ", _extents.Select(e => e.ToString()).Prepend($"{_factor}"));
}
