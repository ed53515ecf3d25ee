namespace HwGen.Cli.Files;

/// <summary>A lock between processes that is free as soon as its holder has ended, however it ended.</summary>
public static class FileLock
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until the lock is free.</summary>
    /// <param name="path">A file for this alone; its folder is made if missing.</param>
    /// <returns>Dispose to free it.</returns>
    public static IDisposable Wait(string path, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
            {
                cancel.ThrowIfCancellationRequested();
                Thread.Sleep(Poll);
            }
        }
    }
}
