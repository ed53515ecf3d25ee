using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HwGen.Core;
using HwGen.Core.Parts;

namespace HwGen.Sim.Synthesis;

/// <summary>nextpnr and icepack for the iCE40 parts.</summary>
/// <param name="FmaxMegahertz">Of the slowest clock after routing; null when the design does not fit.</param>
/// <param name="Taken">Share of each kind of site: name, taken, there.</param>
/// <param name="Bitstream">File for the device; null when the design does not fit.</param>
public sealed partial record PlaceAndRoute(double? FmaxMegahertz, IReadOnlyList<(string Site, int Taken, int There)> Taken, string? Bitstream)
{
    /// <summary>User pins of the package that a part is placed in: sg48 and ct256. Source: nextpnr's utilisation report.</summary>
    public static int Pins(Part part) => part.Name == "UP5K" ? 39 : 206;

    /// <summary>Places, routes and packs a netlist.</summary>
    /// <param name="part">UP5K or HX8K.</param>
    /// <param name="folder">Holds <c>netlist.json</c>; the placed design and the bitstream go there.</param>
    /// <param name="clockMegahertz">What to aim at; missing it is no failure.</param>
    /// <param name="progress">Hears the stages.</param>
    /// <param name="cancel">Ends the tool.</param>
    /// <exception cref="ToolException">A tool is missing or fails, other than for want of room.</exception>
    public static async Task<PlaceAndRoute> RunAsync(Part part, string folder, double clockMegahertz, IProgress<SynthesisProgress>? progress, CancellationToken cancel)
    {
        string device = part.Name.ToLowerInvariant();
        string[] arguments =
        [
            "--" + device, "--package", device == "up5k" ? "sg48" : "ct256", "--json", "netlist.json", "--asc", "placed.asc", "--report", "timing.json",
            "--freq", clockMegahertz.ToString(CultureInfo.InvariantCulture), "--timing-allow-fail", "--pcf-allow-unconstrained", "--seed", "1",
        ];
        string stage = $"place and route on {part.Name}";
        var (exitCode, log) = await SynthesisTool.RunAsync("nextpnr-ice40", folder, arguments, line =>
        {
            if (progress is not null && Stage(line) is { } at) progress.Report(new(stage, at.Fraction, at.Name));
        }, cancel).ConfigureAwait(false);
        var taken = Utilization(log);
        if (exitCode != 0)
            return NoRoom(log) && taken.Count > 0 ? new(null, taken, null) : throw SynthesisTool.Failed("nextpnr-ice40", folder, arguments, log);
        double fmax = Fmax(await File.ReadAllTextAsync(Path.Combine(folder, "timing.json"), cancel).ConfigureAwait(false));
        await SynthesisTool.MustRunAsync("icepack", folder, ["placed.asc", "bitstream.bin"], null, cancel).ConfigureAwait(false);
        return new(fmax, taken, "bitstream.bin");
    }

    /// <summary>Sites taken and there, from nextpnr's log.</summary>
    public static IReadOnlyList<(string Site, int Taken, int There)> Utilization(string log) =>
        [.. Site().Matches(log).Select(m => (m.Groups[1].Value, int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), int.Parse(m.Groups[3].Value, CultureInfo.InvariantCulture)))];

    /// <summary>Whether nextpnr gave up because sites ran out.</summary>
    public static bool NoRoom(string log) => log.Contains("no BELs remaining", StringComparison.Ordinal) || log.Contains("Unable to find legal placement", StringComparison.Ordinal);

    /// <summary>The slowest clock of nextpnr's <c>--report</c>, in MHz.</summary>
    /// <exception cref="FormatException">It names no clock.</exception>
    public static double Fmax(string report)
    {
        using var document = JsonDocument.Parse(report);
        return document.RootElement.TryGetProperty("fmax", out JsonElement clocks) && clocks.EnumerateObject().Any()
            ? clocks.EnumerateObject().Min(c => c.Value.GetProperty("achieved").GetDouble())
            : throw new FormatException("The timing report names no clock.");
    }

    private static (string Name, double Fraction)? Stage(string line) =>
        line.Contains("Packing", StringComparison.Ordinal) ? ("pack", 0.05)
        : line.Contains("Creating initial analytic placement", StringComparison.Ordinal) ? ("place", 0.15)
        : line.Contains("Running simulated annealing", StringComparison.Ordinal) ? ("place", 0.4)
        : line.Contains("Routing..", StringComparison.Ordinal) ? ("route", 0.6)
        : line.Contains("Routing complete", StringComparison.Ordinal) ? ("route", 0.95) : null;

    [GeneratedRegex(@"^Info:\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%", RegexOptions.Multiline)]
    private static partial Regex Site();
}
