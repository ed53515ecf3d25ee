using System.Numerics;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class WeightLoadTests
{
    private static readonly RandomDesign Design =
        new(820, [new LstmLayer(9, 10, 5, true, 4, 4, 4), new DenseLayer(5, 3, 4)], 11, new(3, 100, 1) { ColumnsPerCycle = 2, ReloadableWeights = true });

    [Fact]
    public void Words_EveryMemory_AreItsRows()
    {
        AcceleratorPlan plan = Design.Plan();
        WeightLoad load = plan.Load!;
        Assert.Equal(["weights_0", "weights_1", "weights_2", "cell", "linear"], load.Memories.Select(m => m.Image.Name));
        Assert.Equal(Enumerable.Range(0, 5), load.Memories.Select(m => m.Number));
        foreach (LoadedMemory memory in load.Memories)
            for (int row = 0; row < memory.Rows; row++)
            {
                BigInteger held = 0;
                for (int bit = 0; bit < memory.Image.Width; bit++) held |= (BigInteger)((load.Words[memory.WordOf(row, bit)] >> (bit % 32)) & 1) << bit;
                Assert.Equal(memory.Image.Rows.GetValueOrDefault(row), held);
            }
        Assert.Equal(load.Memories.Sum(m => m.Rows * m.WordsPerRow), load.Words.Count);
        string[] lines = load.ToHex().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(load.Words.Select(w => $"{w:x8}"), lines[WeightLoad.HeaderWords..]);
        Assert.Equal($"{load.Digest:x16}", lines[1] + lines[0]);
    }

    /// <summary>Other weights in the same formats are exchangeable; any other number of the structure is not.</summary>
    [Fact]
    public void Digest_OtherWeights_StaysAndOtherStructureDoesNot()
    {
        TrainedNetwork network = Design.Network();
        NetworkFormats formats = Design.Formats(network);
        WeightLoad load = Create(network, formats, Design.Hardware);
        WeightLoad other = Create((Design with { Seed = 821 }).Network(), formats, Design.Hardware);
        Assert.Equal(load.Digest, other.Digest);
        Assert.NotEqual(load.Words, other.Words);
        HardwareSettings[] shapes = [Design.Hardware with { ProcessingElements = 2 }, Design.Hardware with { ColumnsPerCycle = 1 }, Design.Hardware with { Streams = 2 }];
        Assert.All(shapes, s => Assert.NotEqual(load.Digest, Create(network, formats, s).Digest));
        LayerFormats layer = formats.Layers[1];
        NetworkFormats moved = formats with { Layers = [formats.Layers[0], layer with { Bias = new FixedFormat(layer.Bias.Width, layer.Bias.FracBits + 1) }] };
        Assert.NotEqual(load.Digest, Create(network, moved, Design.Hardware).Digest);
    }

    [Fact]
    public void Load_WeightsInRom_IsNone()
    {
        AcceleratorPlan plan = (Design with { Hardware = Design.Hardware with { ReloadableWeights = false } }).Plan();
        Assert.Null(plan.Load);
        Assert.Throws<ArgumentException>(() => RegisterMap.Constants(plan));
        Assert.True(plan.AccumulatorBits < Design.Plan().AccumulatorBits);
    }

    [Fact]
    public void Registers_Fields_DoNotOverlap()
    {
        Assert.Equal(Enumerable.Range(0, RegisterMap.Registers.Count).Select(i => 4 * i), RegisterMap.Registers.Select(r => r.Offset));
        Assert.True(RegisterMap.End <= 1 << RegisterMap.AddressBits);
        foreach (Register register in RegisterMap.Registers)
            Assert.Equal(register.Fields.Sum(f => f.Bits), BitOperations.PopCount(register.Fields.Aggregate(0u, (mask, f) => mask | f.Mask)));
        // Three streams, lanes of 16 bits, words of 11, blocks of 4.
        Assert.Equal(0x0310_0b04u, RegisterMap.Constants((Design with { Hardware = Design.Hardware with { Streams = 3 } }).Plan())["WORDS"]);
    }

    private static WeightLoad Create(TrainedNetwork network, NetworkFormats formats, HardwareSettings hardware) =>
        AcceleratorPlan.Create("weights", network, formats, hardware).Load!;
}
