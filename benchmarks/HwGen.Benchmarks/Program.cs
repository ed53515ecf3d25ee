using System.Globalization;
using HwGen.Benchmarks;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;

// Speed of training steps, cost of attacks in them, cost against size, area of the FFT unit, energy at gate level, imported networks beside ONNX Runtime; what is compared is measured in this run, or said to be stated.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["lstm", .. var cells]:
        await Lstm([.. cells.Select(int.Parse).DefaultIfEmpty(256).Concat(cells.Length == 0 ? [1024] : [])]);
        break;
    case ["size", .. var folder]:
        Size(folder is [var f] ? f : "artifacts/bench");
        break;
    case ["adversarial", .. var design]:
        AdversarialCost.Run(Console.Out, design is [var d] ? d : "examples/fashion-robust.yaml");
        break;
    case ["fft-area"]:
        await FftArea.RunAsync(Console.Out);
        break;
    case ["energy", .. var target]:
        if (GatePower.Missing() is { Count: > 0 } missing)
        {
            Console.Error.WriteLine($"Not here: {string.Join(", ", missing)}. ./build.sh setup energy installs them.");
            return 3;
        }
        await EnergyCheck.RunAsync(Console.Out, target is [var e, ..] ? e : "artifacts/bench/energy", target is [_, var constants] ? constants : null);
        break;
    case ["onnx", var data, .. { Length: > 0 } models]:
        bool agree = true;
        foreach (string model in models) agree &= OnnxParity.Run(Console.Out, model, data);
        return agree ? 0 : 1;
    case [] or ["devices"]:
        Devices();
        break;
    default:
        Console.Error.WriteLine("usage: devices | lstm [CELLS…] | adversarial [DESIGN] | size [FOLDER] | fft-area | energy [FOLDER [energy.json]] | onnx DATA.npz MODEL.onnx…");
        return 2;
}
return 0;

static void Devices()
{
    const int inputs = 28, hidden = 128, classes = 10, batch = 128, steps = 28;
    double baseline = 0;
    Console.WriteLine($"GRU {inputs}->{hidden}, dense {classes}, batch {batch}, {steps} steps: forward, backward, clipping, Adam; {Environment.ProcessorCount} processors; medians of 5 runs");
    Console.WriteLine($"{"device",-10}{"weights",-10}{"frames/s",12}{"ratio",10}");
    foreach (string device in new[] { "cpu", "pocl", "cpu-sim" })
    {
        if (!ComputeDevice.IsPresent(device))
        {
            Console.WriteLine($"{device,-10}absent: {new DeviceNotFoundException(device).Message}");
            continue;
        }
        using var ops = ComputeDevice.Open(device);
        foreach (int k in new[] { 1, 8, 16 })
        {
            using var step = new TrainingStep(ops, [new GruLayer(inputs, hidden, k), new DenseLayer(hidden, classes, k)], batch, steps, LabelKind.Sequence);
            double speed = step.FramesPerSecond(5, TimeSpan.FromSeconds(0.6));
            if (baseline == 0) baseline = speed;
            Console.WriteLine($"{device,-10}{(k == 1 ? "dense" : $"k={k}"),-10}{speed,12:F0}{speed / baseline,10:F3}");
        }
    }
    Console.WriteLine("ratio: to the first row, measured in this run");
}

static void Size(string folder)
{
    int[] circulant = [256, 512, 1024, 2048, 4096, 8192], dense = [256, 512, 1024, 2048, 4096];
    using var ops = ComputeDevice.Open("cpu", 1);
    Console.WriteLine($"One square fully connected layer, batch {CostAgainstSize.Batch}, forward, backward and update, one thread; medians of 7 runs of 0.3 s");
    Console.WriteLine($"{"n",-7}{"weights",-14}{"ms",10}{"MB",10}");
    var all = new List<CostAgainstSize>();
    foreach (var (n, k) in circulant.Select(n => (n, n)).Concat(dense.Select(n => (n, 1))))
    {
        all.Add(CostAgainstSize.Measure(ops, n, k));
        Console.WriteLine($"{n,-7}{(k == 1 ? "dense" : "one block"),-14}{all[^1].Milliseconds,10:F3}{all[^1].Megabytes,10:F2}");
    }
    Report("time", "time.svg", "Time of a pass, ms", c => c.Milliseconds, n => n * Math.Log2(n), "n·log n");
    Report("memory", "memory.svg", "Memory, MB", c => c.Megabytes, n => n, "n");

    void Report(string what, string file, string title, Func<CostAgainstSize, double> cost, Func<double, double> law, string lawName)
    {
        IReadOnlyList<(double N, double Cost)> blocks = [.. all.Where(c => c.BlockSize > 1).Select(c => ((double)c.Size, cost(c)))];
        IReadOnlyList<(double N, double Cost)> full = [.. all.Where(c => c.BlockSize == 1).Select(c => ((double)c.Size, cost(c)))];
        var (a, worstA) = CostAgainstSize.Fit(blocks, law);
        var (b, worstB) = CostAgainstSize.Fit(full, n => n * n);
        Console.WriteLine($"{what}: one block grows with n^{CostAgainstSize.Power(blocks):F2}, fits {lawName} within {worstA:P0}; dense grows with n^{CostAgainstSize.Power(full):F2}, fits n² within {worstB:P0}");
        CostPlot.Write(Path.Combine(folder, file), title, [("one circulant block", blocks, n => a * law(n), $"∝ {lawName}"), ("dense", full, n => b * n * n, "∝ n²")]);
    }
}

static async Task Lstm(int[] sizes)
{
    const int inputs = 153, outputs = 39, batch = 16, steps = 50, runs = 5;
    var atLeast = TimeSpan.FromSeconds(2);
    Console.WriteLine($"2-layer LSTM, input {inputs}, batch {batch}, {steps} steps, {outputs} outputs: forward, backward, clipping, Adam; medians of {runs} runs of {atLeast.TotalSeconds:0} s");
    Console.WriteLine($"{"cells",-7}{"threads",-9}{"what",-24}{"frames/s",10}{"to PyTorch",12}{"to own dense",14}");
    foreach (int threads in new[] { 1, 2 })
        foreach (int cells in sizes)
        {
            var peer = await PyTorch.MeasureAsync(cells, 2, inputs, outputs, batch, steps, threads, runs, atLeast);
            if (peer is { } p)
                Console.WriteLine($"{cells,-7}{threads,-9}{$"PyTorch {p.Version} dense",-24}{p.FramesPerSecond,10:F0}{1.0,12:F2}{"",14}   (512³ GEMM {p.GemmGigaflops:F0} GFLOP/s)");
            else Console.WriteLine($"PyTorch is absent: {PyTorch.Install}");
            double dense = 0;
            foreach (int k in new[] { 1, 8, 16 })
            {
                using var ops = ComputeDevice.Open("cpu", threads);
                LayerDescription[] layers = [new LstmLayer(inputs, cells, 0, false, k, k, k), new LstmLayer(cells, cells, 0, false, k, k, k), new DenseLayer(cells, outputs, 1)];
                using var step = new TrainingStep(ops, layers, batch, steps, LabelKind.Frame);
                double speed = step.FramesPerSecond(runs, atLeast);
                if (k == 1) dense = speed;
                string ratio = peer is { } q ? $"{speed / q.FramesPerSecond:F2}" : "";
                Console.WriteLine($"{cells,-7}{threads,-9}{(k == 1 ? "ours, dense" : $"ours, k={k}"),-24}{speed,10:F0}{ratio,12}{speed / dense,14:F2}");
            }
        }
}
