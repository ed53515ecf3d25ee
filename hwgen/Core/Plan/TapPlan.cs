namespace HwGen.Core.Plan;

/// <summary>A named observation point: when its valid signal is high it shows one row of words and which row of the step it is.</summary>
/// <param name="Name">Name in reports and, with prefix tap_, in the RTL.</param>
/// <param name="Stage">What the report calls the stage.</param>
/// <param name="Lanes">Words shown at once.</param>
/// <param name="WordBits">Bits of a word, two's complement.</param>
/// <param name="IndexBits">Bits of the index.</param>
/// <param name="Entries">What it shows in one step, in the order of time.</param>
public sealed record TapPlan(string Name, string Stage, int Lanes, int WordBits, int IndexBits, IReadOnlyList<TapEntry> Entries)
{
    public int DataBits => Lanes * WordBits;

    public int DataMsb => DataBits - 1;

    public int IndexMsb => IndexBits - 1;
}

/// <summary>One row that a tap shows in a step.</summary>
/// <param name="Index">Index that it shows beside the words; several rows of a step may have the same.</param>
/// <param name="Layer">Layer it belongs to; −1 for the input, −2 for none.</param>
/// <param name="What">Which row it is, for messages.</param>
public sealed record TapEntry(int Index, int Layer, string What);
