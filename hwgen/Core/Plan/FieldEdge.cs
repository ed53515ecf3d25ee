namespace HwGen.Core.Plan;

/// <summary>In which cycles of a run a flag of a schedule row counts.</summary>
public enum FieldEdge
{
    /// <summary>In all of them: no flag of an edge.</summary>
    None,

    /// <summary>In its first.</summary>
    First,

    /// <summary>In its last.</summary>
    Last,
}
