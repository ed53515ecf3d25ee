using System.CommandLine;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Explore;

namespace HwGen.Cli.Verbs;

public sealed class VerifyRandomVerb()
    : Verb("verify-random", "Draw designs of every kind at random, generate each and prove it by co-simulation: what guards the generator itself.")
{
    private readonly Argument<int> count = new("N") { Description = "How many designs." };

    private readonly Option<int?> seed = new("--seed") { Description = "Seed of the first; the next ones follow. A fresh one by default, printed.", HelpName = "N" };

    private readonly Option<int> workers = new("--workers")
    {
        Description = "Designs at once; one a processor by default.",
        HelpName = "N",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private readonly Option<int> faults = new("--inject-fault") { Description = "Also break each design in N ways; co-simulation must find 99 % of them all.", HelpName = "N" };

    protected override void AddTo(Command command)
    {
        command.Add(faults);
        command.Add(count);
        command.Add(seed);
        command.Add(workers);
        count.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 1_000_000) r.AddError("N: write a number from 1 to 1,000,000.");
        });
        workers.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 100) r.AddError("--workers: write a number from 1 to 100.");
        });
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        int designs = arguments.GetRequiredValue(count), first = arguments.GetValue(seed) ?? Random.Shared.Next();
        var verification = new RandomVerification(Path.Join(Root(arguments), "artifacts", "verilator"));
        IReadOnlyList<RandomOutcome> outcomes = await StepProgress.ShowAsync(terminal, progress =>
        {
            int done = 0;
            progress.Note($"verify-random: {designs} designs from seed {first}");
            var relay = new Relay<RandomOutcome>(o =>
            {
                int finished = Interlocked.Increment(ref done);
                progress.Report("verify-random", (double)finished / designs, $"{finished:N0} of {designs:N0} designs");
                if (o.Complaint is not null) progress.Note($"verify-random: seed {o.Seed} FAILED: {o.Complaint} ({o.Design})");
                foreach (string survivor in o.Survivors) progress.Note($"verify-random: seed {o.Seed} survived {survivor}");
            });
            return verification.RunAsync(designs, first, arguments.GetRequiredValue(workers), arguments.GetValue(faults), relay, cancellation);
        });
        return new VerifyRandomResult(first, outcomes.Count, outcomes.Sum(o => o.Words), [.. outcomes.Where(o => o.Complaint is not null)])
        {
            Faults = outcomes.Sum(o => o.Faults),
            Survivors = [.. outcomes.SelectMany(o => o.Survivors.Select(s => $"seed {o.Seed}: {s}"))],
        };
    }
}
