using System.Globalization;
using System.Text;
using CsvHelper;
using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data;

/// <summary>The user's own data as text: train.csv and test.csv, a sequence a row, its label first, then its values step by step.</summary>
public static class CsvData
{
    private static readonly CsvReaderOptions Format = new()
    {
        HasHeader = false,
        Separator = ',',
        AllowLineBreaksInQuotes = false,
        TrackLineNumbers = true,
    };

    /// <summary>Reads both parts; values are taken as they are.</summary>
    /// <exception cref="InputException">A file is missing or wrong; all mistakes at once, up to a number a file.</exception>
    public static DataSplit Load(DataSettings settings)
    {
        string[] paths = Locate(settings);
        var train = Table.Read(paths[0], settings, settings.Inputs * settings.Steps);
        var test = Table.Read(paths[1], settings, train.Width);
        int classes = train.Labels.DefaultIfEmpty().Max() + 1;
        if (train.Errors.Count == 0)
            for (int row = 0; row < test.Labels.Count; row++)
                if (test.Labels[row] >= classes)
                    test.Errors.Add(test.Lines[row], 1, $"label {test.Labels[row]}, but the largest in {paths[0]} is {classes - 1}; train with every class.");
        InputError[] errors = [.. train.Errors.All, .. test.Errors.All];
        return errors.Length > 0 ? throw new InputException(errors)
            : new(train.Build(settings.Steps, classes), [new("test", test.Build(settings.Steps, classes))]);
    }

    /// <summary>SHA-256 over both files as they lie on disk, in hexadecimal: changes when the data change.</summary>
    /// <remarks>How a row is split into steps is no part of it: it shows in the first layer's inputs.</remarks>
    /// <exception cref="InputException">A file is missing.</exception>
    public static string Digest(DataSettings settings) => DataFiles.Digest(Locate(settings));

    private static string[] Locate(DataSettings settings) => DataFiles.Locate(settings, "train.csv", "test.csv");

    /// <summary>One file. Sound only without errors.</summary>
    private sealed class Table
    {
        private readonly List<float> values = [];

        private Table(string path) => Errors = new(path);

        public ErrorList Errors { get; }

        public List<byte> Labels { get; } = [];

        /// <summary>Where each label stands.</summary>
        public List<int> Lines { get; } = [];

        /// <summary>Values of each row; null when there is no row.</summary>
        public int? Width { get; private set; }

        /// <param name="path">An existing file.</param>
        /// <param name="settings">Says how many steps there are.</param>
        /// <param name="width">Values of each row, where something says so.</param>
        public static Table Read(string path, DataSettings settings, int? width)
        {
            var table = new Table(path) { Width = width };
            try
            {
                var format = Format with { OnMalformedRecord = m => table.Errors.Add((int)m.LineNumber, 1, "a quote here has no partner; write numbers without quotes.") };
                using var reader = CsvReader.FromFile(path, format, FileOptions.SequentialScan);
                while (reader.Read())
                    if (reader.RowNumber > 1 || !IsHeader(reader)) table.AddRow(reader, settings.Steps);
                if (table.Labels.Count == 0 && table.Errors.Count == 0) table.Errors.Add(1, 1, "holds no row; write a label and values, one sequence a line.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                table.Errors.Add(DataFiles.Unreadable(path, e));
            }
            return table;
        }

        public SequenceDataset Build(int steps, int classes) => new(Labels.Count, steps, Width!.Value / steps, classes, [.. values], [.. Labels]);

        private static bool IsHeader(CsvReader row)
        {
            // A mistake among the values of a first row is one; names of columns begin with the label's.
            return !TryNumber(row.GetSpan(0), out _);
        }

        private void AddRow(CsvReader row, int steps)
        {
            int line = (int)row.LineNumber, width = row.FieldCount - 1;
            if (Width is null && (width == 0 || width % steps != 0))
            {
                Errors.Add(line, 1, $"{width} values after the label are no {steps} steps of equally many; mend the row, or data.steps.");
                return;
            }
            Width ??= width;
            if (width != Width)
            {
                Errors.Add(line, width < Width ? ColumnAfter(row) : Column(row, Width.Value + 1),
                    $"{width} values after the label, expected {Width}{(steps > 1 ? $" ({steps} steps of {Width / steps})" : "")}; each row has as many, data.steps · data.inputs.");
                return;
            }
            if (!int.TryParse(row.GetSpan(0), NumberStyles.Integer, CultureInfo.InvariantCulture, out int label) || label is < 0 or > byte.MaxValue)
                Errors.Add(line, 1, $"the label is '{row.GetString(0)}'; write a whole number from 0 to {byte.MaxValue}.");
            for (int i = 1; i <= width; i++)
            {
                if (!TryNumber(row.GetSpan(i), out float value))
                    Errors.Add(line, Column(row, i), $"'{row.GetString(i)}' is no finite number; write one such as -1.5 or 2e-3.");
                values.Add(value);
            }
            Labels.Add((byte)label);
            Lines.Add(line);
        }

        private static bool TryNumber(ReadOnlySpan<byte> text, out float value) =>
            float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);

        private static int Column(CsvReader row, int field)
        {
            int column = 1;
            for (int i = 0; i < field; i++) column += Encoding.UTF8.GetCharCount(row.GetRawSpan(i)) + 1;
            return column;
        }

        private static int ColumnAfter(CsvReader row) => Encoding.UTF8.GetCharCount(row.RawRecord) + 1;
    }

    /// <summary>The first mistakes of a file, and how many more there are.</summary>
    private sealed class ErrorList(string path)
    {
        private const int Kept = 20;

        private readonly List<InputError> first = [];
        private InputError? next;

        public int Count { get; private set; }

        public IEnumerable<InputError> All => next is null ? first
            : [.. first, next with { Message = $"{Count - Kept} more mistakes begin here; mend those above first." }];

        public void Add(int line, int column, string message) => Add(new(path, line, column, message));

        public void Add(InputError error)
        {
            if (Count++ < Kept) first.Add(error);
            else next ??= error;
        }
    }
}
