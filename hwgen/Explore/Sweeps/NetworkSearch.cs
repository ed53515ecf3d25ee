using System.Globalization;

namespace HwGen.Explore.Sweeps;

/// <summary>Finds the network with the fewest multiplications that is accurate enough, in few trainings.</summary>
/// <remarks>Block sizes are bounded before anything is trained: from below by the memory that must hold all weights, from above by where larger blocks
/// hardly save multiplications. In what is left of a family accuracy is taken to fall with the block size, so each training halves it;
/// a family whose networks all cost more than one that is accurate enough is not trained at all.
/// Source of the bounds and of trying GRU for LSTM: Li et al., E-RNN, HPCA 2019, phase I; halving is this program's.</remarks>
public sealed class NetworkSearch
{
    /// <summary>A larger block has to save at least this share of the multiplications.</summary>
    public const double LeastGain = 0.1;

    private readonly Dictionary<NetworkChoice, NetworkDecision> _decided = [];
    private readonly IReadOnlyList<NetworkChoice> _networks;
    private readonly int _trainings;

    /// <param name="networks">What there is to choose from.</param>
    /// <param name="bram36">Block memory that there is for weights; infinite without a limit.</param>
    /// <param name="trainings">How many networks may be trained, at least 1.</param>
    public NetworkSearch(IReadOnlyList<NetworkChoice> networks, double bram36, int trainings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trainings, 1);
        (_networks, _trainings) = (networks, trainings);
        foreach (NetworkChoice n in networks.Where(n => n.Bram36 > bram36))
            Skip(n, string.Create(CultureInfo.InvariantCulture, $"its weights fill {n.Bram36:0.#} block memories, there are {bram36:0.#}"));
        foreach (IGrouping<string, NetworkChoice> family in networks.GroupBy(n => n.Family))
        {
            NetworkChoice? before = null;
            foreach (NetworkChoice n in family.OrderBy(n => n.BlockSize))
            {
                if (before is not null && n.Multiplies > before.Multiplies * (1 - LeastGain))
                    Skip(n, string.Create(CultureInfo.InvariantCulture, $"{n.Multiplies:N0} multiplications a frame, less than {LeastGain:P0} below the {before.Multiplies:N0} of k = {before.BlockSize}: the saving has flattened"));
                else before = n;
            }
        }
    }

    /// <summary>Every network in the order given: trained, or skipped with the reason.</summary>
    public IReadOnlyList<NetworkDecision> Decisions => [.. _networks.Select(n => _decided[n])];

    /// <summary>Trains until it is settled which network it is.</summary>
    /// <param name="train">Trains a network, or finds it trained; its accuracy, 0..1.</param>
    /// <param name="target">What is accurate enough, asked after the first training, since it may follow from the dense network's accuracy.</param>
    /// <returns>The network with the fewest multiplications that is accurate enough; the most accurate one where none is; null where all are out of bounds.</returns>
    public NetworkChoice? Run(Func<NetworkChoice, double> train, Func<double> target)
    {
        for (int done = 0; Next() is { } next; done++)
        {
            if (done == _trainings)
            {
                foreach (NetworkChoice n in Open()) Skip(n, $"{_trainings} trainings are used up");
                break;
            }
            double accuracy = train(next);
            bool meets = accuracy >= target();
            _decided[next] = new(next, accuracy, meets ? "accurate enough" : "not accurate enough");
            foreach (NetworkChoice n in Open())
                if (meets && n.Multiplies >= next.Multiplies) Skip(n, $"costs more than {next.Name}, which is accurate enough");
                else if (!meets && n.Family == next.Family && n.BlockSize > next.BlockSize) Skip(n, $"{next.Name} with its smaller blocks is not accurate enough already");
        }
        NetworkDecision[] trained = [.. _decided.Values.Where(d => d.Accuracy is not null)];
        return trained.Where(d => d.Accuracy >= target()).MinBy(d => d.Network.Multiplies)?.Network ?? trained.MaxBy(d => d.Accuracy)?.Network;
    }

    private IEnumerable<NetworkChoice> Open() => _networks.Where(n => !_decided.ContainsKey(n)).ToList();

    /// <summary>The middle one of the family whose middle one is the cheapest.</summary>
    private NetworkChoice? Next() => Open().GroupBy(n => n.Family)
        .Select(f => f.OrderBy(n => n.BlockSize).ElementAt(f.Count() / 2)).MinBy(n => n.Multiplies);

    private void Skip(NetworkChoice network, string why) => _decided.TryAdd(network, new(network, null, "skipped: " + why));
}
