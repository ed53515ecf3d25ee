using HwGen.Core;
using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>A trained network as a file: same network and key, same bytes.</summary>
public static class NetworkFile
{
    private const string Magic = "HWGENNET";

    /// <param name="path">Replaced as a whole or not at all.</param>
    /// <param name="key">Says what the network was trained from.</param>
    public static void Save(string path, TrainedNetwork network, string key) => SealedFile.Write(path, Magic, key, writer =>
    {
        writer.Write(network.Layers.Count);
        foreach (var layer in network.Layers)
            Write(writer, layer);
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
        for (int i = 0; i < layers.Length; i++) layers[i] = ReadLayer(reader);
        return new ParameterLayout(layers).Unpack(reader.ReadFloats());
    }

    private enum Kind : byte
    {
        Gru = 1,
        Dense = 2,
        Lstm = 3,
        Conv = 4,
        Pool = 5,
    }

    /// <summary>All that a layer's description says, in a line that changes with nothing else.</summary>
    public static string Describe(LayerDescription layer)
    {
        var (kind, numbers) = Numbers(layer);
        return $"{kind} {string.Join(' ', numbers)}";
    }

    private static void Write(BinaryWriter writer, LayerDescription layer)
    {
        var (kind, numbers) = Numbers(layer);
        writer.Write((byte)kind);
        foreach (int number in numbers) writer.Write(number);
    }

    private static (Kind Kind, int[] Numbers) Numbers(LayerDescription layer) => layer switch
    {
        GruLayer g => (Kind.Gru, (int[])[g.InputSize, g.OutputSize, g.InputBlockSize, g.RecurrentBlockSize, Number(g.LinearBeforeReset)]),
        LstmLayer m => (Kind.Lstm, [m.InputSize, m.Cells, m.Projection, Number(m.Peepholes), m.InputBlockSize, m.RecurrentBlockSize, m.ProjectionBlockSize]),
        ConvLayer c => (Kind.Conv, [c.Input.Height, c.Input.Width, c.Input.Channels, c.Output.Channels, c.KernelHeight, c.KernelWidth, c.Stride,
            c.Padding, c.BlockSize, Number(c.BatchNorm), c.NormGroup, Number(c.Rectify)]),
        PoolLayer p => (Kind.Pool, [p.Input.Height, p.Input.Width, p.Input.Channels, (int)p.Kind, p.Window, p.Stride]),
        DenseLayer d => (Kind.Dense, [d.InputSize, d.OutputSize, d.BlockSize, Number(d.Rectify)]),
        _ => throw new ArgumentException($"No file form for {layer.GetType().Name}.", nameof(layer)),
    };

    private static LayerDescription ReadLayer(BinaryReader reader)
    {
        var kind = (Kind)reader.ReadByte();
        int Next() => reader.ReadInt32();
        bool Flag() => reader.ReadInt32() != 0;
        return kind switch      // arguments are read from left to right
        {
            Kind.Gru => new GruLayer(Next(), Next(), Next(), Next(), Flag()),
            Kind.Lstm => new LstmLayer(Next(), Next(), Next(), Flag(), Next(), Next(), Next()),
            Kind.Conv => new ConvLayer(new(Next(), Next(), Next()), Next(), Next(), Next(), Next(), Next(), Next(), Flag(), Next(), Flag()),
            Kind.Pool => new PoolLayer(new(Next(), Next(), Next()), (PoolKind)Next(), Next(), Next()),
            Kind.Dense => new DenseLayer(Next(), Next(), Next(), Flag()),
            _ => throw new InvalidDataException($"No layer has the kind {(int)kind}."),
        };
    }

    private static int Number(bool flag) => flag ? 1 : 0;
}
