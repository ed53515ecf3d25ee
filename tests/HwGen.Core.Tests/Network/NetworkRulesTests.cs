using HwGen.Core.Network;

namespace HwGen.Core.Tests.Network;

public sealed class NetworkRulesTests
{
    private static readonly LayerDescription Gru = new GruLayer(8, 8, 4), Lstm = new LstmLayer(8, 8, 0, true, 4, 4, 1), Dense = new DenseLayer(8, 8, 4);

    private static readonly LayerDescription Conv = new ConvLayer(new(4, 4, 1), 6, 3, 3, 1, 0, 1), Pool = new PoolLayer(new(2, 2, 6), PoolKind.Max, 2, 2);

    [Fact]
    public void Find_NetworksInOrder_AreRight()
    {
        foreach (bool open in new[] { false, true })
        {
            Assert.Null(NetworkRules.Find([Gru, Dense], open));
            Assert.Null(NetworkRules.Find([Gru, Lstm, Dense, Dense], open));
            Assert.Null(NetworkRules.Find([Conv, Pool, new DenseLayer(6, 3, 2)], open));
        }
    }

    [Fact]
    public void Find_LastLayerThatIsNotDense_IsRightOnlyWhereTheEndIsOpen()
    {
        foreach (LayerDescription[] layers in new LayerDescription[][] { [Gru], [Lstm], [Gru, Lstm], [Conv], [Conv, Pool] })
        {
            Assert.Null(NetworkRules.Find(layers, endsOpen: true));
            var wrong = Assert.NotNull(NetworkRules.Find(layers));
            Assert.Equal(layers.Length - 1, wrong.Layer);
            Assert.StartsWith("the last layer is no dense layer", wrong.Complaint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Find_LayerOutOfPlace_IsNamedWhereverTheEndIs()
    {
        foreach (bool open in new[] { false, true })
        {
            Check([Dense, Gru], 0, "a network begins with recurrent layers or convolutions");
            Check([Dense], 0, "a network begins with recurrent layers or convolutions");
            Check([Gru, Dense, Gru], 2, "a recurrent layer reads sequences");
            Check([Conv, Gru], 1, "a recurrent layer reads sequences");
            Check([Gru, Conv], 1, "a convolution or pool reads a map");
            Check([Gru, Dense, Pool, Dense], 2, "a convolution or pool reads a map");
            Check([Conv, new DenseLayer(24, 3, 4)], 1, "blocks of 4 would hold channels of several positions, since the map below has 6");

            void Check(LayerDescription[] layers, int layer, string complaint)
            {
                var wrong = Assert.NotNull(NetworkRules.Find(layers, open));
                Assert.Equal(layer, wrong.Layer);
                Assert.StartsWith(complaint, wrong.Complaint, StringComparison.Ordinal);
            }
        }
    }
}
