namespace HwGen.Cli.Files;

/// <summary>Replaces a whole folder: its name shows the old files or all of the new ones, never a mixture.</summary>
public static class AtomicDirectory
{
    /// <param name="path">The folder to replace; need not exist.</param>
    /// <param name="fill">Writes the new files into the empty folder it is given; when it throws, <paramref name="path"/> is untouched.</param>
    public static void Replace(string path, Action<string> fill)
    {
        var (staging, old) = Siblings(path);
        Recover(path);
        try
        {
            Directory.CreateDirectory(staging);
            fill(staging);
            if (Directory.Exists(path)) Directory.Move(path, old);
            Directory.Move(staging, path);
        }
        catch
        {
            Recover(path);
            throw;
        }
        Delete(old);
    }

    /// <summary>Undoes what a killed <see cref="Replace"/> left: puts the old folder back if the new one is not in place.</summary>
    public static void Recover(string path)
    {
        var (staging, old) = Siblings(path);
        Delete(staging);
        if (Directory.Exists(old) && !Directory.Exists(path)) Directory.Move(old, path);
        Delete(old);
    }

    private static (string Staging, string Old) Siblings(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"'{path}' is a root folder.", nameof(path));
        string name = Path.GetFileName(full);
        return (Path.Combine(folder, $".{name}.new"), Path.Combine(folder, $".{name}.old"));
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
