using HwGen.Core;
using HwGen.Core.Parts;

namespace HwGen.Sim.Synthesis;

/// <summary>Synthesises what lies in a design's output folder: all of it, or its repeated element once and the rest around it.</summary>
/// <param name="folder">The design's output folder, with <c>rtl.f</c>; nothing is written there.</param>
/// <param name="top">Top module.</param>
public sealed class Synthesizer(string folder, string top)
{
    /// <summary>Designs with fewer elements are synthesised whole.</summary>
    public const int FewElements = 9;

    /// <param name="part">The target.</param>
    /// <param name="work">An empty folder for netlists and bitstreams.</param>
    /// <param name="flat">Synthesise everything, however many elements there are.</param>
    /// <param name="simulate">On iCE40: simulate the netlist with the printed testbench.</param>
    /// <param name="clockMegahertz">What placement aims at.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancel">Ends the tools.</param>
    /// <exception cref="ToolException">A tool is missing or fails.</exception>
    public async Task<SynthesisResult> RunAsync(Part part, string work, bool flat, bool simulate, double clockMegahertz, IProgress<SynthesisProgress>? progress, CancellationToken cancel)
    {
        string[] sources = await File.ReadAllLinesAsync(Path.Combine(folder, "rtl.f"), cancel).ConfigureAwait(false);
        work = Path.GetFullPath(work);
        var yosys = new Yosys(Path.GetFullPath(folder), sources, progress);
        progress?.Report(new("elaborate", 0, ""));
        ElementCensus census = await CensusAsync(yosys, work, cancel).ConfigureAwait(false);
        bool whole = flat || census.Count < FewElements || part.Family == FpgaFamily.Ice40;
        SynthesisResult result = whole
            ? await WholeAsync(yosys, part, work, census, cancel).ConfigureAwait(false)
            : await ByElementsAsync(yosys, part, census, cancel).ConfigureAwait(false);
        if (part.Family != FpgaFamily.Ice40) return result;
        PlaceAndRoute placed = await PlaceAndRoute.RunAsync(part, work, clockMegahertz, progress, cancel).ConfigureAwait(false);
        return result with
        {
            Placed = placed,
            Netlist = simulate ? await NetlistCheck.RunAsync(Path.GetFullPath(folder), top, work, progress, cancel).ConfigureAwait(false) : null,
        };
    }

    private async Task<ElementCensus> CensusAsync(Yosys yosys, string work, CancellationToken cancel)
    {
        string file = Path.Combine(work, "elaborated.json");
        string boxes = string.Join(' ', ElementCensus.Modules.Select(m => $"*{m} *{m}\\*"));
        await yosys.RunAsync(top, $"blackbox {boxes}; proc; write_json {file}", cancel).ConfigureAwait(false);
        string json = await File.ReadAllTextAsync(file, cancel).ConfigureAwait(false);
        File.Delete(file);
        return ElementCensus.Read(json, top);
    }

    private async Task<SynthesisResult> WholeAsync(Yosys yosys, Part part, string work, ElementCensus census, CancellationToken cancel)
    {
        string netlist = "";
        bool serial = false;
        if (part.Family == FpgaFamily.Ice40)
        {
            string json = Path.Combine(work, "netlist.json");
            netlist = $"write_verilog -noattr {Path.Combine(work, "netlist.v")}; ";
            serial = census.Ports.Sum(p => p.Bits) > PlaceAndRoute.Pins(part) && SerialPins.Clock(census.Ports) is not null;
            if (serial)
            {
                string wrapper = Path.Combine(work, SerialPins.Module + ".v");
                await File.WriteAllTextAsync(wrapper, SerialPins.Print(top, census.Ports, SerialPins.Clock(census.Ports)!), cancel).ConfigureAwait(false);
                netlist += $"read_verilog {wrapper}; hierarchy -top {SerialPins.Module}; flatten; opt_clean -purge; ";
            }
            netlist += $"write_json {json}";
        }
        var (cells, unpacked) = await yosys.SynthesizeAsync(part, top, $"synthesise for {part.Name}", netlist: netlist, cancel: cancel).ConfigureAwait(false);
        var (sum, unknown) = StatReport.Price(part.Family, cells);
        return new(part, Yosys.Command(part), sum, [], unknown) { SerialPins = serial, Unpacked = unpacked };
    }

    private async Task<SynthesisResult> ByElementsAsync(Yosys yosys, Part part, ElementCensus census, CancellationToken cancel)
    {
        var elements = new List<ElementResult>();
        var unknown = new List<string>();
        foreach (ElementKind kind in census.Kinds)
        {
            var (cells, _) = await yosys.SynthesizeAsync(part, top, $"synthesise one of {kind.Count} {kind.Module}", kind.Representative, cancel: cancel).ConfigureAwait(false);
            var (each, odd) = StatReport.Price(part.Family, cells);
            unknown.AddRange(odd);
            elements.Add(new(kind.Module, kind.Parameters, kind.Count, each));
        }
        string[] boxes = [.. ElementCensus.Modules.SelectMany(m => new[] { $"*{m}", $"*{m}\\*" })];
        var (rest, _) = await yosys.SynthesizeAsync(part, top, "synthesise the rest", boxes: boxes, cancel: cancel).ConfigureAwait(false);
        var (sum, others) = StatReport.Price(part.Family, rest.Where(c => !ElementCensus.Modules.Any(m => c.Key.Contains(m, StringComparison.Ordinal))));
        return new(part, Yosys.Command(part), elements.Aggregate(sum, (total, e) => total + e.Count * e.Each), elements, [.. unknown.Concat(others).Distinct()]);
    }
}
