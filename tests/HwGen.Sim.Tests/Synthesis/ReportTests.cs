using HwGen.Core.Parts;
using HwGen.Sim.Synthesis;

namespace HwGen.Sim.Tests.Synthesis;

/// <summary>Readers of what the tools print.</summary>
public sealed class ReportTests
{
    [Fact]
    public void Parse_OneModule_TakesTheLastStatistics()
    {
        var cells = StatReport.Parse(Recorded.Flat);

        Assert.Equal((11, 44L, 989L), (cells.Count, cells["DSP48E1"], cells["LUT2"]));
    }

    [Fact]
    public void Parse_Hierarchy_TakesTheTotal()
    {
        var cells = StatReport.Parse(Recorded.Hierarchy);

        Assert.Equal([("CARRY4", 4L), ("FDRE", 16L), ("LUT2", 16L)], cells.Select(c => (c.Key, c.Value)).Order());
    }

    [Theory]
    [InlineData("nothing of the kind")]
    [InlineData("1. Printing statistics.\n\n")]
    [InlineData("1. Printing statistics.\n=== a ===\n   Number of cells:   1\n     LUT2   1\n=== b ===\n   Number of cells:   1\n     LUT2   1\n")]
    public void Parse_NoTotal_Throws(string log) => Assert.Throws<FormatException>(() => StatReport.Parse(log));

    [Fact]
    public void Price_XilinxCells_CountsMemoryAndShiftRegistersAsLookUpTables()
    {
        var (sum, unknown) = StatReport.Price(FpgaFamily.Xilinx7, StatReport.Parse(Recorded.Flat));

        Assert.Equal(new ResourceCount(382 + 989 + 216 + 4 * 79 + 243, 2808 + 73, 44, 1.5), sum);
        Assert.Empty(unknown);
    }

    [Theory]
    [InlineData(FpgaFamily.Ecp5, "CCU2C", 2, 0, 0, 0)]
    [InlineData(FpgaFamily.Ecp5, "DP16KD", 0, 0, 0, 0.5)]
    [InlineData(FpgaFamily.Ice40, "SB_DFFESR", 0, 1, 0, 0)]
    [InlineData(FpgaFamily.Ice40, "SB_RAM40_4K", 0, 0, 0, 1 / 9.0)]
    [InlineData(FpgaFamily.UltraScale, "RAM32M16", 8, 0, 0, 0)]
    public void Of_Cell_TakesWhatItsFamilySays(FpgaFamily family, string cell, long lut, long ff, long dsp, double bram36)
    {
        ResourceCount cost = CellCosts.Of(family, cell)!;

        Assert.Equal((lut, ff, dsp), (cost.Lut, cost.Ff, cost.Dsp));
        Assert.Equal(bram36, cost.Bram36, 1e-9);
    }

    [Fact]
    public void Price_CellOfAnotherFamily_IsNamed() =>
        Assert.Equal(["SB_LUT4"], StatReport.Price(FpgaFamily.Xilinx7, [new("SB_LUT4", 3), new("LUT2", 1)]).Unknown);

    [Fact]
    public void Read_Netlist_CountsElementsThroughTheHierarchy()
    {
        ElementCensus census = ElementCensus.Read(Recorded.Netlist, "top");

        Assert.Equal([("K=4", 4L, @"$paramod$1\hwgen_pe"), ("K=8", 1L, @"$paramod$3\hwgen_pe")], census.Kinds.Select(k => (k.Parameters, k.Count, k.Representative)));
        Assert.Equal([new TopPort("aclk", true, 1), new TopPort("data", true, 3), new TopPort("out", false, 2)], census.Ports);
    }

    [Theory]
    [InlineData("{", "top")]
    [InlineData("""{ "modules": {} }""", "top")]
    public void Read_NoNetlistOfTheTop_Throws(string json, string top) => Assert.Throws<FormatException>(() => ElementCensus.Read(json, top));

    [Fact]
    public void Utilization_TooLargeDesign_NamesEachSite()
    {
        Assert.Equal([("ICESTORM_LC", 9652, 5280), ("ICESTORM_RAM", 30, 30), ("ICESTORM_DSP", 44, 8)], PlaceAndRoute.Utilization(Recorded.TooLarge));
        Assert.True(PlaceAndRoute.NoRoom(Recorded.TooLarge));
        Assert.False(PlaceAndRoute.NoRoom("ERROR: unknown package"));
    }

    [Fact]
    public void Fmax_TwoClocks_IsTheSlower() =>
        Assert.Equal(47.5, PlaceAndRoute.Fmax("""{ "fmax": { "a": { "achieved": 51.25, "constraint": 12 }, "b": { "achieved": 47.5, "constraint": 12 } } }"""));

    [Fact]
    public void Fmax_NoClock_Throws() => Assert.Throws<FormatException>(() => PlaceAndRoute.Fmax("""{ "fmax": {} }"""));
}
