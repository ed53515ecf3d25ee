namespace HwGen.Frontend.Training;

/// <summary>What a phase trains, and how one step of it changes that. A step depends on nothing but the state and the batch.</summary>
internal abstract class PhaseWork : IDisposable
{
    /// <summary>The network as it is trained now, for evaluation.</summary>
    public abstract NetworkModel Model { get; }

    /// <summary>Whether the phase has reached its end before its last epoch.</summary>
    public virtual bool IsDone => false;

    /// <summary>One update.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <returns>Of the batch, before the update.</returns>
    public abstract BatchScore Step(ReadOnlySpan<int> indices, double rate);

    /// <summary>Puts all that decides the rest of the phase into its state.</summary>
    public abstract void Download();

    public abstract void Dispose();
}
