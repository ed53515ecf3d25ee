using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Tests.Data;

/// <summary>A folder for a data set's files, gone afterwards.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("hwgen-data-").FullName;

    public string this[string file] => Path.Combine(path, file);

    /// <summary>The data section of a design, with this folder or a file in it as its path.</summary>
    public DataSettings Settings(string name, string file = "") => new(name, this[file], new("design.yaml", 7, 3));

    public void Dispose() => Directory.Delete(path, recursive: true);

    /// <summary>Every message of a failed read, with the folder left out.</summary>
    public string[] Errors(Action read) =>
        [.. Assert.Throws<InputException>(read).Errors.Select(e => e.ToString().Replace(path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))];

    /// <summary>One sequence, shape (steps, input).</summary>
    public static float[] Sequence(HwGen.Frontend.Data.LabelledData data, int index)
    {
        var values = new float[data.Length(index) * data.InputSize];
        data.Read(index, values);
        return values;
    }
}
