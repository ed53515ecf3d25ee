namespace HwGen.Frontend.Tests.Scoring;

/// <summary>Everything of a kind, for brute force.</summary>
internal static class Paths
{
    /// <summary>All strings of <paramref name="length"/> labels 0..classes−1.</summary>
    public static IEnumerable<byte[]> All(int length, int classes) => length == 0
        ? [[]]
        : All(length - 1, classes).SelectMany(path => Enumerable.Range(0, classes).Select(c => (byte[])[.. path, (byte)c]));

    /// <summary>Runs of one label written once.</summary>
    public static byte[] Merged(byte[] path) => [.. path.Where((label, t) => t == 0 || label != path[t - 1])];

    /// <summary>Σ log softmax of a path's labels.</summary>
    public static double LogProbability(float[] logits, int classes, byte[] path) => path.Select((label, t) =>
    {
        var step = logits.AsSpan(t * classes, classes).ToArray();
        return step[label] - Math.Log(step.Sum(x => Math.Exp(x)));
    }).Sum();
}
