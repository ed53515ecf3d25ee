using HwGen.Core.Design;
using HwGen.Frontend.Data;

namespace HwGen.Frontend.Tests.Data;

public sealed class CsvDataTests : IDisposable
{
    private readonly DataFolder folder = new();

    private DataSettings Settings => folder.Settings(DataSetName.Csv);

    public CsvDataTests() => Write("0,1,2,3,4\n2,5,6,7,8\n", "1,-1,0.5,2e-3,\"9\"\n");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("label,a,b,c,d\r\n\r\n")]
    [InlineData("\uFEFFlabel,1,2,3,4\n")]
    public void Load_RowsWithOrWithoutHeader_SplitsThemIntoSteps(string header)
    {
        File.WriteAllText(folder["train.csv"], header + File.ReadAllText(folder["train.csv"]));
        var split = CsvData.Load(Settings with { Inputs = 2, Steps = 2 });
        var train = Assert.IsType<SequenceDataset>(split.Train);
        Assert.Equal((2, 2, 2, 3), (train.Count, train.Steps, train.InputSize, train.Classes));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], train.Inputs);
        Assert.Equal([0, 2], train.AllLabels);
        Assert.Equal([-1, 0.5f, 2e-3f, 9], DataFolder.Sequence(split.Test, 0));
        Assert.Equal([1], split.Test.Labels(0).ToArray());
    }

    [Fact]
    public void Load_WithoutInputs_TakesThemFromTheFirstRow() => Assert.Equal(4, CsvData.Load(Settings).Train.InputSize);

    [Fact]
    public void Load_SeveralMistakes_ReportsAllWithLineAndColumn()
    {
        Write("label,größe,b\n-1,2,3\nx,é,3\n\n0,1\n0, 1 ,nan,5\n0,,2\n", "0,1,2\n256,1,2\n0.5,1,\"2\n");
        Assert.Equal(
        [
            "train.csv:2:1: error: the label is '-1'; write a whole number from 0 to 255.",
            "train.csv:3:1: error: the label is 'x'; write a whole number from 0 to 255.",
            "train.csv:3:3: error: 'é' is no finite number; write one such as -1.5 or 2e-3.",
            "train.csv:5:4: error: 1 values after the label, expected 2; each row has as many, data.steps · data.inputs.",
            "train.csv:6:11: error: 3 values after the label, expected 2; each row has as many, data.steps · data.inputs.",
            "train.csv:7:3: error: '' is no finite number; write one such as -1.5 or 2e-3.",
            "test.csv:2:1: error: the label is '256'; write a whole number from 0 to 255.",
            "test.csv:3:1: error: a quote here has no partner; write numbers without quotes.",
            "test.csv:3:1: error: the label is '0.5'; write a whole number from 0 to 255.",
        ], folder.Errors(() => CsvData.Load(Settings)));
    }

    [Fact]
    public void Load_NoFiniteNumber_SaysWhere()
    {
        Write("0,1,2\n0,Infinity,1e99\n", "0,1,2\n");
        Assert.Equal(["2:3", "2:12"], folder.Errors(() => CsvData.Load(Settings)).Select(e => e[10..].Split(": error")[0]));
    }

    [Fact]
    public void Load_ManyMistakes_KeepsTwentyAndCountsTheRest()
    {
        Write(string.Concat(Enumerable.Repeat("0,1\n", 10).Concat(Enumerable.Repeat("0,x\n", 50))), "0,1\n");
        var errors = folder.Errors(() => CsvData.Load(Settings));
        Assert.Equal(21, errors.Length);
        Assert.StartsWith("train.csv:30:3: error: 'x'", errors[19]);
        Assert.Equal("train.csv:31:3: error: 30 more mistakes begin here; mend those above first.", errors[20]);
    }

    [Fact]
    public void Load_RowThatIsNoWholeSteps_SaysSo()
    {
        Write("0,1,2,3\n", "0,1,2,3\n");
        Assert.Equal("train.csv:1:1: error: 3 values after the label are no 2 steps of equally many; mend the row, or data.steps.",
            folder.Errors(() => CsvData.Load(Settings with { Steps = 2 }))[0]);
    }

    [Fact]
    public void Load_OtherWidthThanTheDesign_SaysBoth() =>
        Assert.Equal("train.csv:1:10: error: 4 values after the label, expected 6 (2 steps of 3); each row has as many, data.steps · data.inputs.",
            folder.Errors(() => CsvData.Load(Settings with { Steps = 2, Inputs = 3 }))[0]);

    [Fact]
    public void Load_TestLabelNeverTrained_SaysWhere()
    {
        Write("0,1\n1,2\n", "1,1\n\n2,1\n");
        Assert.Equal(["test.csv:3:1: error: label 2, but the largest in train.csv is 1; train with every class."], folder.Errors(() => CsvData.Load(Settings)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("label,a\n")]
    public void Load_NoRow_SaysSo(string text)
    {
        Write(text, "0,1\n");
        Assert.Equal("train.csv:1:1: error: holds no row; write a label and values, one sequence a line.", folder.Errors(() => CsvData.Load(Settings))[0]);
    }

    [Fact]
    public void Load_MissingFile_PointsAtTheDesign()
    {
        File.Delete(folder["test.csv"]);
        Assert.StartsWith("design.yaml:7:3: error: data file test.csv is missing", Assert.Single(folder.Errors(() => CsvData.Load(Settings))));
    }

    [Fact]
    public void Digest_ChangedValue_Changes()
    {
        string before = CsvData.Digest(Settings);
        Write("0,1,2,3,4\n2,5,6,7,9\n", "1,-1,0.5,2e-3,\"9\"\n");
        Assert.NotEqual(before, CsvData.Digest(Settings));
    }

    private void Write(string train, string test)
    {
        File.WriteAllText(folder["train.csv"], train);
        File.WriteAllText(folder["test.csv"], test);
    }
}
