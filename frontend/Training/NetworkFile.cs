using HwGen.Core;
using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>A trained network as a file: same network and key, same bytes.</summary>
public static class NetworkFile
{
    private const string Magic = "HWGENNET";
    private const byte Gru = 1, Dense = 2;

    /// <param name="path">Replaced as a whole or not at all.</param>
    /// <param name="key">Says what the network was trained from.</param>
    public static void Save(string path, TrainedNetwork network, string key) => SealedFile.Write(path, Magic, key, writer =>
    {
        writer.Write(network.Layers.Count);
        foreach (var (layer, weights) in network.Layers.Zip(network.Weights))
        {
            writer.Write(layer is GruLayer ? Gru : Dense);
            writer.Write(layer.InputSize);
            writer.Write(layer.OutputSize);
            writer.Write(layer.BlockSize);
        }
        writer.WriteFloats(new ParameterLayout(network.Layers).Pack(network));
    });

    /// <exception cref="InputException">Missing, truncated or changed.</exception>
    public static TrainedNetwork Load(string path) => SealedFile.Read(path, Magic, Read).Value;

    /// <exception cref="InputException">Missing, truncated, changed, or of another key.</exception>
    public static TrainedNetwork Load(string path, string key)
    {
        var (found, network) = SealedFile.Read(path, Magic, Read);
        return found == key ? network
            : throw new InputException(new InputError(path, 1, 1, "belongs to another design; run training for this one."));
    }

    private static TrainedNetwork Read(BinaryReader reader)
    {
        var layers = new LayerDescription[reader.ReadInt32()];
        for (int i = 0; i < layers.Length; i++)
        {
            bool gru = reader.ReadByte() == Gru;
            int input = reader.ReadInt32(), output = reader.ReadInt32(), k = reader.ReadInt32();
            layers[i] = gru ? new GruLayer(input, output, k) : new DenseLayer(input, output, k);
        }
        return new ParameterLayout(layers).Unpack(reader.ReadFloats());
    }
}
