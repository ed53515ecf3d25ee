using HwGen.Core.Plan;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>What the C++ harness template sees of a plan.</summary>
internal static class HarnessModel
{
    /// <summary>Cycles that a write to CONTROL takes effect in.</summary>
    private const int Enabling = 4;

    public static ScriptObject Create(AcceleratorPlan plan) => new()
    {
        ["m"] = plan.ModuleName,
        ["name"] = plan.Name,
        ["guard"] = plan.ModuleName.ToUpperInvariant(),
        ["k"] = plan.BlockSize,
        ["lane_bits"] = plan.StreamLaneBits,
        ["input_blocks"] = plan.InputBlocks,
        ["output_blocks"] = plan.OutputBlocks,
        ["rest"] = plan.RestCycles,
        ["taps"] = plan.Taps.Select((t, i) => new ScriptObject { ["plan"] = t, ["number"] = i }).ToArray(),
        ["beat_tap"] = plan.Taps.Count,
        ["reloadable"] = plan.ReloadableWeights,
        ["enabling"] = plan.ReloadableWeights ? Enabling : 0,
        ["load_file"] = WeightLoad.FileName,
        ["loaded"] = (plan.Load?.Memories ?? []).Select(m => new ScriptObject
        {
            ["file"] = m.Image.FileName,
            ["instance"] = m.Image.Name switch { "cell" => "u_cell_parameters", "linear" => "u_linear_bias", var weights => $"u_array__DOT__u_{weights}" },
            ["rows"] = m.Rows,
            ["width"] = m.Image.Width,
        }).ToArray(),
    };
}
