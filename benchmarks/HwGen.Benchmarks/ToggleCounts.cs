namespace HwGen.Benchmarks;

/// <summary>Activity of the nets in a value change dump.</summary>
internal static class ToggleCounts
{
    /// <param name="path">A dump of single bits and buses; names as the simulator writes them.</param>
    /// <param name="cycles">Clock cycles that it spans.</param>
    /// <returns>For each bit, by its name without backslashes: changes between 0 and 1 a cycle, and share of the time at 1.</returns>
    public static async Task<IReadOnlyDictionary<string, (double Density, double Duty)>> ReadAsync(string path, long cycles)
    {
        var bits = new Dictionary<string, List<(string Name, int Width)>>(StringComparer.Ordinal);
        var nets = new Dictionary<string, Net[]>(StringComparer.Ordinal);
        long time = 0, start = -1;
        await foreach (string line in File.ReadLinesAsync(path))
        {
            if (line.StartsWith("$var", StringComparison.Ordinal))
            {
                // $var wire 1 ! \u_engine.x[3] $end, or with a range behind the name
                string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                int width = int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture);
                if (!bits.TryGetValue(parts[3], out var names)) bits[parts[3]] = names = [];
                names.Add((parts[4].TrimStart('\\'), width));
                nets.TryAdd(parts[3], [.. Enumerable.Range(0, width).Select(_ => new Net())]);
            }
            else if (line.StartsWith('#'))
            {
                time = long.Parse(line.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
                if (start < 0) start = time;
            }
            else if (line.Length > 1 && line[0] is '0' or '1' or 'x' or 'z' && nets.TryGetValue(line[1..], out Net[]? single)) single[0].Set(line[0], time);
            else if (line.Length > 1 && line[0] == 'b')
            {
                int space = line.IndexOf(' ', StringComparison.Ordinal);
                if (!nets.TryGetValue(line[(space + 1)..], out Net[]? bus)) continue;
                for (int i = 0; i < bus.Length; i++)
                {
                    int at = space - 1 - i;
                    // Leading digits that are left out repeat x or z, and are else 0.
                    bus[i].Set(at >= 1 ? line[at] : line[1] is 'x' or 'z' ? line[1] : '0', time);
                }
            }
        }
        var activity = new Dictionary<string, (double, double)>(StringComparer.Ordinal);
        foreach (var (id, names) in bits)
            foreach (var (name, width) in names)
                for (int i = 0; i < width; i++)
                    activity[width == 1 ? name : $"{name}[{i}]"] = ((double)nets[id][i].Changes / cycles, Math.Clamp(nets[id][i].High(time) / (double)(time - start), 0, 1));
        return activity;
    }

    private sealed class Net
    {
        private char _value = 'x';
        private long _since, _high;

        public long Changes { get; private set; }

        public void Set(char value, long time)
        {
            if (_value == '1') _high += time - _since;
            if ((_value, value) is ('0', '1') or ('1', '0')) Changes++;
            (_value, _since) = (value, time);
        }

        public long High(long end) => _high + (_value == '1' ? end - _since : 0);
    }
}
