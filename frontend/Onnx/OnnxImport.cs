using HwGen.Core;

namespace HwGen.Frontend.Onnx;

/// <summary>From an ONNX model to a trained network.</summary>
/// <remarks>Operators of opsets 11 to 22, a chain of layers. Source: onnx.proto and the operators' descriptions, ONNX 1.12 to 1.17.</remarks>
public static class OnnxImport
{
    /// <exception cref="InputException">Missing, damaged, or with something that is not supported: all of it, each with its node.</exception>
    public static ImportedNetwork Read(string path) => GraphReader.Read(OnnxFile.Read(path));

    /// <param name="path">For messages; external data lie in its folder.</param>
    /// <param name="bytes">The file's content.</param>
    /// <exception cref="InputException">As <see cref="Read(string)"/>.</exception>
    public static ImportedNetwork Read(string path, byte[] bytes) => GraphReader.Read(OnnxFile.Parse(path, bytes));
}
