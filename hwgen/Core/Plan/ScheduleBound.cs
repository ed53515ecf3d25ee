using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>In closed form, what no schedule of a program goes below, for engines that take the same columns a cycle: for searches over many sizes.</summary>
/// <remarks>The interval: each unit's work, and how long a recurrence takes to come round. Of a recurrent layer's groups that read the previous
/// step's state, each reads its last block, so none starts earlier than its own columns before that block's spectrum is there; they
/// share the elements, so the last one ends no earlier than the sum of their columns later; a block of the state comes from it, and
/// that block's FFT is not after the last one's. The same argument, layer after layer from the input on, bounds the last output.</remarks>
public sealed class ScheduleBound
{
    private readonly StepProgram _program;
    private readonly UnitLatencies _latency;
    private readonly Family[] _families;
    private readonly int _fixedWork, _cellBlocks, _widest;

    /// <param name="program">What the engine does in a step.</param>
    /// <param name="latency">For engines of so many columns.</param>
    /// <param name="columns">Q.</param>
    /// <param name="recurrentFirst">As for <see cref="RowGroups"/>: whether there are several streams.</param>
    public ScheduleBound(StepProgram program, UnitLatencies latency, int columns, bool recurrentFirst)
    {
        (_program, _latency) = (program, latency);
        // One row block of each family is enough: all its groups have the same columns, and a convolution's the same positions.
        var groups = new RowGroups(program, 1, columns, recurrentFirst).Groups.ToLookup(g => g.Rows[0].Sum);
        _families = [.. program.Families.Select(f => Describe(f, [.. groups[f[0]].Where(g => g.Rows[0].Block == 0)]))];
        _widest = _families.Max(f => f.Rows);
        _cellBlocks = program.Cells.Sum(c => c.Blocks);
        SpectralRows = program.Spectra.Sum(s => (program.Vectors[s.Vector].Blocks + columns - 1) / columns);
        _fixedWork = new[]
        {
            program.Spectra.Sum(s => program.Vectors[s.Vector].Blocks),
            program.Vectors[0].Blocks + 1,
            program.Linears.Sum(l => l.Windows.Sum(w => w.Length) * program.Sums[l.Sum].Blocks),
            program.Vectors[program.Output].Blocks,
        }.Max();
    }

    /// <summary>Of the engines bounded.</summary>
    public UnitLatencies Latency => _latency;

    /// <summary>Rows of one bank of the spectral memory for one half of a stream.</summary>
    public int SpectralRows { get; }

    /// <summary>Rows of the weight memories' content, counted for each element: what all elements store together.</summary>
    public long WeightRows => _families.Sum(f => (long)f.Rows * f.Weights);

    /// <summary>Rows of one element's weight memory.</summary>
    /// <param name="elements">R.</param>
    public int ElementRows(int elements) => _families.Sum(f => Groups(f, Elements(elements)) * f.Weights);

    /// <summary>R in use.</summary>
    /// <param name="elements">R wanted.</param>
    public int Elements(int elements) => Math.Min(elements, _widest);

    /// <summary>I that a plan has at least.</summary>
    /// <param name="elements">R wanted.</param>
    /// <param name="units">I wanted; 0 leaves it to the plan.</param>
    public int Units(int elements, int units)
    {
        elements = Elements(elements);
        if (units > 0) return Math.Min(units, elements);
        int work = Work(elements);
        for (units = 1; units < elements && Drains(elements, units) > work; units++) { }
        return units;
    }

    /// <summary>The shortest interval, and the earliest read of the last output block, that a schedule may have.</summary>
    /// <param name="elements">R.</param>
    /// <param name="units">I.</param>
    /// <param name="slices">K/V.</param>
    /// <param name="streams">S.</param>
    public (int Interval, int LastOutput) Of(int elements, int units, int slices, int streams)
    {
        elements = Elements(elements);
        int interval = Math.Max(Math.Max(_fixedWork, Work(elements)), Math.Max(Drains(elements, units), _cellBlocks * slices));
        int spectrum = _program.Vectors[0].Blocks - 1 + _latency.Fft, last = 0;
        for (int first = 0, end; first < _families.Length; first = end)
        {
            int back = 0, recurrent = 0, direct = 0, depth = 0;
            bool maps = false;
            for (end = first; end < _families.Length && _families[end].Layer == _families[first].Layer; end++)
            {
                Family f = _families[end];
                int columns = Groups(f, elements) * f.Columns;
                if (f.LastRecurrent >= 0) (recurrent, back) = (recurrent + columns, Math.Max(back, f.LastRecurrent));
                if (f.LastDirect >= 0) (direct, depth) = (direct + columns, Math.Max(depth, f.LastDirect));
                maps |= f.IsMap;
            }
            bool cell = _families[first].IsCell;
            int rest = _latency.Product + _latency.Ifft + (cell ? slices - 1 + _latency.Cell : _latency.Linear);
            if (cell)
            {
                int round = recurrent - 1 - back + rest + _latency.Fft;
                interval = Math.Max(interval, Math.Max((round + streams - 1) / streams, (_latency.Cell + streams - 1) / streams));
            }
            // A map's groups read few positions: the first of them may be there from the beginning.
            last = maps ? rest + _latency.Fft : spectrum - depth + direct - 1 + rest;
            spectrum = last + _latency.Fft;
        }
        return (interval, last);
    }

    private Family Describe(int[] family, RowGroup[] positions)
    {
        SumPlan sum = _program.Sums[family[0]];
        bool map = _program.Layers[sum.Layer] is ConvLayer;
        ColumnStep[] columns = [.. positions[0].Columns];
        int weights = map ? positions.SelectMany(p => p.Columns).Select(c => c.WeightRow).Distinct().Count() : columns.Length;
        return new(sum.Layer, family.Sum(m => _program.Sums[m].Blocks), positions.Sum(p => p.Columns.Count), positions.Length, weights, map,
            _program.Cells.Any(c => c.Layer == sum.Layer), Array.FindLastIndex(columns, c => c.Recurrent),
            Array.FindLastIndex(columns, c => !c.Recurrent && _program.Vectors[_program.Spectra[c.Spectrum].Vector].Layer < sum.Layer));
    }

    private static int Groups(Family f, int elements) => (f.Rows + elements - 1) / elements;

    private int Work(int elements)
    {
        int work = 0;
        foreach (Family f in _families) work += Groups(f, elements) * f.Columns;
        return work;
    }

    private int Drains(int elements, int units)
    {
        int drains = 0;
        foreach (Family f in _families)
        {
            int whole = f.Rows / elements, rest = f.Rows % elements;
            drains += f.Positions * (whole * ((elements + units - 1) / units) + (rest + units - 1) / units);
        }
        return drains;
    }

    /// <param name="Layer">Of its sums.</param>
    /// <param name="Rows">Row blocks of all its sums.</param>
    /// <param name="Columns">That a row block takes, over all positions.</param>
    /// <param name="Positions">Of a convolution; 1 for others.</param>
    /// <param name="Weights">Rows of weights that a row block takes.</param>
    /// <param name="IsMap">Whether it is a convolution.</param>
    /// <param name="IsCell">Whether its layer has cells.</param>
    /// <param name="LastRecurrent">The last column that reads the previous step; −1 without any.</param>
    /// <param name="LastDirect">The last column that reads an earlier layer's vector; −1 without any.</param>
    private readonly record struct Family(int Layer, int Rows, int Columns, int Positions, int Weights, bool IsMap, bool IsCell, int LastRecurrent, int LastDirect);
}
