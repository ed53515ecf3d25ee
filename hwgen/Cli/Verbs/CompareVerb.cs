using System.CommandLine;
using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Core.Design;

namespace HwGen.Cli.Verbs;

public sealed class CompareVerb()
    : Verb("compare", "Train designs with several block sizes, ways and seeds, and compare each with its dense baseline. Goes on where it was stopped.")
{
    private readonly Argument<string[]> designs = new("DESIGN") { Description = "Design files.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> device = DeviceOption.Create();

    private readonly Option<int[]> blockSizes = new("--block-sizes")
    {
        Description = "Block sizes of all matrices that the design does not keep dense.",
        HelpName = "K",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [8, 16],
    };

    private readonly Option<string[]> methods = new Option<string[]>("--methods")
    {
        Description = "Ways to block-circulant weights.",
        HelpName = "METHOD",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["admm", "scratch", "projection"],
    }.AcceptOnlyFromAmong("admm", "scratch", "projection");

    private readonly Option<int[]> spectralBits = new("--spectral-bits")
    {
        Description = "Also round the words of spectra to this many bits, after training and in training.",
        HelpName = "B",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> seeds = new("--seeds") { Description = "How many seeds: 1, 2, and so on.", HelpName = "N", DefaultValueFactory = _ => 3 };

    private readonly Option<int> workers = new("--workers")
    {
        Description = "Trainings at once, each on one thread; one a processor by default.",
        HelpName = "N",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private readonly Option<string?> markdown = new("--markdown") { Description = "Write the table to this file too.", HelpName = "FILE" };

    protected override void AddTo(Command command)
    {
        command.Add(designs);
        foreach (Option option in (Option[])[device, blockSizes, methods, spectralBits, seeds, workers, markdown]) command.Add(option);
        blockSizes.Validators.Add(r =>
        {
            foreach (int k in r.GetValueOrDefault<int[]>() ?? [])
                if (!int.IsPow2(k) || k is < 2 or > 64) r.AddError($"--block-sizes: {k} is no power of two from 2 to 64.");
        });
        spectralBits.Validators.Add(r =>
        {
            foreach (int b in r.GetValueOrDefault<int[]>() ?? [])
                if (b is < QuantizationSettings.ShortestWord or > QuantizationSettings.LongestWord) r.AddError($"--spectral-bits: write numbers from {QuantizationSettings.ShortestWord} to {QuantizationSettings.LongestWord}, not {b}.");
        });
        foreach (var option in (Option<int>[])[seeds, workers])
            option.Validators.Add(r =>
            {
                if (r.GetValueOrDefault<int>() is < 1 or > 100) r.AddError($"{option.Name}: write a number from 1 to 100.");
            });
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        string[] paths = arguments.GetRequiredValue(designs);
        DesignFile[] loaded = [.. DesignLoader.LoadAll(paths).Select(d => Workspace.Place(d, Root(arguments)))];
        int[] sizes = [.. arguments.GetRequiredValue(blockSizes).Distinct()];
        int[] bits = [.. arguments.GetRequiredValue(spectralBits).Distinct()];
        string[] ways = [.. arguments.GetRequiredValue(methods).Distinct()];
        var comparison = new Comparison(Root(arguments), arguments.GetRequiredValue(device), arguments.GetRequiredValue(workers), new());
        var result = new CompareResult(await StepProgress.ShowAsync(terminal, progress => comparison.RunAsync(loaded, sizes,
            [.. ways.Select(w => Enum.Parse<CompressionMethod>(w, ignoreCase: true))], bits, arguments.GetRequiredValue(seeds), progress, cancellation)));
        if (arguments.GetValue(markdown) is { } file)
            AtomicFile.WriteText(file, result.Markdown($"hwgen compare {string.Join(' ', paths)} --block-sizes {string.Join(' ', sizes)} --methods {string.Join(' ', ways)}{(bits.Length == 0 ? "" : $" --spectral-bits {string.Join(' ', bits)}")} --seeds {arguments.GetRequiredValue(seeds)}"));
        return result;
    }
}
