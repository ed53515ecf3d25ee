using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace HwGen.Benchmarks;

/// <summary>The same training step in dense PyTorch, in a process of its own, in the same run.</summary>
internal static class PyTorch
{
    /// <summary>Debian's packages are seen by Debian's own interpreter alone.</summary>
    private const string Interpreter = "/usr/bin/python3";

    public const string Install = "apt-get install --no-install-recommends python3-torch python3-numpy libopenblas0";

    // The best of several steps would flatter; the median of as many runs of at least as long a time is what ours is measured by.
    private const string Script = """
        import sys, time, torch
        cells, layers, inputs, outputs, batch, steps, threads = (int(a) for a in sys.argv[1:8])
        runs, least = int(sys.argv[8]), float(sys.argv[9])
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        a, b = torch.rand(512, 512), torch.rand(512, 512)
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < 0.5:
            torch.mm(a, b)
            count += 1
        gemm = 2 * 512 ** 3 * count / (time.perf_counter() - start) / 1e9
        lstm = torch.nn.LSTM(inputs, cells, layers)
        dense = torch.nn.Linear(cells, outputs)
        parameters = list(lstm.parameters()) + list(dense.parameters())
        adam = torch.optim.Adam(parameters, lr=1e-3)
        x = torch.rand(steps, batch, inputs) * 2 - 1
        y = torch.randint(0, outputs, (steps * batch,))
        def step():
            adam.zero_grad()
            loss = torch.nn.functional.cross_entropy(dense(lstm(x)[0]).reshape(-1, outputs), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            adam.step()
        step()
        step()
        speeds = []
        for _ in range(runs):
            start, count = time.perf_counter(), 0
            while True:
                step()
                count += 1
                if time.perf_counter() - start >= least: break
            speeds.append(count * batch * steps / (time.perf_counter() - start))
        print(torch.__version__, sorted(speeds)[runs // 2], gemm)
        """;

    /// <returns>Null without PyTorch.</returns>
    public static async Task<(string Version, double FramesPerSecond, double GemmGigaflops)?> MeasureAsync(
        int cells, int layers, int inputs, int outputs, int batch, int steps, int threads, int runs, TimeSpan atLeast)
    {
        if (!File.Exists(Interpreter)) return null;
        object[] numbers = [cells, layers, inputs, outputs, batch, steps, threads, runs, atLeast.TotalSeconds];
        var result = await CliWrap.Cli.Wrap(Interpreter)
            .WithArguments(["-c", Script, .. numbers.Select(n => Convert.ToString(n, CultureInfo.InvariantCulture)!)])
            .WithEnvironmentVariables(v => v.Set("OMP_WAIT_POLICY", "passive").Set("OMP_NUM_THREADS", threads.ToString(CultureInfo.InvariantCulture)))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (result.ExitCode != 0) return null;
        string[] words = result.StandardOutput.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (words[0], double.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture));
    }
}
