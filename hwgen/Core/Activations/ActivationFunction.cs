namespace HwGen.Core.Activations;

/// <summary>The two saturating functions of recurrent cells.</summary>
public enum ActivationFunction
{
    /// <summary>1 / (1 + exp(−x)); tabulated on [0, 8).</summary>
    Sigmoid,

    /// <summary>tanh(x); tabulated on [0, 4).</summary>
    Tanh,
}
