namespace HwGen.Core.Plan;

/// <summary>Which matrix product a row block belongs to; the numbers are the hardware's destination codes.</summary>
public enum SumKind
{
    /// <summary>W_z x + R_z h.</summary>
    Update = 0,

    /// <summary>W_r x + R_r h.</summary>
    Reset = 1,

    /// <summary>W_n x.</summary>
    CandidateInput = 2,

    /// <summary>R_n h.</summary>
    CandidateRecurrent = 3,

    /// <summary>W x of the output layer.</summary>
    Output = 4,
}
