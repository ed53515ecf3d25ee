using HwGen.Core.Network;

namespace HwGen.Core.Design;

/// <summary>Which networks a way of compression can take.</summary>
public static class CompressionRules
{
    /// <summary>The first layer that does not fit the way, and what to do; null if all do.</summary>
    public static (int Layer, string Complaint)? Find(IReadOnlyList<LayerDescription> layers, TrainingSettings training)
    {
        bool channels = training.Method == CompressionMethod.Cap || training is { Method: CompressionMethod.Dnr, Dnr.Unit: PruningUnit.Channel };
        for (int l = 0; l < layers.Count; l++)
        {
            int k = layers[l].BlockSize;
            if (k > 1 && training is { Method: CompressionMethod.None, Noise: not null })
                return (l, $"noise goes with the dense baseline, but this layer has block_size {k}: write 1, or leave 'noise' out");
            if (!channels && training.Method == CompressionMethod.Dnr && k > 1)
                return (l, $"method dnr prunes single weights, which blocks of {k} do not have: write block_size 1, or unit channel");
            if (training.RandomDensity < 1 && layers[l].Matrices.Any(m => m.BlockSize > 1))
                return (l, "a density leaves out single weights, which blocks do not have: write block_size 1, or leave 'density' out");
            if (training.RandomDensity < 1 && layers[l] is ConvLayer)
                return (l, "a density goes with recurrent and dense layers: leave 'density' out");
            if (!channels) continue;
            if (layers[l] is GruLayer or LstmLayer)
                return (l, "only convolutions and dense layers have channels that can be left out: take another method, or unit weight");
            int multiple = training.Method == CompressionMethod.Cap ? training.Cap.Multiple : training.Dnr.Multiple;
            if (l > 0 && multiple % k != 0)
                return (l, $"the channels that are left would not fill blocks of {k}: make 'multiple' of the method a multiple of {k}");
            int outputs = layers[l] is ConvLayer c ? c.Output.Channels : layers[l].OutputSize;
            if (training.Method == CompressionMethod.Dnr && layers[l] is not PoolLayer && l < layers.Count - 1 && outputs % multiple != 0)
                return (l, $"{outputs} channels are no multiple of dnr's {multiple}: change one of both");
        }
        if (channels && training.Noise is not null)
            return (0, "noise belongs to channels that the method leaves out: leave 'noise' out, or take another method");
        return null;
    }
}
