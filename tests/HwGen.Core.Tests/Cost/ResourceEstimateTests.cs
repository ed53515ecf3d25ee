using HwGen.Core.Cost;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;
using HwGen.Core.Transforms;

namespace HwGen.Core.Tests.Cost;

/// <summary>The rules against what Yosys 0.23 made of single multipliers and memories.</summary>
public sealed class ResourceEstimateTests
{
    [Theory]
    [InlineData(FpgaFamily.Xilinx7, 4, 4, 0)]
    [InlineData(FpgaFamily.Xilinx7, 5, 4, 1)]
    [InlineData(FpgaFamily.Xilinx7, 18, 18, 1)]
    [InlineData(FpgaFamily.Xilinx7, 25, 18, 1)]
    [InlineData(FpgaFamily.Xilinx7, 26, 18, 2)]
    [InlineData(FpgaFamily.Xilinx7, 35, 18, 2)]
    [InlineData(FpgaFamily.Xilinx7, 20, 20, 2)]
    [InlineData(FpgaFamily.Xilinx7, 24, 24, 2)]
    [InlineData(FpgaFamily.UltraScale, 4, 4, 0)]
    [InlineData(FpgaFamily.UltraScale, 18, 27, 1)]
    [InlineData(FpgaFamily.UltraScale, 28, 18, 2)]
    [InlineData(FpgaFamily.Ecp5, 4, 4, 1)]
    [InlineData(FpgaFamily.Ecp5, 18, 18, 1)]
    [InlineData(FpgaFamily.Ecp5, 19, 18, 1)]
    [InlineData(FpgaFamily.Ecp5, 20, 18, 2)]
    [InlineData(FpgaFamily.Ecp5, 35, 18, 2)]
    [InlineData(FpgaFamily.Ecp5, 24, 24, 4)]
    [InlineData(FpgaFamily.Ice40, 5, 5, 0)]
    [InlineData(FpgaFamily.Ice40, 6, 5, 1)]
    [InlineData(FpgaFamily.Ice40, 17, 16, 1)]
    [InlineData(FpgaFamily.Ice40, 18, 16, 2)]
    [InlineData(FpgaFamily.Ice40, 18, 18, 3)]
    public void Dsps_Product_AreAsSynthesised(FpgaFamily family, int a, int b, int dsps)
    {
        Assert.Equal(dsps, ResourceEstimate.Dsps(a, b, family));
        Assert.Equal(dsps, ResourceEstimate.Dsps(b, a, family));
    }

    [Theory]
    [InlineData(FpgaFamily.Xilinx7, 64, 96, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 128, 96, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 256, 16, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 256, 96, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 512, 8, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 512, 16, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 512, 24, false, 0.5)]
    [InlineData(FpgaFamily.Xilinx7, 512, 36, false, 0.5)]
    [InlineData(FpgaFamily.Xilinx7, 512, 72, false, 1)]
    [InlineData(FpgaFamily.Xilinx7, 512, 96, false, 1.5)]
    [InlineData(FpgaFamily.Xilinx7, 512, 144, false, 2)]
    [InlineData(FpgaFamily.Xilinx7, 1024, 8, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 1024, 12, false, 0.5)]
    [InlineData(FpgaFamily.Xilinx7, 1024, 36, false, 1)]
    [InlineData(FpgaFamily.Xilinx7, 1024, 96, false, 3)]
    [InlineData(FpgaFamily.Xilinx7, 2048, 4, false, 0)]
    [InlineData(FpgaFamily.Xilinx7, 2048, 96, false, 5.5)]
    [InlineData(FpgaFamily.Xilinx7, 4096, 18, false, 2)]
    [InlineData(FpgaFamily.Xilinx7, 32, 96, true, 0)]
    [InlineData(FpgaFamily.Xilinx7, 64, 96, true, 0)]
    [InlineData(FpgaFamily.Xilinx7, 128, 16, true, 0)]
    [InlineData(FpgaFamily.Xilinx7, 128, 24, true, 0.5)]
    [InlineData(FpgaFamily.Xilinx7, 128, 96, true, 1.5)]
    [InlineData(FpgaFamily.Xilinx7, 256, 8, true, 0)]
    [InlineData(FpgaFamily.Xilinx7, 256, 16, true, 0.5)]
    [InlineData(FpgaFamily.Xilinx7, 256, 96, true, 1.5)]
    [InlineData(FpgaFamily.Xilinx7, 512, 72, true, 1)]
    [InlineData(FpgaFamily.Xilinx7, 1024, 96, true, 3)]
    [InlineData(FpgaFamily.Xilinx7, 4096, 18, true, 2)]
    [InlineData(FpgaFamily.UltraScale, 64, 96, true, 0)]
    [InlineData(FpgaFamily.UltraScale, 128, 16, true, 0)]
    [InlineData(FpgaFamily.UltraScale, 128, 24, true, 0)]
    [InlineData(FpgaFamily.UltraScale, 128, 96, true, 1.5)]
    [InlineData(FpgaFamily.UltraScale, 256, 8, true, 0)]
    [InlineData(FpgaFamily.UltraScale, 256, 16, true, 0.5)]
    [InlineData(FpgaFamily.UltraScale, 512, 144, true, 2)]
    [InlineData(FpgaFamily.Ecp5, 64, 16, false, 0)]
    [InlineData(FpgaFamily.Ecp5, 64, 96, false, 0)]
    [InlineData(FpgaFamily.Ecp5, 128, 24, false, 0.5)]
    [InlineData(FpgaFamily.Ecp5, 256, 4, false, 0)]
    [InlineData(FpgaFamily.Ecp5, 512, 4, false, 0)]
    [InlineData(FpgaFamily.Ecp5, 512, 8, false, 0.5)]
    [InlineData(FpgaFamily.Ecp5, 1024, 2, false, 0)]
    [InlineData(FpgaFamily.Ecp5, 1024, 4, false, 0.5)]
    [InlineData(FpgaFamily.Ecp5, 1024, 96, false, 3)]
    [InlineData(FpgaFamily.Ecp5, 2048, 96, false, 5.5)]
    [InlineData(FpgaFamily.Ecp5, 4096, 18, false, 2)]
    [InlineData(FpgaFamily.Ecp5, 32, 96, true, 0)]
    [InlineData(FpgaFamily.Ecp5, 64, 16, true, 0)]
    [InlineData(FpgaFamily.Ecp5, 64, 96, true, 1.5)]
    [InlineData(FpgaFamily.Ecp5, 128, 8, true, 0)]
    [InlineData(FpgaFamily.Ecp5, 128, 16, true, 0.5)]
    [InlineData(FpgaFamily.Ecp5, 256, 4, true, 0)]
    [InlineData(FpgaFamily.Ecp5, 256, 8, true, 0.5)]
    [InlineData(FpgaFamily.Ecp5, 1024, 96, true, 3)]
    [InlineData(FpgaFamily.Ice40, 32, 48, false, 0)]
    [InlineData(FpgaFamily.Ice40, 64, 16, false, 0)]
    [InlineData(FpgaFamily.Ice40, 128, 16, false, 1 / 9.0)]
    [InlineData(FpgaFamily.Ice40, 256, 4, false, 0)]
    [InlineData(FpgaFamily.Ice40, 512, 2, false, 0)]
    [InlineData(FpgaFamily.Ice40, 512, 4, false, 1 / 9.0)]
    [InlineData(FpgaFamily.Ice40, 512, 24, false, 3 / 9.0)]
    [InlineData(FpgaFamily.Ice40, 512, 48, false, 6 / 9.0)]
    [InlineData(FpgaFamily.Ice40, 1024, 12, false, 3 / 9.0)]
    [InlineData(FpgaFamily.Ice40, 16, 16, true, 1 / 9.0)]
    [InlineData(FpgaFamily.Ice40, 32, 48, true, 3 / 9.0)]
    [InlineData(FpgaFamily.Ice40, 512, 16, true, 2 / 9.0)]
    public void Bram36_Memory_IsAsSynthesised(FpgaFamily family, int rows, int width, bool writable, double bram36) =>
        Assert.Equal(bram36, ResourceEstimate.Bram36(new(rows, width, writable, 1), family), 1e-9);

    /// <summary>Synthesised: 1,780 LUT, or with the attribute seven blocks.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 7)]
    public void Bram36_MemoryThatFillsLessThanHalfOfItsBlocks_IsWhatTheVerilogAsksFor(bool inBlocks, double bram36) =>
        Assert.Equal(bram36, ResourceEstimate.Bram36(new(239, 480, false, 1) { InBlocks = inBlocks }, FpgaFamily.UltraScale), 1e-9);

    [Fact]
    public void Of_TwiceTheDemand_IsTwiceTheResources()
    {
        ResourceDemand one = ResourceDemand.Element(8, 12, 12, 32, 512);
        ResourceCount a = ResourceEstimate.Of(one, FpgaFamily.Xilinx7), b = ResourceEstimate.Of(2 * one, FpgaFamily.Xilinx7), c = ResourceEstimate.Of(one + one, FpgaFamily.Xilinx7);

        Assert.Equal(b, c);
        Assert.Equal((2 * a.Dsp, 2 * a.Bram36), (b.Dsp, b.Bram36));
        Assert.InRange(b.Lut - 2 * a.Lut, -1, 1);       // rounded once
        Assert.InRange(b.Ff - 2 * a.Ff, -1, 1);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void Element_Multipliers_AreThoseOfASpectralProduct(int k) =>
        Assert.Equal(Spectrum.ProductMultiplies(k), ResourceEstimate.Of(ResourceDemand.Element(k, 12, 12, 32, 64), FpgaFamily.Xilinx7).Dsp);

    // 96 bits wide and 512 deep: Yosys 0.23 takes 3 RAMB18E1, 3 DP16KD or 12 SB_RAM40_4K for hwgen_weights, one table and no register.
    [Theory]
    [InlineData(FpgaFamily.Xilinx7, 1.5)]
    [InlineData(FpgaFamily.Ecp5, 1.5)]
    [InlineData(FpgaFamily.Ice40, 12 / 9.0)]
    public void Element_ReloadableWeights_TakeBlocksAndNothingAroundThem(FpgaFamily family, double bram36)
    {
        ResourceCount reloadable = ResourceEstimate.Of(new ResourceDemand { Memories = [new(512, 96, true, 1) { Exclusive = true }] }, family);
        Assert.Equal(bram36, reloadable.Bram36, 1e-9);
        Assert.Equal(ResourceEstimate.Of(new ResourceDemand { Memories = [new(512, 96, false, 1)] }, family), reloadable);
    }

    [Fact]
    public void Of_PartWithoutMultipliers_PutsThemIntoLookUpTables()
    {
        ResourceDemand demand = ResourceDemand.Element(4, 12, 12, 32, 64);
        ResourceCount with = ResourceEstimate.Of(demand, FpgaFamily.Ice40), without = ResourceEstimate.Of(demand, FpgaFamily.Ice40, dsps: false);

        Assert.Equal(0, without.Dsp);
        Assert.True(without.Lut >= with.Lut + 6 * 12 * 12);
    }

    // Eight points: 328 LUT with 64 shift registers, 260 FF, 2 DSP measured (docs/results/fft-area.txt).
    [Fact]
    public void Of_EightPointTransform_IsNearWhatWasMeasured()
    {
        TransformPlan plan = TransformBuilder.Forward(8, new FixedFormat(16, 15), new FixedFormat(16, 15), [1, 1, 1]);

        // The constants fitted to whole 7-series designs do not hold for a unit alone; those that nothing is fitted to do.
        ResourceCount estimate = ResourceEstimate.Of(ResourceDemand.Of(plan), FpgaFamily.Xilinx7, coefficients: AreaCoefficients.For(FpgaFamily.UltraScale));

        Assert.Equal((2, 0), (estimate.Dsp, estimate.Bram36));
        Assert.InRange(estimate.Lut, 0.8 * (328 + 64), 1.2 * (328 + 64));
        Assert.InRange(estimate.Ff, 0.8 * 260, 1.2 * 260);
    }
}
