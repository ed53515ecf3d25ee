namespace HwGen.Core.Plan;

/// <summary>A named observation point: when its valid signal is high it shows one row of words and which row of the step it is.</summary>
/// <param name="Name">Name in reports and, with prefix tap_, in the RTL.</param>
/// <param name="Stage">What the report calls the stage.</param>
/// <param name="Lanes">Words shown at once.</param>
/// <param name="WordBits">Bits of a word, two's complement.</param>
/// <param name="IndexBits">Bits of the index.</param>
/// <param name="Indices">Every index of one step.</param>
public sealed record TapPlan(string Name, string Stage, int Lanes, int WordBits, int IndexBits, IReadOnlyList<int> Indices)
{
    public int DataBits => Lanes * WordBits;

    public int DataMsb => DataBits - 1;

    public int IndexMsb => IndexBits - 1;
}
