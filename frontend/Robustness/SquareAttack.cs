using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Robustness;

/// <summary>Random search over squares at the rim of the ball; sees outputs alone, so it works on any model, integer ones too.</summary>
/// <remarks>Starts with stripes; a square whose side shrinks with the queries is set to ±ε for each channel and kept if the margin
/// falls. Source: Andriushchenko et al., Square Attack, arXiv:1912.00049; the schedule of sides is recalled from its public
/// code, not looked up.</remarks>
/// <param name="shape">Of an input.</param>
/// <param name="box">Ends of the inputs; null without.</param>
/// <param name="epsilon">ε, see <see cref="AttackPlan.Epsilon"/>.</param>
/// <param name="queries">Most outputs that are asked for an input.</param>
/// <param name="seed">Each input's numbers depend on it and on the input's id alone.</param>
public sealed class SquareAttack(ImageShape shape, InputBox? box, double epsilon, int queries, int seed)
{
    private const int Purpose = 0x59A6;

    /// <summary>Share of the picture that the first squares cover.</summary>
    private const double FirstShare = 0.8;

    /// <summary>Queries, of ten thousand, after which the share halves.</summary>
    private static readonly int[] Halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

    private readonly float[] _radii = [.. Enumerable.Range(0, shape.Width * shape.Channels).Select(f => (float)(epsilon * (box?.Range(f) ?? 1)))];

    /// <summary>Attacks inputs that are named rightly.</summary>
    /// <param name="inputs">As they are.</param>
    /// <param name="ids">One an input.</param>
    /// <param name="margins">The label's output less the largest other one, of each point that is asked; below 0 is turned.</param>
    public SquareOutcome Run(IReadOnlyList<float[]> inputs, IReadOnlyList<int> ids, Func<IReadOnlyList<SquareQuery>, double[]> margins)
    {
        var random = ids.Select(id => new RandomStream(seed, Purpose, id)).ToArray();
        float[][] points = [.. inputs.Select((x, i) => Stripes(x, ref random[i]))];
        double[] best = margins([.. points.Select((p, i) => new SquareQuery(i, p))]);
        int[] asked = [.. inputs.Select(_ => 1)];
        for (int query = 1; query < queries; query++)
        {
            SquareQuery[] tries = [.. Enumerable.Range(0, inputs.Count).Where(i => best[i] >= 0).Select(i => new SquareQuery(i, Try(inputs[i], points[i], query, ref random[i])))];
            if (tries.Length == 0) break;
            double[] found = margins(tries);
            foreach (var (j, t) in tries.Index())
            {
                asked[t.Input]++;
                if (found[j] < best[t.Input]) (best[t.Input], points[t.Input]) = (found[j], t.Point);
            }
        }
        return new(points, best, asked);
    }

    /// <summary>Side of the square of a query.</summary>
    internal int Side(int query)
    {
        int scaled = (int)((long)query * 10_000 / queries);
        double share = FirstShare / Math.Pow(2, Halvings.Count(h => scaled > h));
        return Math.Clamp((int)Math.Round(Math.Sqrt(share * shape.Height * shape.Width)), 1, Math.Min(shape.Height, shape.Width));
    }

    private float[] Stripes(float[] input, ref RandomStream random)
    {
        var point = new float[input.Length];
        var signs = new int[shape.Width * shape.Channels];
        for (int f = 0; f < signs.Length; f++) signs[f] = 2 * random.NextBelow(2) - 1;
        for (int i = 0; i < point.Length; i++) point[i] = Rim(input, i, signs[i % signs.Length]);
        return point;
    }

    private float[] Try(float[] input, float[] point, int query, ref RandomStream random)
    {
        int side = Side(query), top = random.NextBelow(shape.Height - side + 1), left = random.NextBelow(shape.Width - side + 1);
        var next = (float[])point.Clone();
        for (int c = 0; c < shape.Channels; c++)
        {
            int sign = 2 * random.NextBelow(2) - 1;
            for (int y = top; y < top + side; y++)
                for (int x = left; x < left + side; x++)
                {
                    int i = (y * shape.Width + x) * shape.Channels + c;
                    next[i] = Rim(input, i, sign);
                }
        }
        return next;
    }

    private float Rim(float[] input, int i, int sign)
    {
        int f = i % _radii.Length;
        float value = input[i] + sign * _radii[f];
        return box is null ? value : Math.Clamp(value, box.Least[f], box.Largest[f]);
    }
}

/// <param name="Input">Which of the inputs.</param>
/// <param name="Point">Where its outputs are asked.</param>
public sealed record SquareQuery(int Input, float[] Point);

/// <param name="Points">Where each search ended.</param>
/// <param name="Margins">There; below 0 is turned.</param>
/// <param name="Queries">Outputs that were asked of each input.</param>
public sealed record SquareOutcome(IReadOnlyList<float[]> Points, IReadOnlyList<double> Margins, IReadOnlyList<int> Queries);
