using System.Text;

namespace HwGen.Cli.Files;

/// <summary>Writes a file so that its name shows the old content or the whole new one, never a part.</summary>
public static class AtomicFile
{
    /// <summary>Writes UTF-8 without a byte order mark.</summary>
    /// <exception cref="IOException">The disk refused, or the file is there and <paramref name="overwrite"/> is false.</exception>
    public static void WriteText(string path, string text, bool overwrite = true) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), overwrite);

    /// <param name="path">The file; its folder is made if missing.</param>
    /// <param name="write">Writes the content; when it throws, <paramref name="path"/> is untouched.</param>
    /// <param name="overwrite">An existing file is replaced.</param>
    public static void Write(string path, Action<Stream> write, bool overwrite = true)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        // A fixed name: what a killed process left is overwritten by the next write.
        string staging = Path.Combine(folder, $".{Path.GetFileName(path)}.new");
        try
        {
            using (var stream = new FileStream(staging, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(staging, path, overwrite);
        }
        catch
        {
            File.Delete(staging);
            throw;
        }
    }
}
