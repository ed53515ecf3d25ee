namespace HwGen.Explore.Tests;

/// <summary>An empty folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("hwgen-test-").FullName;

    public string this[string name] => Path.Join(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
