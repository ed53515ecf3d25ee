using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>What the accelerator can't run yet of what can be trained.</summary>
public static class EngineLimits
{
    /// <summary>Every layer and setting of a design that the engine does not take, each with what to do; empty if it takes all.</summary>
    public static IReadOnlyList<InputError> Complaints(DesignFile design)
    {
        var errors = new List<InputError>();
        for (int l = 0; l < design.Layers.Count; l++)
            if (Complaint(design.Layers[l], isLast: l == design.Layers.Count - 1) is { } complaint) Add(l, complaint);
        int k = design.Layers[0].BlockSize;
        for (int l = 1; l < design.Layers.Count; l++)
            if (design.Layers[l].BlockSize != k)
                Add(l, $"block_size {design.Layers[l].BlockSize} differs from the first layer's {k}: the engine has one array for all layers; give each layer the same block_size");
        if (DataSetShape.Of(design.Data).LabelsSteps == true)
            errors.Add(design.Data.Location.Error($"the engine is verified on sequences with one label: {design.Data.Name} can be trained, not yet generated"));
        return errors;

        void Add(int layer, string complaint) =>
            errors.Add((design.LayerLocations.Count > layer ? design.LayerLocations[layer] : design.Data.Location).Error(complaint));
    }

    private static string? Complaint(LayerDescription layer, bool isLast) => layer switch
    {
        GruLayer { LinearBeforeReset: false } => "the engine's gru has linear_before_reset: leave 'linear_before_reset: false' out to generate it",
        GruLayer g when g.InputBlockSize != g.RecurrentBlockSize => "the engine has one array for both matrices of a gru: give them one block_size to generate it",
        GruLayer when !isLast => null,
        DenseLayer { Rectify: false } when isLast => null,
        DenseLayer => "the engine runs one dense layer, the last, without 'rectify': take this one out to generate it",
        _ => "the engine runs one or more gru layers and then one dense layer: this layer can be trained, not yet generated",
    };
}
