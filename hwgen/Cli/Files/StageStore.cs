using System.Text.Json;
using HwGen.Cli.Results;

namespace HwGen.Cli.Files;

/// <summary>Remembers, for each stage of one design, from which inputs it ran, what it wrote and what it answered.</summary>
/// <param name="folder">Where the stamps are kept, one <c>STAGE.json</c> each.</param>
public sealed class StageStore(string folder)
{
    /// <summary>The stage's answer: from its stamp when it is up to date, otherwise by doing the work.</summary>
    /// <param name="stage">The stage's name, such as train.</param>
    /// <param name="key">Digest of the inputs, by <see cref="StageKey"/>.</param>
    /// <param name="files">Everything that the work writes; a folder stands for all files below it.</param>
    /// <param name="work">Does it. An answer whose checks failed is not remembered, so that the next run tries again.</param>
    public async Task<T> RunAsync<T>(string stage, string key, IReadOnlyList<string> files, Func<Task<T>> work) where T : class
    {
        if (Find<T>(stage, key) is { } known) return known;
        Forget(stage);
        var result = await work();
        if (result is not VerbResult { Passed: false }) Record(stage, key, result, files);
        return result;
    }

    /// <summary>The stage's answer, if it ran from these inputs and its files are still as it wrote them; null otherwise.</summary>
    /// <param name="stage">The stage's name, such as train.</param>
    /// <param name="key">Digest of the inputs, by <see cref="StageKey"/>.</param>
    public T? Find<T>(string stage, string key) where T : class
    {
        try
        {
            var stamp = JsonText.Read<Stamp<T>>(File.ReadAllText(PathOf(stage)));
            return stamp.Key == key && stamp.Files.All(IsAsWritten) ? stamp.Result : null;
        }
        catch (Exception e) when (e is IOException or JsonException or NotSupportedException)
        {
            return null;    // no stamp, or one of another version
        }
    }

    /// <summary>The inputs that the stage last ran from, whatever has become of its files; null if it has not run.</summary>
    public string? KeyOf(string stage)
    {
        try
        {
            return JsonText.Read<KeyOnly>(File.ReadAllText(PathOf(stage))).Key;
        }
        catch (Exception e) when (e is IOException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Files that the stage wrote and that are gone, relative to the stamps' folder.</summary>
    public IReadOnlyList<string> MissingFiles(string stage)
    {
        try
        {
            return [.. JsonText.Read<FilesOnly>(File.ReadAllText(PathOf(stage))).Files.Where(f => !File.Exists(Path.Join(folder, f.Path))).Select(f => f.Path)];
        }
        catch (Exception e) when (e is IOException or JsonException or NotSupportedException)
        {
            return [];
        }
    }

    /// <summary>Records that the stage ran. Call when its files are in place.</summary>
    /// <param name="stage">The stage's name.</param>
    /// <param name="key">Digest of the inputs.</param>
    /// <param name="result">The stage's answer; must come back whole from JSON.</param>
    /// <param name="files">Everything it wrote; a folder stands for all files below it.</param>
    public void Record<T>(string stage, string key, T result, IEnumerable<string> files) where T : class
    {
        var stamps = files.SelectMany(f => Directory.Exists(f) ? Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories) : [f])
            .Order(StringComparer.Ordinal)
            .Select(f => new FileStamp(Path.GetRelativePath(folder, f).Replace('\\', '/'), StageKey.HashOf(f)));
        AtomicFile.WriteText(PathOf(stage), JsonText.Page(new Stamp<T>(key, [.. stamps], result)));
    }

    /// <summary>The stage must run again, whatever its inputs.</summary>
    public void Forget(string stage)
    {
        if (Directory.Exists(folder)) File.Delete(PathOf(stage));
    }

    private bool IsAsWritten(FileStamp stamp)
    {
        string path = Path.Join(folder, stamp.Path);
        return File.Exists(path) && StageKey.HashOf(path) == stamp.Hash;
    }

    private string PathOf(string stage) => Path.Combine(folder, stage + ".json");

    private sealed record KeyOnly(string Key);

    private sealed record FilesOnly(IReadOnlyList<FileStamp> Files);

    private sealed record Stamp<T>(string Key, IReadOnlyList<FileStamp> Files, T Result);

    /// <param name="Path">Relative to the stamps' folder, with '/': the whole workspace can be moved.</param>
    /// <param name="Hash">SHA-256 of the content.</param>
    private sealed record FileStamp(string Path, string Hash);
}
