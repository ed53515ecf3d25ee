using System.Diagnostics;
using System.Text.Json;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary>The real command in a process of its own, in a workspace with a tiny design on tiny data.</summary>
internal sealed class HwGenProcess : IDisposable
{
    public const string Design = """
        name: tiny
        seed: 3
        data: { name: fashion-mnist, path: data }
        network:
          layers:
            - { type: gru, hidden: 10, block_size: 4 }
            - { type: dense, outputs: 10, block_size: 4 }
        training:
          batch_size: 32
          dense: { epochs: 6, learning_rate: 0.02 }
          admm: { epochs: 4, learning_rate: 0.005, rho: 0.01, iterations_per_epoch: 4 }
          retrain: { epochs: 4, learning_rate: 0.005 }
        quantization: { bits: 10, calibration_sequences: 50 }
        hardware: { processing_elements: 3, verify_sequences: 40 }
        """;

    private readonly TemporaryFolder _folder = new();

    public HwGenProcess(string design = Design)
    {
        TinyData.Write(_folder["data"], 600, 200);
        _folder.Write("tiny.yaml", design);
    }

    public string Folder => _folder.Path;

    /// <summary>Variables of the command's environment beside those of the tests.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    public string this[string path] => _folder[path];

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs `hwgen VERB tiny.yaml OPTIONS` in the workspace.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The same with --json; what it prints.</summary>
    public async Task<(int ExitCode, JsonElement Json)> JsonAsync(params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(output.Length > 0, error);
        return (exitCode, JsonDocument.Parse(output).RootElement);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(CommandLine).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Every file of the printed design, by path.</summary>
    public SortedDictionary<string, byte[]> Printed() => new(
        Directory.EnumerateFiles(this["rtl-out/tiny"], "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(this["rtl-out/tiny"], f), File.ReadAllBytes), StringComparer.Ordinal);
}
