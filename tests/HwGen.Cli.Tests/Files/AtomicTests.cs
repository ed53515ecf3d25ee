using HwGen.Cli.Files;

namespace HwGen.Cli.Tests.Files;

public sealed class AtomicTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WriteText_NewFileInNewFolder_HasTheTextAndNothingElse()
    {
        AtomicFile.WriteText(folder["a/b/file.txt"], "hé\n");

        Assert.Equal([0x68, 0xC3, 0xA9, 0x0A], File.ReadAllBytes(folder["a/b/file.txt"]));
        Assert.Equal([folder["a/b/file.txt"]], Directory.GetFileSystemEntries(folder["a/b"]));
    }

    [Fact]
    public void Write_FailsHalfway_KeepsTheOldFileAndLeavesNothing()
    {
        string file = folder.Write("file.txt", "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(file, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void WriteText_LeftoverOfAKilledRun_IsReplaced()
    {
        folder.Write(".file.txt.new", "half of a much longer text");

        AtomicFile.WriteText(folder["file.txt"], "new");

        Assert.Equal("new", File.ReadAllText(folder["file.txt"]));
        Assert.False(File.Exists(folder[".file.txt.new"]));
    }

    [Fact]
    public void WriteText_NoOverwrite_Refuses()
    {
        string file = folder.Write("file.txt", "old");

        Assert.Throws<IOException>(() => AtomicFile.WriteText(file, "new", overwrite: false));

        Assert.Equal("old", File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Replace_Folder_DropsFilesOfTheOldOne()
    {
        AtomicDirectory.Replace(folder["rtl"], f => File.WriteAllText(Path.Join(f, "old.v"), ""));
        AtomicDirectory.Replace(folder["rtl"], f => File.WriteAllText(Path.Join(f, "new.v"), ""));

        Assert.Equal([folder["rtl/new.v"]], Directory.GetFiles(folder["rtl"]));
        Assert.Equal([folder["rtl"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Replace_FailsHalfway_KeepsTheOldFolder()
    {
        AtomicDirectory.Replace(folder["rtl"], f => File.WriteAllText(Path.Join(f, "old.v"), ""));

        Assert.Throws<InvalidOperationException>(() => AtomicDirectory.Replace(folder["rtl"], f =>
        {
            File.WriteAllText(Path.Join(f, "new.v"), "");
            throw new InvalidOperationException();
        }));

        Assert.Equal([folder["rtl/old.v"]], Directory.GetFiles(folder["rtl"]));
        Assert.Equal([folder["rtl"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Recover_KilledBetweenTheRenames_PutsTheOldFolderBack()
    {
        Directory.CreateDirectory(folder[".rtl.old"]);
        Directory.CreateDirectory(folder[".rtl.new"]);
        folder.Write(".rtl.old/old.v", "");

        AtomicDirectory.Recover(folder["rtl"]);

        Assert.Equal([folder["rtl/old.v"]], Directory.GetFiles(folder["rtl"]));
        Assert.Equal([folder["rtl"]], Directory.GetFileSystemEntries(folder.Path));
    }
}
