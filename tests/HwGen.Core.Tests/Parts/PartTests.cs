using HwGen.Core.Parts;

namespace HwGen.Core.Tests.Parts;

public sealed class PartTests
{
    [Theory]
    [InlineData("xcku060", "XCKU060")]
    [InlineData("ultrascale", "XCKU060")]
    [InlineData("Xilinx7", "XC7VX690T")]
    [InlineData("ecp5", "LFE5U-85F")]
    [InlineData("ice40", "UP5K")]
    [InlineData("HX8K", "HX8K")]
    public void Find_FamilyOrPart_GivesThePart(string name, string part) => Assert.Equal(part, Part.Find(name)!.Name);

    [Fact]
    public void Find_Other_IsNull() => Assert.Null(Part.Find("xc7"));

    [Fact]
    public void Names_All_AreFound()
    {
        Assert.Equal(Enum.GetValues<FpgaFamily>().Length + Part.All.Count, Part.Names.Distinct().Count());
        Assert.All(Part.Names, n => Assert.NotNull(Part.Find(n)));
    }

    [Fact]
    public void Beyond_TooManyOfTwo_NamesBoth()
    {
        Part part = Part.Find("xc7s15")!;

        var beyond = new ResourceCount(8_001, 16_000, 21, 10).Beyond(part.Capacity);

        Assert.Equal([("LUT", 8_001.0, 8_000.0), ("DSP", 21.0, 20.0)], beyond);
    }

    [Fact]
    public void Holding_Design_ListsTheSmallestPartFirst() =>
        Assert.Equal(["XC7Z020", "XC7VX690T"], Part.Holding(new(10, 10, 21, 0), FpgaFamily.Xilinx7).Select(p => p.Name));

    // 30 blocks of 4,096 bits; 208 of 18,432.
    [Theory]
    [InlineData("up5k", 3.3333)]
    [InlineData("lfe5u-85f", 104)]
    [InlineData("xcku060", 1_080)]
    public void Capacity_BlockMemory_IsInUnitsOf36Kilobit(string name, double bram36) => Assert.Equal(bram36, Part.Find(name)!.Capacity.Bram36, 0.0001);
}
