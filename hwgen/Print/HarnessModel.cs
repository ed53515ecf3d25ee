using HwGen.Core.Plan;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>What the C++ harness template sees of a plan.</summary>
internal static class HarnessModel
{
    public static ScriptObject Create(AcceleratorPlan plan) => new()
    {
        ["m"] = plan.ModuleName,
        ["k"] = plan.BlockSize,
        ["lane_bits"] = plan.StreamLaneBits,
        ["input_blocks"] = plan.InputBlocks,
        ["output_blocks"] = plan.OutputBlocks,
        ["rest"] = plan.RestCycles,
        ["taps"] = plan.Taps.Select((t, i) => new ScriptObject { ["plan"] = t, ["number"] = i }).ToArray(),
        ["beat_tap"] = plan.Taps.Count,
    };
}
