using HwGen.Core.Network;
using HwGen.Frontend.Onnx;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>Exported networks: ONNX Runtime computes what the product does, and they come back.</summary>
public sealed class ExportTests
{
    private const int Batch = 3, Steps = 5;

    public static TheoryData<string, LayerDescription[]> Networks => new()
    {
        { "gru", [new GruLayer(6, 8, 4), new GruLayer(8, 12, 2, 4, false), new DenseLayer(12, 5, 4)] },
        { "lstm", [new LstmLayer(6, 8, 0, true, 2, 4, 1), new LstmLayer(8, 6, 0, false, 1, 1, 1), new DenseLayer(6, 9, 1, rectify: true), new DenseLayer(9, 4, 2)] },
    };

    /// <summary>Comes back as an LSTM and a dense layer, which no LSTM may follow.</summary>
    public static TheoryData<string, LayerDescription[]> ProjectedNetworks => new()
    {
        { "google-lstm", [new LstmLayer(6, 16, 8, true, 4, 4, 4), new LstmLayer(8, 12, 4, true, 4, 4, 4), new DenseLayer(4, 3, 1)] },
    };

    public static TheoryData<string, LayerDescription[]> MapNetworks
    {
        get
        {
            var conv = new ConvLayer(new(9, 10, 3), 6, 3, 2, 1, 1, 2, batchNorm: true, normGroup: 2, rectify: true);
            var pool = new PoolLayer(conv.Output, PoolKind.Max, 2, 2);
            var second = new ConvLayer(pool.Output, 8, 2, 2, 2, 0, 4);
            var average = new PoolLayer(second.Output, PoolKind.Average, 2, 1);
            return new() { { "cnn", [conv, pool, second, average, new DenseLayer(average.Output.Size, 7, 4, rectify: true), new DenseLayer(7, 4, 1)] } };
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    [MemberData(nameof(ProjectedNetworks))]
    public void Write_RecurrentNetwork_OnnxRuntimeComputesTheSame(string name, LayerDescription[] layers)
    {
        var network = Sample.Network(name.Length, layers);
        float[] inputs = Sample.Values(9, Batch * Steps * network.InputSize);

        foreach (bool everyStep in (bool[])[false, true])
            Oracle.AssertEqual(Oracle.Forward(network, inputs, Batch, everyStep),
                Oracle.Run(OnnxExport.Write(network, everyStep), Oracle.Tensor("input", inputs, Batch, Steps, network.InputSize)));
    }

    [Theory]
    [MemberData(nameof(MapNetworks))]
    public void Write_ConvolutionalNetwork_OnnxRuntimeComputesTheSame(string name, LayerDescription[] layers)
    {
        var network = ImageSample.Network(name.Length, layers);
        var input = ((ConvLayer)layers[0]).Input;
        float[] inputs = Sample.Values(9, Batch * input.Size);

        Oracle.AssertEqual(Oracle.Forward(network, Oracle.ChannelsLast(inputs, Batch, input.Channels), Batch, everyStep: false),
            Oracle.Run(OnnxExport.Write(network, false), Oracle.Tensor("input", inputs, Batch, input.Channels, input.Height, input.Width)));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    [MemberData(nameof(MapNetworks))]
    public void Read_ExportedNetwork_IsTheSame(string name, LayerDescription[] layers)
    {
        var dense = Sample.Network(name.Length, [.. layers.Select(l => l is ConvLayer c ? c.WithoutBatchNorm().WithBlockSize(1) : l.WithBlockSize(1))]);

        var back = Oracle.Import(OnnxExport.Write(dense, everyStep: false)).Network;

        Assert.Equal(dense.Layers, back.Layers);
        Assert.Equal(dense.Weights.SelectMany(w => w.Matrices).Select(m => m.FirstColumns), back.Weights.SelectMany(w => w.Matrices).Select(m => m.FirstColumns));
        Assert.Equal(dense.Weights.SelectMany(w => w.Vectors), back.Weights.SelectMany(w => w.Vectors));
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytes()
    {
        var network = Sample.Network(1, new GruLayer(6, 8, 4), new DenseLayer(8, 5, 4));

        Assert.Equal(OnnxExport.Write(network, false), OnnxExport.Write(network, false));
    }
}
