namespace HwGen.Frontend.Onnx;

/// <summary>What the importer knows of a value of the graph.</summary>
internal abstract record Value
{
    /// <summary>For messages.</summary>
    public abstract string What { get; }
}

/// <summary>A constant of real numbers.</summary>
internal sealed record Floats(NdArray<float> Array) : Value
{
    public override string What => $"a constant of shape ({string.Join(", ", Array.Shape)})";
}

/// <summary>Whole numbers of a shape computation.</summary>
internal sealed record Integers(NdArray<Number> Array) : Value
{
    public override string What => $"whole numbers ({string.Join(", ", Array.Items.Take(8))})";
}

/// <summary>One number in a shape that doesn't matter, such as the zeros of an initial state.</summary>
internal sealed record Filled(float Item) : Value
{
    public override string What => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a tensor full of {Item}");
}

/// <summary>An input that isn't the network's, such as the lengths of the sequences.</summary>
internal sealed record Foreign(string Name) : Value
{
    public override string What => $"the graph's input '{Name}'";
}

/// <summary>Something that a layer computes inside, such as the cell state.</summary>
internal sealed record Hidden(string Description) : Value
{
    public override string What => Description;
}

/// <summary>What a refused node would have given; nodes that read it are not judged.</summary>
internal sealed record Broken : Value
{
    public override string What => "nothing";
}

/// <summary>Last steps of several layers, stacked along axis 0, of which one is picked later.</summary>
internal sealed record Stack(IReadOnlyList<Activation> Parts) : Value
{
    public override string What => $"the states of {Parts.Count} layers";
}

/// <summary>What flows through the network.</summary>
/// <param name="Axes">The extents that each axis holds, row-major; none on an axis of size 1.</param>
/// <param name="Version">The chain's when this was computed.</param>
internal sealed record Activation(IReadOnlyList<IReadOnlyList<Extent>> Axes, int Version) : Value
{
    /// <summary>Its extents are the batch.</summary>
    public IReadOnlyList<Extent> Batch { get; init; } = [];

    /// <summary>Its extents are the steps of a sequence; null where there is one vector a sequence.</summary>
    public IReadOnlyList<Extent>? Steps { get; init; }

    /// <summary>Its extents are a layer's outputs in the product's order; null before the first layer.</summary>
    public IReadOnlyList<Extent>? Features { get; init; }

    /// <summary>Null when it is no map.</summary>
    public MapExtents? Map { get; init; }

    /// <summary>Sequences may end before the last step.</summary>
    public bool HasLengths { get; init; }

    /// <summary>Behind a softmax or the like nothing may follow but layout.</summary>
    public bool IsClosed { get; init; }

    public override string What => Features is null ? "the network's input" : "a layer's output";

    public int Rank => Axes.Count;

    /// <summary>The same with every extent replaced.</summary>
    public Activation Replace(Extent extent, IReadOnlyList<Extent> by)
    {
        IReadOnlyList<Extent> In(IReadOnlyList<Extent> list) => list.Contains(extent) ? [.. list.SelectMany(e => e == extent ? by : [e])] : list;
        return this with
        {
            Axes = [.. Axes.Select(In)],
            Batch = In(Batch),
            Steps = Steps is null ? null : In(Steps),
            Features = Features is null ? null : In(Features),
            Map = Map is { } m && m.All.Contains(extent) ? null : Map,
        };
    }
}

internal sealed record MapExtents(Extent Row, Extent Column, Extent Channel)
{
    public IReadOnlyList<Extent> All => [Row, Column, Channel];
}
