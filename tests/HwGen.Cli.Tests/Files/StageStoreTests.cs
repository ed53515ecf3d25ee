using HwGen.Cli.Files;
using HwGen.Cli.Results;

namespace HwGen.Cli.Tests.Files;

public sealed class StageStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TrainResult result = new("net", new(0.9, 0.89), 10_000, 1_000, 4_000, 8);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Find_NothingRecorded_IsNull() => Assert.Null(Store().Find<TrainResult>("train", "key"));

    [Fact]
    public void Find_SameKeyAndFiles_GivesTheAnswerBack()
    {
        Store().Record("train", "key", result, [Output("weights", "w")]);

        Assert.Equal(result, Store().Find<TrainResult>("train", "key"));
    }

    [Fact]
    public async Task Run_UpToDate_SkipsTheWork()
    {
        int runs = 0;
        async Task<TrainResult> Train(string key) => await Store().RunAsync("train", key, [Output("weights", "w")], () =>
        {
            runs++;
            return Task.FromResult(result);
        });

        Assert.Equal([result, result], [await Train("key"), await Train("key")]);
        Assert.Equal(1, runs);
        await Train("other");
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Run_WorkThrows_LeavesTheStageToBeRunAgain()
    {
        Store().Record("train", "key", result, []);

        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            Store().RunAsync<TrainResult>("train", "other", [], () => throw new OperationCanceledException()));

        Assert.Null(Store().Find<TrainResult>("train", "key"));
    }

    [Fact]
    public async Task Run_CheckFailed_IsNotRemembered()
    {
        var failed = new FaultResult("net", 1, 0, 0, 1, []);

        Assert.Equal(failed, await Store().RunAsync("verify", "key", [], () => Task.FromResult(failed)));

        Assert.Null(Store().Find<FaultResult>("verify", "key"));
    }

    [Fact]
    public void Find_OtherKeyOrStage_IsNull()
    {
        Store().Record("train", "key", result, [Output("weights", "w")]);

        Assert.Null(Store().Find<TrainResult>("train", "other"));
        Assert.Null(Store().Find<TrainResult>("quantize", "key"));
    }

    [Fact]
    public void Find_FileChangedByHand_IsNull()
    {
        string file = Output("weights", "w");
        Store().Record("train", "key", result, [file]);

        File.WriteAllText(file, "x");

        Assert.Null(Store().Find<TrainResult>("train", "key"));
    }

    [Fact]
    public void Find_FileOfAFolderIsGone_IsNull()
    {
        Directory.CreateDirectory(folder["rtl"]);
        folder.Write("rtl/a.v", "a");
        folder.Write("rtl/b.hex", "b");
        Store().Record("generate", "key", result, [folder["rtl"]]);
        Assert.NotNull(Store().Find<TrainResult>("generate", "key"));

        File.Delete(folder["rtl/b.hex"]);

        Assert.Null(Store().Find<TrainResult>("generate", "key"));
    }

    [Fact]
    public void Find_WorkspaceMoved_StillHolds()
    {
        Directory.CreateDirectory(folder["a/out"]);
        folder.Write("a/out/weights", "w");
        new StageStore(folder["a/stages"]).Record("train", "key", result, [folder["a/out/weights"]]);

        Directory.Move(folder["a"], folder["b"]);

        Assert.Equal(result, new StageStore(folder["b/stages"]).Find<TrainResult>("train", "key"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"key\":\"key\"}")]
    [InlineData("{\"key\":\"key\",\"files\":[],\"result\":{\"design\":\"net\"}}")]
    public void Find_DamagedStamp_IsNull(string stamp)
    {
        Store().Record("train", "key", result, []);
        folder.Write("stages/train.json", stamp);

        Assert.Null(Store().Find<TrainResult>("train", "key"));
    }

    [Fact]
    public void Forget_Recorded_IsNull()
    {
        Store().Forget("train");
        Store().Record("train", "key", result, []);
        Store().Forget("train");

        Assert.Null(Store().Find<TrainResult>("train", "key"));
    }

    [Fact]
    public void Finish_SameInputs_SameKey() => Assert.Equal(Key("a", "b"), Key("a", "b"));

    [Theory]
    [InlineData("a", "c")]
    [InlineData("ab", "")]
    [InlineData("", "ab")]
    [InlineData("b", "a")]
    public void Finish_OtherInputs_OtherKey(string name, string value) => Assert.NotEqual(Key("a", "b"), Key(name, value));

    [Fact]
    public void AddFile_OtherContent_OtherKey()
    {
        string first = folder.Write("a", "1"), copy = folder.Write("b", "1"), other = folder.Write("c", "2");

        Assert.Equal(FileKey(first), FileKey(copy));
        Assert.NotEqual(FileKey(first), FileKey(other));
    }

    [Fact]
    public void AddCode_OtherAssembly_OtherKey()
    {
        using StageKey a = new(), b = new();

        Assert.NotEqual(a.AddCode(typeof(StageKey).Assembly).Finish(), b.AddCode(typeof(StageStoreTests).Assembly).Finish());
    }

    private StageStore Store() => new(folder["stages"]);

    private string Output(string name, string text) => folder.Write(name, text);

    private static string Key(string name, string value)
    {
        using var key = new StageKey();
        return key.Add(name, value).Finish();
    }

    private static string FileKey(string path)
    {
        using var key = new StageKey();
        return key.AddFile("file", path).Finish();
    }
}
