namespace HwGen.Frontend.Data;

/// <summary>A data set, split for training and test.</summary>
/// <param name="Train">To train with.</param>
/// <param name="Tests">At least one; the first is the one that accuracies are quoted for.</param>
public sealed record DataSplit(LabelledData Train, IReadOnlyList<TestSet> Tests)
{
    public LabelledData Test => Tests[0].Data;
}

/// <param name="Name">What distinguishes it from the other test sets, such as "seen voices".</param>
/// <param name="Data">Never trained with.</param>
public sealed record TestSet(string Name, LabelledData Data);
