using System.Numerics;
using HwGen.Core.Cost;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Cost;

public sealed class TableContentTests
{
    [Fact]
    public void Of_ConstantAndEqualColumns_CountsWhatIsLeft()
    {
        // Bit 0 counts, bit 1 is always 1, bit 2 is bit 0 again, bit 3 varies in the upper half only.
        TableContent content = TableContent.Of(Image(128, r => (r & 1) | 2 | ((r & 1) << 2) | (r >= 64 ? (r & 2) << 2 : 0)));

        Assert.Equal((3, 2), (content.Width, content.Columns));
        Assert.Equal(2, content.Tables6);      // the count's two halves are equal; the other column's lower half is constant
    }

    [Fact]
    public void Of_AbsentRows_AreNeitherZeroNorOne()
    {
        var image = new MemoryImage("weights_0", 1, 64, new Dictionary<int, BigInteger> { [3] = 1, [9] = 1 });

        Assert.Equal(new TableContent(0, 0, 0, 0), TableContent.Of(image));
    }

    private static MemoryImage Image(int depth, Func<int, int> row) => new("table", 4, depth, Enumerable.Range(0, depth).ToDictionary(r => r, r => (BigInteger)row(r)));
}
