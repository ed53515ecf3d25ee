namespace HwGen.Frontend.Training;

public enum TrainingPhase
{
    /// <summary>The dense baseline, from random weights.</summary>
    Dense,

    /// <summary>Dense weights pulled towards block-circulant ones.</summary>
    Admm,

    /// <summary>First columns only, in the frequency domain.</summary>
    Retrain,

    /// <summary>First columns only, from random ones.</summary>
    Scratch,

    /// <summary>Sparse, from random weights, rewired after each epoch.</summary>
    Dnr,

    /// <summary>The projections of a dense network's channels.</summary>
    Cap,
}
