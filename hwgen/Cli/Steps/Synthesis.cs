using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Core.Parts;
using HwGen.Sim.Synthesis;

namespace HwGen.Cli.Steps;

/// <summary>Synthesises what lies in <c>rtl-out</c> for a part.</summary>
public delegate Task<SynthResult> SynthStep(StepContext context, Part part, SynthOptions options, CancellationToken cancellation);

/// <summary>The step of `synth`: takes rtl-out as it lies there, whoever wrote it.</summary>
/// <param name="predict">What the design's plan says it takes of a part; null where there is no plan.</param>
/// <param name="infer">What the design's plan says an answer takes; null where there is no plan.</param>
public sealed class Synthesis(Func<StepContext, Part, ResourceCount?> predict, Func<StepContext, Inference?> infer)
{
    /// <exception cref="InputException">Nothing has been generated.</exception>
    public async Task<SynthResult> RunAsync(StepContext c, Part part, SynthOptions options, CancellationToken cancel)
    {
        if (!File.Exists(Path.Combine(c.Workspace.Rtl, "rtl.f")))
            throw new InputException(new InputError(c.Design.Data.Location.File, 1, 1, $"{c.Workspace.Rtl} holds no design: run 'hwgen generate' first"));
        if (options.CheckNetlist && !File.Exists(Path.Join(c.Workspace.Rtl, NetlistCheck.Testbench(ModuleName(c)))))
            throw new InputException(new InputError(c.Design.Data.Location.File, 1, 1, $"{c.Workspace.Rtl} holds no testbench to check the netlist with: run 'hwgen generate' first"));
        string folder = Path.Join(c.Workspace.Artifacts, "synth", part.Name.ToLowerInvariant());
        string work = Path.Join(c.Workspace.Artifacts, "synth", $".{part.Name.ToLowerInvariant()}.work");
        try
        {
            if (Directory.Exists(work)) Directory.Delete(work, true);
            Directory.CreateDirectory(work);
            var progress = new Relay<SynthesisProgress>(p => c.Progress.Report("synth: " + p.Stage, p.Fraction, p.Detail));
            var measured = await new Synthesizer(c.Workspace.Rtl, ModuleName(c)).RunAsync(part, work, options.Flat, options.CheckNetlist, c.Design.Hardware.ClockMegahertz, progress, cancel);
            SynthResult result = Result(c, measured, predict(c, part), folder) with { Inference = infer(c) };
            File.WriteAllText(Path.Join(work, "synth.json"), JsonText.Page(result));
            AtomicDirectory.Replace(folder, target =>
            {
                foreach (string file in Directory.GetFiles(work)) File.Move(file, Path.Join(target, Path.GetFileName(file)));
            });
            return result;
        }
        finally
        {
            if (Directory.Exists(work)) Directory.Delete(work, true);
        }
    }

    private static string ModuleName(StepContext c) => c.Design.Name.Replace('-', '_');

    private static SynthResult Result(StepContext c, SynthesisResult m, ResourceCount? predicted, string folder) => new(
        c.Design.Name, m.Part.Name, m.Command, m.Elements.Count == 0 ? "whole" : "elements",
        new(predicted?.Lut, m.Total.Lut), new(predicted?.Ff, m.Total.Ff), new(predicted?.Dsp, m.Total.Dsp), new(predicted?.Bram36, m.Total.Bram36),
        new(null, m.Placed?.FmaxMegahertz), m.Fits, [.. m.Beyond.Select(b => new Shortage(b.Name, b.Taken, b.There))], [.. m.Elements.Select(SynthElement.Of)])
    {
        UnknownCells = m.UnknownCells,
        SerialPins = m.SerialPins,
        Unpacked = m.Unpacked,
        Nearest = m.Fits ? null : Part.Holding(m.Total, m.Part.Family).FirstOrDefault(p => p != m.Part)?.Name,
        // The mismatches stand above a failing verdict.
        Netlist = m.Netlist is { Passed: false } check && check.Log.Contains(check.Verdict, StringComparison.Ordinal) ? check.Log.TrimEnd() : m.Netlist?.Verdict,
        NetlistPassed = m.Netlist?.Passed,
        Bitstream = m.Placed?.Bitstream is { } file ? Path.Join(folder, file) : null,
        ClockMegahertz = c.Design.Hardware.ClockMegahertz,
    };
}
