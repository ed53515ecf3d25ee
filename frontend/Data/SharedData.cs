using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data;

/// <summary>Data sets that several trainings share: each is loaded once and kept, and loaded again only when its files change. Safe to call from any thread.</summary>
/// <param name="load">Stands for <see cref="DataSets.Load"/>.</param>
public sealed class SharedData(Func<DataSettings, string, IProgress<(int Done, int Total)>?, CancellationToken, DataSplit> load)
{
    private readonly Dictionary<(DataSettings Settings, string Digest), DataSplit> _loaded = [];
    private readonly Lock _guard = new();

    public SharedData() : this(DataSets.Load)
    {
    }

    /// <summary>Waits while another thread loads.</summary>
    /// <param name="settings">Names the data set; where it is written down does not count.</param>
    /// <param name="digest">Its <see cref="DataSets.Digest"/>.</param>
    /// <param name="cacheFolder">As for <see cref="DataSets.Load"/>, as the other parameters are.</param>
    /// <exception cref="InputException">A file is missing or wrong; all mistakes at once.</exception>
    public DataSplit Load(
        DataSettings settings, string digest, string cacheFolder, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancel = default)
    {
        var key = (settings with { Location = new("", 1, 1) }, digest);
        lock (_guard)
            return _loaded.TryGetValue(key, out var split) ? split : _loaded[key] = load(settings, cacheFolder, progress, cancel);
    }
}
