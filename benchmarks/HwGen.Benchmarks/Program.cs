using System.Globalization;
using HwGen.Benchmarks;
using HwGen.Frontend.Kernels;

// Speed of one GRU training step on the devices that run on any machine, all measured in this run.
// Arguments: devices (default: cpu pocl cpu-sim) and block sizes (default: 1 8 16).
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string[] devices = [.. args.Where(a => !int.TryParse(a, out _)).DefaultIfEmpty("cpu")];
int[] blockSizes = [.. args.Where(a => int.TryParse(a, out _)).Select(int.Parse)];
if (args.Length == 0) devices = ["cpu", "pocl", "cpu-sim"];
if (blockSizes.Length == 0) blockSizes = [1, 8, 16];
double baseline = 0;
Console.WriteLine($"GRU {TrainingStep.Inputs}->{TrainingStep.Hidden}, dense {TrainingStep.Classes}, batch {TrainingStep.Batch}, {TrainingStep.Steps} steps: "
    + $"forward, backward, clipping, Adam; {Environment.ProcessorCount} processors; medians of 5 runs");
Console.WriteLine($"{"device",-10}{"weights",-10}{"frames/s",12}{"ratio",10}");
foreach (string device in devices)
{
    if (!ComputeDevice.IsPresent(device))
    {
        Console.WriteLine($"{device,-10}absent: {new DeviceNotFoundException(device).Message}");
        continue;
    }
    using var ops = ComputeDevice.Open(device);
    foreach (int k in blockSizes)
    {
        using var step = new TrainingStep(ops, k);
        double speed = step.FramesPerSecond(5, TimeSpan.FromSeconds(0.6));
        if (baseline == 0) baseline = speed;
        Console.WriteLine($"{device,-10}{(k == 1 ? "dense" : $"k={k}"),-10}{speed,12:F0}{speed / baseline,10:F3}");
    }
}
Console.WriteLine("ratio: to the first row, measured in this run");
