namespace HwGen.Core.Network;

/// <summary>In which order layers make up a network.</summary>
public static class NetworkRules
{
    /// <summary>The first layer that is out of place, and what to do; null if none is.</summary>
    /// <param name="layers">First to last.</param>
    /// <param name="endsOpen">Whether any layer can be the last: there are no classes to tell apart.</param>
    public static (int Layer, string Complaint)? Find(IReadOnlyList<LayerDescription> layers, bool endsOpen = false)
    {
        bool maps = layers[0] is ConvLayer or PoolLayer;
        int body = layers.TakeWhile(l => maps ? l is ConvLayer or PoolLayer : l is GruLayer or LstmLayer).Count();
        if (body == 0) return (0, "a network begins with recurrent layers or convolutions: put a gru, lstm or conv before the dense layers");
        for (int l = body; l < layers.Count; l++)
            if (layers[l] is not DenseLayer)
                return (l, layers[l] is ConvLayer or PoolLayer
                    ? "a convolution or pool reads a map: put it before all dense layers, and not with recurrent ones"
                    : "a recurrent layer reads sequences: put it before all dense layers, and not with convolutions");
        if (body == layers.Count && endsOpen) return null;
        if (body == layers.Count) return (body - 1, "the last layer is no dense layer: end with one that has an output for each class");
        return maps && Channels(layers[body - 1]) is var channels && channels % layers[body].BlockSize != 0
            ? (body, $"blocks of {layers[body].BlockSize} would hold channels of several positions, since the map below has {channels}: take a block size that divides them") : null;
    }

    private static int Channels(LayerDescription layer) => layer is ConvLayer c ? c.Output.Channels : ((PoolLayer)layer).Output.Channels;
}
