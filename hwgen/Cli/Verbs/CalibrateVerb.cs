using System.CommandLine;
using System.Text.Json;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Core.Cost;
using HwGen.Core.Parts;
using HwGen.Sim.Synthesis;
using HwGen.Sim.Synthesis.Calibration;

namespace HwGen.Cli.Verbs;

public sealed class CalibrateVerb()
    : Verb("calibrate", "Fit the area model to small designs that Yosys synthesises, or check it on designs that the fit never saw.")
{
    private const int Designs = 24;

    private readonly Option<string> target = new("--target") { Description = "Family or part; xilinx7 by default.", HelpName = "PART", DefaultValueFactory = _ => "xilinx7" };

    private readonly Option<int?> check = new("--check") { Description = "Fit nothing; print predicted and measured of N designs that no fit has seen.", HelpName = "N" };

    private readonly Option<int> workers = new("--workers") { Description = "Designs at once; one by default.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private readonly Option<int> designs = new("--designs") { Description = $"Designs to fit to; {Designs} by default.", HelpName = "N", DefaultValueFactory = _ => Designs };

    private readonly Option<string?> constants = new("--constants")
    {
        Description = "Put the fitted constants into FILE, or check those in it: hwgen/Core/Cost/area.json in the sources, which the program is built with.",
        HelpName = "FILE",
    };

    protected override void AddTo(Command command)
    {
        command.Add(target);
        command.Add(check);
        command.Add(workers);
        command.Add(designs);
        command.Add(constants);
        target.AcceptOnlyFromAmong([.. Part.Names]);
        check.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 1 or > 1_000) r.AddError("--check: write a number from 1 to 1,000.");
        });
        designs.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 1_000) r.AddError("--designs: write a number from 1 to 1,000.");
        });
        workers.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 100) r.AddError("--workers: write a number from 1 to 100.");
        });
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        Part part = Part.Find(arguments.GetRequiredValue(target))!;
        var calibration = new AreaCalibration(part, new(Path.Join(Root(arguments), "artifacts", "calibration")));
        int held = arguments.GetValue(check) ?? 0, count = held > 0 ? held : arguments.GetValue(designs);
        IReadOnlyList<AreaSample> samples = await StepProgress.ShowAsync(terminal, progress =>
        {
            int done = 0;
            var relay = new Relay<AreaSample>(s => progress.Report("calibrate", (double)Interlocked.Increment(ref done) / count, $"{done:N0} of {count:N0} designs"));
            return calibration.SampleAsync(held > 0 ? AreaCalibration.CheckSeed : AreaCalibration.FitSeed, count, arguments.GetValue(workers), relay, cancellation);
        });
        AreaConstants? known = arguments.GetValue(constants) is { } file
            ? JsonSerializer.Deserialize<AreaConstants>(await File.ReadAllTextAsync(file, cancellation), AreaCoefficients.Json) : null;
        AreaCoefficients stored = known?.Families[part.Family] ?? AreaCoefficients.For(part.Family), used = held > 0 ? stored : AreaCalibration.Fit(samples, stored);
        var result = CalibrateResult.Of(part, samples, used, held > 0);
        if (held == 0 && known is not null) await WriteAsync(arguments.GetRequiredValue(constants)!, known, part, samples, result, cancellation);
        return result;
    }

    private static async Task WriteAsync(string file, AreaConstants known, Part part, IReadOnlyList<AreaSample> samples, CalibrateResult result, CancellationToken cancellation)
    {
        string version = await Yosys.VersionAsync(cancellation);
        var provenance = new AreaProvenance(version, Yosys.Command(part), CalibrationDesigns.Rule, [.. samples.Select(s => s.Seed)],
            [Math.Round(result.Lut.Median, 4), Math.Round(result.Lut.Worst, 4)], [Math.Round(result.Ff.Median, 4), Math.Round(result.Ff.Worst, 4)]);
        var written = new AreaConstants(new SortedDictionary<FpgaFamily, AreaCoefficients>(known.Families.ToDictionary()) { [part.Family] = result.Coefficients },
            new SortedDictionary<FpgaFamily, AreaProvenance>(known.Provenance.ToDictionary()) { [part.Family] = provenance });
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(written, AreaCoefficients.Json) + "\n", cancellation);
    }
}
