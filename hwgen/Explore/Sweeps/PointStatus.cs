namespace HwGen.Explore.Sweeps;

/// <summary>What has become of a point.</summary>
public enum PointStatus
{
    /// <summary>Nobody has taken it.</summary>
    Pending,

    /// <summary>A worker has claimed it.</summary>
    Running,

    /// <summary>Its figures are there.</summary>
    Done,

    /// <summary>It can't be evaluated; the reason is there.</summary>
    Failed,
}
