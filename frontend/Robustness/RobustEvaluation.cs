using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Robustness;

/// <summary>Accuracy of trained networks under attack.</summary>
/// <remarks>An input counts as right if it is right as it is and the attack doesn't turn it; so no further start, and no point
/// beside the last one, can raise the figure. Inputs that are wrong already are not attacked. Random numbers depend on the seed, the
/// start and the input, not on the batch it is in.</remarks>
public static class RobustEvaluation
{
    private const int Purpose = 0xE7A1, BatchSize = 128;

    /// <param name="data">Inputs with a label each; the first <paramref name="images"/> count.</param>
    /// <param name="device">One of <see cref="ComputeDevice.Names"/>.</param>
    /// <param name="noise">α of each channel, see <see cref="TrainingOutcome.Noise"/>: the weights are noisy then, in the attack too.</param>
    /// <param name="attacked">What is attacked by the network's derivatives, without noise; null: the network itself.</param>
    public static AttackResult Run(TrainedNetwork network, LabelledData data, int images, AttackPlan plan, int seed, string device,
        float[]? noise = null, int threads = 0, AttackedModel? attacked = null)
    {
        using var ops = ComputeDevice.Open(device, threads);
        using var model = new NetworkModel(ops, network.Layers, Math.Min(BatchSize, Math.Min(images, data.Count)), data.LongestLength, data.Kind);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        if (noise is null) return Run(model, data, images, plan, seed, null, attacked);
        using var source = new WeightNoise(ops, model, seed);
        ops.Upload(source.Alpha, noise);
        return Run(model, data, images, plan, seed, source);
    }

    /// <summary>How a model does at the points where an attack on another one ended.</summary>
    /// <param name="data">The inputs as they are.</param>
    /// <param name="found">The attack; its first <paramref name="images"/> points count.</param>
    public static AttackResult Replay(AttackedModel attacked, LabelledData data, int images, AttackResult found)
    {
        images = Math.Min(images, found.Images);
        bool[] clean = Right(data), moved = Right(found.Examples);
        return found with { Images = images, CleanAccuracy = (double)clean.Count(c => c) / images, Accuracy = (double)clean.Zip(moved).Count(p => p.First && p.Second) / images };

        bool[] Right(LabelledData inputs) => [.. Enumerable.Range(0, images).Chunk(BatchSize).SelectMany(chunk => attacked.Outputs([.. chunk.Select(i => Point(inputs, i))])
            .Zip(chunk, (outputs, i) => Named(outputs) == data.Labels(i)[0]))];
    }

    internal static AttackResult Run(NetworkModel model, LabelledData data, int images, AttackPlan plan, int seed, WeightNoise? noise, AttackedModel? attacked = null)
    {
        images = Math.Min(images, data.Count);
        var batch = new PerturbedBatch(data, model.Batch, plan.Epsilon) { Seen = attacked?.Seen };
        var examples = new float[images][];
        int round = 0;
        int[] right = [.. Batches(Enumerable.Range(0, images), _ => { })];
        double clean = (double)right.Length / images;
        int[] left = plan.Kind switch
        {
            AttackKind.Fgsm => [.. Batches(right, b => Attack(b, 1, 1, StopRule.Never, null))],
            AttackKind.Pgd => Pgd(),
            _ => Square(),
        };
        return new(plan, images, clean, (double)left.Length / images, noise is not null,
            new(images, data.LongestLength, data.InputSize, data.Classes, Flat(), [.. Enumerable.Range(0, images).Select(i => data.Labels(i)[0])]) { Ends = data.Box });

        // Moves each batch of inputs and yields those that are right there.
        IEnumerable<int> Batches(IEnumerable<int> inputs, Action<PerturbedBatch> move)
        {
            foreach (int[] indices in inputs.Chunk(model.Batch))
            {
                batch.Load(indices);
                noise?.Begin(round++);
                move(batch);
                noise?.Draw();
                float[][] outputs = Outputs();
                foreach (int slot in batch.Slots)
                {
                    examples[indices[slot]] = batch.Point(slot).ToArray();
                    if (Named(outputs[slot]) == batch.Labels(slot)[0]) yield return indices[slot];
                }
            }
        }

        // What is attacked says this of the batch.
        float[][] Outputs()
        {
            if (attacked is not null) return attacked.Outputs(batch.Points);
            model.Forward(batch, batch.Slots);
            return [.. batch.Slots.Select(model.Outputs)];
        }

        int[] Pgd()
        {
            int[] remaining = right;
            for (int restart = 0; restart < plan.Restarts && remaining.Length > 0; restart++)
            {
                int own = restart;
                remaining = [.. Batches(remaining, b => Attack(b, plan.Steps, plan.StepSize / plan.Epsilon, noise is null ? StopRule.WhenWrong : StopRule.Never,
                    slot => new(seed, Purpose + own, b.SourceIndex(slot))))];
            }
            return remaining;
        }

        void Attack(PerturbedBatch b, int steps, double length, StopRule rule, Func<int, RandomStream>? start) =>
            new GradientAttack(model) { Redraw = noise is null ? null : noise.Draw, Draws = plan.Draws, Attacked = attacked }.Ascend(b, steps, length, rule, start);

        int[] Square()
        {
            if (right.Length == 0) return right;
            float[][] inputs = [.. right.Select(i => examples[i])];
            var attack = new SquareAttack(Shape(model.Layout.Layers, data), data.Box, plan.Epsilon, plan.Queries, seed);
            var outcome = attack.Run(inputs, right, queries => [.. queries.Chunk(model.Batch).SelectMany(Margins)]);
            for (int i = 0; i < right.Length; i++) examples[right[i]] = outcome.Points[i];
            return [.. right.Where((_, i) => outcome.Margins[i] >= 0)];

            double[] Margins(SquareQuery[] queries)
            {
                batch.Load([.. queries.Select(q => right[q.Input])]);
                noise?.Begin(round++);
                noise?.Draw();
                for (int slot = 0; slot < queries.Length; slot++) queries[slot].Point.CopyTo(batch.Point(slot));
                return [.. Outputs().Select((outputs, slot) => Margin(outputs, batch.Labels(slot)[0]))];
            }
        }

        float[] Flat()
        {
            int size = data.LongestLength * data.InputSize;
            var flat = new float[images * size];
            for (int i = 0; i < images; i++) examples[i].CopyTo(flat, i * size);
            return flat;
        }
    }

    /// <summary>The class with the largest output, the first of equals.</summary>
    internal static int Named(float[] outputs) => Array.IndexOf(outputs, outputs.Max());

    /// <summary>The label's output less the largest other one; of equals, which fixed point has many, below 0 if not the label is named.</summary>
    internal static double Margin(float[] outputs, int label)
    {
        double margin = outputs[label] - outputs.Where((_, c) => c != label).Max();
        return margin == 0 && Named(outputs) != label ? -double.Epsilon : margin;
    }

    private static float[] Point(LabelledData data, int index)
    {
        var point = new float[data.Length(index) * data.InputSize];
        data.Read(index, point);
        return point;
    }

    /// <summary>An input as a picture: a row a step where no layer says otherwise.</summary>
    private static ImageShape Shape(IReadOnlyList<LayerDescription> layers, LabelledData data) => layers[0] switch
    {
        ConvLayer c => c.Input,
        PoolLayer p => p.Input,
        _ => new(data.LongestLength, data.InputSize, 1),
    };
}
