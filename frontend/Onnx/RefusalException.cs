namespace HwGen.Frontend.Onnx;

/// <summary>A node that can't become part of a network.</summary>
/// <param name="reason">What it does that the product doesn't.</param>
/// <param name="nearest">The nearest form that is supported.</param>
internal sealed class RefusalException(string reason, string nearest) : Exception($"{reason}: {nearest}");

/// <summary>A node reads what a refused node would have given: it can't be judged any further.</summary>
internal sealed class BrokenInputException : Exception;
