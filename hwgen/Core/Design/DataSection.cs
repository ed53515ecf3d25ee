namespace HwGen.Core.Design;

/// <summary>Reads the section <c>data</c> of a design file. Which keys it has follows from the data set.</summary>
internal static class DataSection
{
    private const int MaxSize = 65536;

    public static (DataSettings Settings, DataSetShape Shape) Read(SectionReader data, List<InputError> errors)
    {
        string expected = $"one of {string.Join(", ", DataSetName.All)}";
        var written = data.Text("name", expected, required: false);
        string name = written?.Value ?? DataSetName.FashionMnist;
        if (!DataSetName.All.Contains(name))
        {
            errors.Add(written!.Location.Error(NearestName.Of(name, DataSetName.All) is { } nearest
                ? $"unknown data set '{name}': did you mean '{nearest}'?"
                : $"unknown data set '{name}': write {expected}"));
            // The other keys depend on the name: they are not judged.
            var any = new DataSettings(DataSetName.FashionMnist, null, written.Location);
            return (any, DataSetShape.Of(any) with { Classes = null, LabelsSteps = null, TrainingSequences = null, TestSequences = null });
        }

        bool isOwn = name is DataSetName.Npz or DataSetName.Csv or DataSetName.Uniform;
        var path = data.Text("path", name == DataSetName.Npz ? "the .npz file" : "the folder that holds the data set's files",
            required: name is not (DataSetName.FashionMnist or DataSetName.Speech or DataSetName.Uniform));
        bool mayBePicture = name is DataSetName.Npz or DataSetName.Uniform;
        var settings = new DataSettings(name, path?.Value, data.Has("path") ? data.LocationOf("path") : data.LocationOf("name"))
        {
            Features = name is DataSetName.Speech or DataSetName.Timit ? ReadFeatures(data.Section("features")) : FeatureSettings.Default,
            Inputs = isOwn ? data.Integer("inputs", 1, MaxSize) : null,
            Steps = name is DataSetName.Csv or DataSetName.Uniform ? data.Integer("steps", 1, MaxSize, ifMissing: 1) : 1,
            Rows = mayBePicture && data.Integer("rows", 1, MaxSize, ifMissing: 0) is > 0 and var rows ? rows : null,
            Channels = mayBePicture ? data.Integer("channels", 1, MaxSize, ifMissing: 1) : 1,
        };
        if (settings.Channels > 1 && settings.Rows is null)
            errors.Add(data.LocationOf("channels").Error("'data.channels' is of pictures: add 'rows', their number of rows"));
        if (settings is { Rows: not null, Inputs: { } inputs } && inputs % settings.Channels != 0)
        {
            errors.Add(data.LocationOf("channels").Error($"{inputs} inputs of a row are no whole points of {settings.Channels} channels: inputs are columns · channels"));
            settings = settings with { Rows = null };
        }
        if (name == DataSetName.Uniform && settings.Rows is { } steps) settings = settings with { Steps = steps };
        data.Finish();
        return (settings, DataSetShape.Of(settings));
    }

    private static FeatureSettings ReadFeatures(SectionReader section)
    {
        var defaults = FeatureSettings.Default;
        bool isMfcc = section.Choice("kind", ["log_mel", "mfcc"], ifMissing: "log_mel") == "mfcc";
        int bands = section.Integer("bands", 8, FeatureSettings.MaxBands, ifMissing: defaults.Bands);
        int coefficients = section.Integer("coefficients", 2, bands, ifMissing: Math.Min(defaults.Coefficients, bands));
        bool energy = section.Flag("energy", defaults.Energy), deltas = section.Flag("deltas", defaults.Deltas);
        section.Finish();
        return new(isMfcc ? FeatureKind.Mfcc : FeatureKind.LogMel, bands, coefficients, energy, deltas);
    }
}
