using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Tests;

/// <summary>One accelerator of each kind for the whole test process, opened when first asked for.</summary>
public static class Devices
{
    private static readonly Dictionary<string, Ops> Opened = [];
    private static readonly Dictionary<string, bool> Present = [];

    /// <summary>PoCL with the launches of a GPU.</summary>
    public const string PoclLanes = "pocl, lanes";

    public static Ops Get(string name) => Opened.TryGetValue(name, out var ops) ? ops
        : Opened[name] = name == PoclLanes ? ComputeDevice.Open("pocl", 0, forceLanes: true) : ComputeDevice.Open(name);

    public static bool IsPresent(string name) =>
        Present.TryGetValue(name, out bool present) ? present : Present[name] = ComputeDevice.IsPresent(name);
}

/// <summary>A fact that is skipped, with the device's name, where there is no such device.</summary>
public sealed class DeviceFactAttribute : FactAttribute
{
    public DeviceFactAttribute(string device)
    {
        if (!Devices.IsPresent(device)) Skip = $"No device '{device}' here.";
    }
}

/// <summary>A theory that is skipped, with the device's name, where there is no such device.</summary>
public sealed class DeviceTheoryAttribute : TheoryAttribute
{
    public DeviceTheoryAttribute(string device)
    {
        if (!Devices.IsPresent(device)) Skip = $"No device '{device}' here.";
    }
}
