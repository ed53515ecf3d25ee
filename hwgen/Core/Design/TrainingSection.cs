namespace HwGen.Core.Design;

/// <summary>Reads the section <c>training</c> of a design file.</summary>
internal static class TrainingSection
{
    /// <summary>A default <c>final_learning_rate</c> is the learning rate divided by this.</summary>
    private const double LearningRateFall = 50;

    public static TrainingSettings Read(SectionReader training, DataSetShape shape, List<InputError> errors)
    {
        int batchSize = training.Integer("batch_size", 1, 4096, ifMissing: 128);
        double gradientClip = training.Number("gradient_clip", NumberRange.Above(0, 1e6), ifMissing: 1);
        bool isCtc = training.Choice("loss", ["cross_entropy", "ctc"], ifMissing: "cross_entropy") == "ctc";
        if (isCtc && shape.LabelsSteps == false)
        {
            isCtc = false;
            errors.Add(training.LocationOf("loss").Error($"ctc wants the order of labels, but {shape.Name} has one label a sequence: write cross_entropy"));
        }
        string method = training.Choice("method", ["admm", "scratch", "projection", "none", "dnr", "cap", "random"], ifMissing: shape.HasLabels ? "admm" : "random");
        if (!shape.HasLabels && method is not ("random" or "none"))
            errors.Add(training.LocationOf("method").Error($"{shape.Name} has no labels to train for: write random, or none where network.weights names a network"));
        bool random = method == "random";
        double gain = random ? training.Number("gain", NumberRange.Above(0, 100), ifMissing: 1) : 1;
        double spread = random ? training.Number("spread", NumberRange.From(0, 100), ifMissing: 0) : 0;
        double density = random ? training.Number("density", NumberRange.Above(0, 1), ifMissing: 1) : 1;
        int spectralBits = training.Integer("spectral_bits", 0, 18, ifMissing: 0);
        if (spectralBits is 1 or 2 or 3)
            errors.Add(training.LocationOf("spectral_bits").Error($"'training.spectral_bits' is {spectralBits}: write 0 for floating point, or 4 to 18"));
        var dense = training.Section("dense");
        var densePhase = ReadPhase(dense, new(8, 0.004, 0), errors);
        dense.Finish();
        var admm = training.Section("admm");
        var admmSettings = new AdmmSettings(
            ReadPhase(admm, new(4, 0.001, 0), errors),
            admm.Number("rho", NumberRange.Above(0, 1e6), ifMissing: 0.001),
            admm.Number("rho_growth", NumberRange.From(1, 100), ifMissing: 1.3),
            admm.Integer("iterations_per_epoch", 1, 1000, ifMissing: 4))
        {
            Tolerance = admm.Number("tolerance", NumberRange.From(0, 1), ifMissing: 0),
        };
        admm.Finish();
        var retrain = training.Section("retrain");
        var retrainPhase = ReadPhase(retrain, new(4, 0.001, 0), errors);
        retrain.Finish();
        // As many epochs as the other ways take together, at the dense baseline's rates.
        var scratch = training.Section("scratch");
        var scratchPhase = ReadPhase(scratch, densePhase with { Epochs = densePhase.Epochs + admmSettings.Phase.Epochs + retrainPhase.Epochs }, errors);
        scratch.Finish();
        var kind = method switch
        {
            "scratch" => CompressionMethod.Scratch,
            "projection" => CompressionMethod.Projection,
            "none" => CompressionMethod.None,
            "dnr" => CompressionMethod.Dnr,
            "cap" => CompressionMethod.Cap,
            "random" => CompressionMethod.Random,
            _ => CompressionMethod.Admm,
        };
        var loss = isCtc ? LossKind.Ctc : LossKind.CrossEntropy;
        var adversarial = RobustnessSections.Adversarial(training, shape, loss, errors);
        var noise = RobustnessSections.Noise(training, kind, errors);
        double lasso = training.Number("lasso", NumberRange.From(0, 1e6), ifMissing: 0);
        var dnr = RobustnessSections.Dnr(training, errors);
        var cap = RobustnessSections.Cap(training, (section, defaults) => ReadPhase(section, defaults, errors));
        training.Finish();
        return new(batchSize, gradientClip, densePhase, admmSettings, retrainPhase)
        {
            Loss = loss,
            Method = kind,
            Scratch = scratchPhase,
            SpectralBits = spectralBits,
            Adversarial = adversarial,
            Noise = noise,
            Lasso = lasso,
            Dnr = dnr,
            Cap = cap,
            RandomGain = gain,
            RandomSpread = spread,
            RandomDensity = density,
        };
    }

    /// <param name="section">The phase's section.</param>
    /// <param name="defaults">Its epochs and learning rate; the final learning rate's default follows from the learning rate,
    /// unless both are given here.</param>
    /// <param name="errors">Gets a final learning rate above the first.</param>
    private static PhaseSettings ReadPhase(SectionReader section, PhaseSettings defaults, List<InputError> errors)
    {
        int epochs = section.Integer("epochs", 1, 10_000, defaults.Epochs);
        int before = errors.Count;
        double rate = section.Number("learning_rate", NumberRange.Above(0, 1), defaults.LearningRate);
        double final = section.Number("final_learning_rate", NumberRange.From(0, 1),
            defaults.FinalLearningRate > 0 && !section.Has("learning_rate") ? defaults.FinalLearningRate : rate / LearningRateFall);
        if (final > rate && errors.Count == before)
            errors.Add(section.LocationOf("final_learning_rate").Error(
                $"final_learning_rate {final} is above learning_rate {rate}: the rate falls, so write at most {rate}"));
        return new(epochs, rate, final);
    }
}
