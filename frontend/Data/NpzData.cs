using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data;

/// <summary>The user's own data as NumPy arrays. docs/design-file.md lists the arrays and their shapes.</summary>
public static class NpzData
{
    /// <summary>Labels are bytes.</summary>
    private const int MaxLabel = byte.MaxValue;

    /// <summary>Reads both parts. uint8 is divided by 255; all other values are taken as they are.</summary>
    /// <exception cref="InputException">The file is missing or wrong; all mistakes at once.</exception>
    public static DataSplit Load(DataSettings settings)
    {
        string path = Locate(settings);
        var errors = new List<InputError>();
        var arrays = NpzFile.Read(path, ["x_train", "y_train", "length_train", "x_test", "y_test", "length_test"], errors);
        if (errors.Count == 0)
            foreach (string name in (string[])["x_train", "y_train", "x_test", "y_test"])
                if (!arrays.ContainsKey(name))
                    errors.Add(new(path, 1, 1, $"{name}.npy is missing; save the arrays x_train, y_train, x_test and y_test."));
        if (errors.Count > 0) throw new InputException(errors);

        Part[] parts = [.. ((string[])["train", "test"]).Select(name => Part.Read(path, arrays, name, errors)).OfType<Part>()];
        if (errors.Count > 0) throw new InputException(errors);
        var (train, test) = (parts[0], parts[1]);
        int classes = train.Labels.Max() + 1;
        if (train.Features != (settings.Inputs ?? train.Features))
            errors.Add(settings.Location.Error($"a step of x_train has {train.Features} features, but data.inputs is {settings.Inputs}; make them equal."));
        if (train.Features != test.Features)
            errors.Add(test.X.At(path, $"has {test.Features} features a step, x_train {train.Features}; make them equal."));
        if (train.Kind != test.Kind)
            errors.Add(test.Y.At(path, $"labels each {Noun(test)}, y_train each {Noun(train)}; label both in the same way."));
        if (Array.FindIndex(test.Labels, label => label >= classes) is >= 0 and var wrong)
            errors.Add(test.Y.At(path, $"holds the label {test.Labels[wrong]}, but the largest in y_train is {classes - 1}; train with every class.", wrong));
        return errors.Count > 0 ? throw new InputException(errors) : new(train.Build(classes), [new("test", test.Build(classes))]);
    }

    /// <summary>SHA-256 over the file as it lies on disk, in hexadecimal: changes when the data change.</summary>
    /// <exception cref="InputException">The file is missing.</exception>
    public static string Digest(DataSettings settings) => DataFiles.Digest([Locate(settings)]);

    private static string Locate(DataSettings settings)
    {
        string path = DataFiles.Place(settings);
        return File.Exists(path) ? path
            : throw new InputException(settings.Location.Error($"data file {path} is missing; put it there, or name another .npz file in data.path."));
    }

    private static string Noun(Part part) => part.Kind == LabelKind.Frame ? "step" : "sequence";

    /// <summary>A mistake in an array.</summary>
    /// <param name="array">The array.</param>
    /// <param name="path">Its file.</param>
    /// <param name="message">What is wrong, after the array's name.</param>
    /// <param name="index">The element, or null for the header.</param>
    private static InputError At(this NpyArray array, string path, string message, int? index = null) =>
        new(path, 1, 1 + (index is { } i ? array.OffsetOf(i) : 0), $"{array.Entry} {message}");

    /// <summary>The arrays of one part, fitted together.</summary>
    private sealed record Part(NpyArray X, NpyArray Y, int Steps, int Features, float[] Inputs, byte[] Labels, int[]? Lengths)
    {
        public int Count => X.Shape[0];

        public LabelKind Kind => Y.Shape.Count == 2 ? LabelKind.Frame : LabelKind.Sequence;

        /// <returns>Null when an error was added.</returns>
        public static Part? Read(string path, IReadOnlyDictionary<string, NpyArray> arrays, string name, List<InputError> errors)
        {
            int before = errors.Count;
            NpyArray x = arrays["x_" + name], y = arrays["y_" + name];
            if (x.Shape.Count is < 2 or > 4)
            {
                errors.Add(x.At(path, $"has the shape {x.ShapeText}; give it (n, steps, inputs), (n, inputs) or (n, height, width, channels)."));
                return null;
            }
            int n = x.Shape[0], steps = x.Shape.Count == 2 ? 1 : x.Shape[1], features = x.Shape.Skip(x.Shape.Count == 2 ? 1 : 2).Aggregate((a, b) => a * b);
            CheckIntegers(y, $"({n},) or ({n}, {steps})", y.Shape.SequenceEqual([n]) || y.Shape.SequenceEqual([n, steps]));
            var lengths = arrays.GetValueOrDefault("length_" + name);
            if (lengths is not null) CheckIntegers(lengths, $"({n},)", lengths.Shape.SequenceEqual([n]));
            if (errors.Count > before) return null;

            long[]? counted = lengths?.To<long>();
            if (counted is not null && Array.FindIndex(counted, c => c < 0 || c > steps) is >= 0 and var wrong)
                errors.Add(lengths!.At(path, $"holds {counted[wrong]}; a sequence has 0 to {steps} steps here.", wrong));
            float[] inputs = x.To<float>();
            if (Array.FindIndex(inputs, v => !float.IsFinite(v)) is >= 0 and var odd)
                errors.Add(x.At(path, "holds a value that is no finite float32; replace it.", odd));
            if (errors.Count > before) return null;

            if (x.Type == "u1")
                for (int i = 0; i < inputs.Length; i++) inputs[i] /= byte.MaxValue;

            int each = y.Shape.Count == 2 ? steps : 1;
            var labels = new byte[n * each];
            long[] written = y.To<long>();
            for (int i = 0; i < labels.Length; i++)
            {
                if (y.Shape.Count == 2 && counted is not null && i % each >= counted[i / each]) continue;     // padding may hold anything
                if (written[i] is < 0 or > MaxLabel)
                {
                    errors.Add(y.At(path, $"holds the label {written[i]}; labels are 0 to {MaxLabel}.", i));
                    return null;
                }
                labels[i] = (byte)written[i];
            }
            return new(x, y, steps, features, inputs, labels, counted is null ? null : [.. counted.Select(c => (int)c)]);

            void CheckIntegers(NpyArray array, string shape, bool fits)
            {
                if (!array.IsInteger) errors.Add(array.At(path, $"is of type {array.Type}; save it as an integer type."));
                else if (!fits) errors.Add(array.At(path, $"has the shape {array.ShapeText}; with {x.Entry} of shape {x.ShapeText} give it {shape}."));
            }
        }

        public LabelledData Build(int classes) => Kind == LabelKind.Sequence && Lengths is null
            ? new SequenceDataset(Count, Steps, Features, classes, Inputs, Labels)
            {
                Ends = X.Type == "u1" ? new(new float[Features], [.. Enumerable.Repeat(1f, Features)]) : null,
            }
            : new PaddedDataset(Steps, Features, classes, Kind, Inputs, Labels, Lengths ?? [.. Enumerable.Repeat(Steps, Count)]);
    }
}
