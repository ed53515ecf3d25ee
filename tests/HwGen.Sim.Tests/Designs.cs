using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Sim.Tests;

/// <summary>Designs of every kind that the engine runs, small and always the same.</summary>
internal static class Designs
{
    /// <summary>Kinds of recurrent networks; mixed is a stack in which no two matrices that meet have one block size.</summary>
    public static TheoryData<string> Names() => ["gru", "gru reset first", "lstm", "google lstm", "mixed", "map"];

    public static RandomDesign Create(string name, int bits)
    {
        LayerDescription[] layers = name switch
        {
            "gru" => [new GruLayer(9, 16, 8), new DenseLayer(16, 9, 8)],
            "gru reset first" => [new GruLayer(9, 16, 8, 8, false), new DenseLayer(16, 9, 8, true)],
            "lstm" => [new LstmLayer(9, 16, 0, false, 8, 8, 8), new DenseLayer(16, 9, 8)],
            "google lstm" => [new LstmLayer(9, 17, 11, true, 8, 8, 8)],
            "mixed" => [new LstmLayer(9, 13, 10, true, 8, 4, 2), new GruLayer(10, 9, 4, 8, false), new DenseLayer(9, 5, 4)],
            "map" => [new ConvLayer(new(6, 5, 2), 12, 3, 3, 1, 1, 2, rectify: true), new PoolLayer(new(6, 5, 12), PoolKind.Max, 2, 2),
                new ConvLayer(new(3, 2, 12), 11, 2, 2, 1, 1, 8), new PoolLayer(new(4, 3, 11), PoolKind.Average, 2, 1), new DenseLayer(66, 7, 1)],
            "sparse gru" => [new GruLayer(9, 16, 1), new DenseLayer(16, 9, 1)],
            "sparse lstm" => [new LstmLayer(9, 13, 10, true, 1, 1, 1), new LstmLayer(10, 11, 0, false, 1, 1, 1)],
            _ => throw new ArgumentException($"There is no design '{name}'.", nameof(name)),
        };
        return new(31, layers, bits, new(3, 100, 1)
        {
            Streams = name is "lstm" or "mixed" or "sparse gru" ? 2 : 1,
            ColumnsPerCycle = name is "lstm" or "google lstm" or "sparse lstm" ? 2 : 1,
            VectorLanes = name is "mixed" or "sparse gru" ? 4 : 0,
            Sparse = name is "sparse gru" or "sparse lstm",
            ThreeMultiply = name is "mixed" or "google lstm",
        })
        {
            Density = name is "sparse gru" or "sparse lstm" ? 0.3 : 1,
            WeightBits = name switch
            {
                "mixed" => [Math.Min(18, bits + 2), Math.Max(4, bits - 2), bits],
                "map" => [.. layers.Select(_ => Math.Max(4, bits - 1))],
                _ => [],
            },
        };
    }
}
