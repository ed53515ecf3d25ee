namespace HwGen.Sim.Reference;

/// <summary>How many words met each saturation of the design and how many it changed.</summary>
public sealed class SaturationCounts
{
    private readonly SortedDictionary<string, (long Changed, long Words)> _sites = new(StringComparer.Ordinal);

    /// <summary>Site to (changed, words).</summary>
    public IReadOnlyDictionary<string, (long Changed, long Words)> Sites => _sites;

    internal void Count(string site, long changed, long words)
    {
        (long oldChanged, long oldWords) = _sites.GetValueOrDefault(site);
        _sites[site] = (oldChanged + changed, oldWords + words);
    }

    public void Add(SaturationCounts other)
    {
        foreach ((string site, (long changed, long words)) in other._sites) Count(site, changed, words);
    }
}
