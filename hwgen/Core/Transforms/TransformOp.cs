namespace HwGen.Core.Transforms;

/// <summary>What one node of a transform's data flow does to raw words.</summary>
public enum TransformOp
{
    /// <summary>Word <see cref="TransformNode.A"/> of the input block.</summary>
    Input,

    /// <summary>round(a + b): the shift is the level's scaling or a product's return to its input's fraction bits.</summary>
    Add,

    /// <summary>round(a − b).</summary>
    Subtract,

    /// <summary>a · constant, all bits kept.</summary>
    Multiply,

    /// <summary>round(a): shift without a sum.</summary>
    Round,

    /// <summary>2·a: a lane that the butterfly doubles without adding. With a shift of 1 the word stays as it is and only its
    /// binary point moves.</summary>
    Double,
}
