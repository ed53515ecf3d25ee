namespace HwGen.Core.Design;

/// <summary>Reads the sections <c>adversarial</c>, <c>noise</c>, <c>dnr</c> and <c>cap</c> of <c>training</c>.</summary>
internal static class RobustnessSections
{
    /// <summary>A default step is this many times ε over the number of steps.</summary>
    private const double StepReach = 2.5;

    public static AdversarialSettings? Adversarial(SectionReader training, DataSetShape shape, LossKind loss, List<InputError> errors)
    {
        if (!training.Has("adversarial"))
        {
            training.Leave("adversarial");
            return null;
        }
        var section = training.Section("adversarial");
        if (loss == LossKind.Ctc || shape.LabelsSteps == true)
            errors.Add(training.LocationOf("adversarial").Error("adversarial training wants one label a sequence and cross_entropy: leave the section out, or take other data"));
        string method = section.Choice("method", ["pgd", "trades", "dynamic", "psat", "hsat"], ifMissing: "pgd");
        double epsilon = section.Number("epsilon", NumberRange.Above(0, 1e6), ifMissing: 0.1);
        int steps = section.Integer("steps", 1, 1000, ifMissing: 7);
        double stepSize = section.Number("step_size", NumberRange.Above(0, 1e6), ifMissing: StepReach * epsilon / steps);
        var settings = new AdversarialSettings(method switch
        {
            "trades" => AdversarialMethod.Trades,
            "dynamic" => AdversarialMethod.Dynamic,
            "psat" => AdversarialMethod.Psat,
            "hsat" => AdversarialMethod.Hsat,
            _ => AdversarialMethod.Pgd,
        }, epsilon, steps, stepSize)
        {
            RandomStart = section.Flag("random_start", ifMissing: true),
            WarmupEpochs = section.Integer("warmup_epochs", 0, 10_000, ifMissing: 0),
        };
        if (method != "trades") settings = settings with { CleanWeight = section.Number("clean_weight", NumberRange.From(0, 1), ifMissing: 0) };
        else settings = settings with { Beta = section.Number("beta", NumberRange.Above(0, 1e6), ifMissing: settings.Beta) };
        if (method is "psat" or "hsat" or "dynamic")
        {
            string name = method == "dynamic" ? "stationarity" : "lambda";
            // Dynamic training begins with weak attacks, which a high c asks for, and SAT with a low λ.
            var (first, final) = method == "dynamic" ? (0.5, 0.0) : (0.0, 1.0);
            settings = settings with
            {
                FirstThreshold = section.Number(name, NumberRange.From(-1, 1e6), ifMissing: first),
                FinalThreshold = section.Number($"final_{name}", NumberRange.From(-1, 1e6), ifMissing: final),
                Schedule = section.Choice("schedule", ["steps", "linear"], ifMissing: method == "dynamic" ? "linear" : "steps") == "linear"
                    ? ThresholdSchedule.Linear : ThresholdSchedule.Steps,
            };
        }
        section.Finish();
        return settings;
    }

    public static NoiseSettings? Noise(SectionReader training, CompressionMethod method, List<InputError> errors)
    {
        if (!training.Has("noise"))
        {
            training.Leave("noise");
            return null;
        }
        var section = training.Section("noise");
        if (method is not (CompressionMethod.None or CompressionMethod.Dnr))
            errors.Add(training.LocationOf("noise").Error("noise is trained with the weights that it is added to: write method none or dnr"));
        var settings = new NoiseSettings(section.Number("scale", NumberRange.From(0, 100), ifMissing: 0.25), section.Flag("trained", ifMissing: true));
        section.Finish();
        return settings;
    }

    public static DnrSettings Dnr(SectionReader training, List<InputError> errors)
    {
        var section = training.Section("dnr");
        int before = errors.Count;
        double rate = section.Number("prune_rate", NumberRange.Above(0, 1), ifMissing: 0.5);
        double final = section.Number("final_prune_rate", NumberRange.From(0, 1), ifMissing: rate / 100);
        if (final > rate && errors.Count == before)
            errors.Add(section.LocationOf("final_prune_rate").Error($"final_prune_rate {final} is above prune_rate {rate}: the rate falls, so write at most {rate}"));
        var settings = new DnrSettings(
            section.Number("density", NumberRange.Above(0, 1), ifMissing: 0.1),
            section.Choice("unit", ["weight", "channel"], ifMissing: "weight") == "channel" ? PruningUnit.Channel : PruningUnit.Weight, rate, final)
        {
            Rho = section.Number("rho", NumberRange.From(0, 1e6), ifMissing: 0),
            RhoGrowth = section.Number("rho_growth", NumberRange.From(1, 100), ifMissing: 1.3),
            Multiple = section.Integer("multiple", 1, 4096, ifMissing: 1),
            IsBalanced = section.Flag("balanced", ifMissing: false),
        };
        if (settings is { IsBalanced: true, Unit: PruningUnit.Channel })
            errors.Add(section.LocationOf("balanced").Error("balanced counts single weights in rows, and unit channel leaves whole channels out: write unit weight, or leave 'balanced' out"));
        section.Finish();
        return settings;
    }

    public static CapSettings Cap(SectionReader training, Func<SectionReader, PhaseSettings, PhaseSettings> phase)
    {
        var section = training.Section("cap");
        var settings = new CapSettings(phase(section, new(2, 0.01, 0)),
            section.Number("keep", NumberRange.Above(0, 1), ifMissing: 0.5),
            section.Integer("multiple", 1, 4096, ifMissing: 1),
            section.Number("reconstruction", NumberRange.From(0, 1e6), ifMissing: 1));
        section.Finish();
        return settings;
    }
}
