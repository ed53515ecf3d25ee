namespace HwGen.Frontend.Data;

public enum LabelKind
{
    /// <summary>One label for the whole sequence.</summary>
    Sequence,

    /// <summary>One label for each step.</summary>
    Frame,
}
