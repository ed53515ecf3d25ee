using HwGen.Frontend.Data;

namespace HwGen.Frontend.Training;

/// <summary>In which order the sequences of a data set make up batches.</summary>
internal static class BatchOrder
{
    /// <summary>Batches whose sequences are sorted by length together, so that little of a batch is padding.</summary>
    private const int BatchesPerPool = 32;

    /// <summary>All sequences, shortest first.</summary>
    public static int[] ByLength(LabelledData data) => [.. Enumerable.Range(0, data.Count).OrderBy(data.Length)];

    /// <summary>Sequences that can be trained with: the others have no steps.</summary>
    public static int[] Usable(LabelledData data) => [.. Enumerable.Range(0, data.Count).Where(i => data.Length(i) > 0)];

    /// <summary>An epoch's sequences, batch after batch; those that fill no batch are left out.</summary>
    /// <param name="usable">From <see cref="Usable"/>.</param>
    public static int[] Epoch(LabelledData data, int[] usable, int batch, RandomStream random)
    {
        var order = random.Permutation(usable.Length);
        for (int i = 0; i < order.Length; i++) order[i] = usable[order[i]];
        int batches = order.Length / batch;
        if (usable.All(i => data.Length(i) == data.Length(usable[0]))) return order[..(batches * batch)];
        // What fills no batch is left out before it is sorted: any sequence, not the longest ones.
        var byPool = order[..(batches * batch)].Chunk(batch * BatchesPerPool).SelectMany(pool => pool.OrderBy(data.Length)).ToArray();
        var result = new int[batches * batch];
        var places = random.Permutation(batches);
        for (int i = 0; i < batches; i++) byPool.AsSpan(i * batch, batch).CopyTo(result.AsSpan(places[i] * batch));
        return result;
    }
}
