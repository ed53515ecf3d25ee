using System.Globalization;
using HwGen.Core.Numerics;
using HwGen.Core.Transforms;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>A transform's data flow as the lines of transform.v.sbn: names, extensions and delay registers spelled out.</summary>
internal sealed class TransformModel
{
    private readonly TransformPlan _plan;
    private readonly SortedDictionary<(int Node, int Delay), string> _delays = [];
    private readonly Dictionary<long, string> _twiddles = [];

    private TransformModel(TransformPlan plan) => _plan = plan;

    /// <summary>The model of one transform's module.</summary>
    public static ScriptObject Create(TransformPlan plan, string moduleName) => new TransformModel(plan).Build(moduleName);

    private ScriptObject Build(string moduleName)
    {
        int k = _plan.BlockSize, outBits = _plan.OutputBits;
        ScriptObject[] ops = [.. _plan.Nodes.Select((n, i) => (n, i)).Where(p => p.n.Op != TransformOp.Input).Select(p => Operation(p.n, p.i))];
        ScriptObject[] outputs = [.. _plan.Outputs.Select((o, lane) => Output(o, lane, outBits))];
        return new ScriptObject
        {
            ["module_name"] = moduleName,
            ["title"] = _plan.Inverse ? "inverse FFT, packed spectra to real words; 1/k is in the binary point" : "FFT, real words to packed spectra",
            ["order"] = _plan.Inverse ? "in: DC, Nyquist, Re1, Im1, ...; out: time samples" : "in: time samples; out: DC, Nyquist, Re1, Im1, ...",
            ["block_size"] = k,
            ["latency"] = _plan.LatencyCycles,
            ["multipliers"] = _plan.Multipliers,
            ["level_shifts"] = _plan.LevelShifts.Count == 0 ? "none" : string.Join(" ", _plan.LevelShifts),
            ["in_bits"] = _plan.Input.Width,
            ["in_msb"] = k * _plan.Input.Width - 1,
            ["word_msb"] = _plan.Input.Msb,
            ["out_bits"] = outBits,
            ["out_msb"] = k * outBits - 1,
            ["twiddle_msb"] = _plan.Twiddle.Msb,
            ["twiddles"] = _twiddles.OrderByDescending(t => t.Key).Select(t => new ScriptObject
            {
                ["name"] = t.Value,
                ["value"] = Verilog.Signed(_plan.Twiddle.Width, t.Key),
                ["comment"] = _plan.Twiddle.ToDouble(t.Key).ToString("F6", CultureInfo.InvariantCulture),
            }).ToArray(),
            ["inputs"] = Enumerable.Range(0, k).Select(i => new ScriptObject
            {
                ["name"] = Name(i, 0),
                ["msb"] = (i + 1) * _plan.Input.Width - 1,
                ["lsb"] = i * _plan.Input.Width,
            }).ToArray(),
            ["ops"] = ops,
            ["delays"] = _delays.Select(d => new ScriptObject
            {
                ["name"] = d.Value,
                ["msb"] = _plan.Nodes[d.Key.Node].Format.Msb,
                ["source"] = Name(d.Key.Node, d.Key.Delay - 1),
            }).ToArray(),
            ["outputs"] = outputs,
            ["checks"] = Checks(),
        };
    }

    private ScriptObject Operation(TransformNode node, int id)
    {
        string name = Name(id, 0);
        int a = Width(node.A), b = node.B < 0 ? 0 : Width(node.B);
        int entry = node.Time - (node.Registered ? 1 : 0);
        int full = node.Op switch
        {
            TransformOp.Add or TransformOp.Subtract => Math.Max(a, b) + 1,
            TransformOp.Multiply => a + _plan.Twiddle.Width,
            TransformOp.Double => a + 1 - node.Shift,
            _ => a,
        };
        string left = Operand(node.A, entry), right = node.B < 0 ? "" : Operand(node.B, entry);
        string expression = node.Op switch
        {
            TransformOp.Add => $"{Verilog.Resize(left, a, full)} + {Verilog.Resize(right, b, full)}",
            TransformOp.Subtract => $"{Verilog.Resize(left, a, full)} - {Verilog.Resize(right, b, full)}",
            TransformOp.Multiply => $"{left} * {Twiddle(node.Constant)}",
            TransformOp.Double => node.Shift == 0 ? $"{{{left}, 1'b0}}" : left,
            _ => left,
        };
        bool rounded = node.Shift > 0 && node.Op != TransformOp.Double;
        int result = rounded ? full - node.Shift + 1 : full;
        string source = name + (rounded ? "_rounded" : "_full");
        bool sliced = result > node.Format.Width;
        return new ScriptObject
        {
            ["name"] = name,
            ["comment"] = $"{Describe(node)}: {node.Format}, {node.Min} to {node.Max}",
            ["full_bits"] = full,
            ["full_msb"] = full - 1,
            ["full_sliced"] = sliced && !rounded,
            ["expression"] = expression,
            ["rounded"] = rounded,
            ["rounded_msb"] = result - 1,
            ["rounded_sliced"] = sliced && rounded,
            ["shift"] = node.Shift,
            ["registered"] = node.Registered,
            ["msb"] = node.Format.Msb,
            ["value"] = Verilog.Resize(source, result, node.Format.Width),
        };
    }

    /// <summary>What no node may be, as lines of one condition: beyond its range where that is less than its word.</summary>
    private string[] Checks()
    {
        string[] beyond = [.. _plan.Nodes.Select((n, i) => (n, Name(i, 0), Interval.Of(n.Format))).Where(p => p.n.Op != TransformOp.Input).SelectMany(p => (string[])
        [
            .. p.n.Min > p.Item3.Min ? (string[])[$"{p.Item2} < {Verilog.Signed(p.n.Format.Width, p.n.Min)}"] : [],
            .. p.n.Max < p.Item3.Max ? (string[])[$"{p.Item2} > {Verilog.Signed(p.n.Format.Width, p.n.Max)}"] : [],
        ])];
        return [.. beyond.Select((b, i) => (i == 0 ? "" : "|| ") + b)];
    }

    private ScriptObject Output(TransformOutput output, int lane, int bits)
    {
        string net = Operand(output.Node, _plan.LatencyCycles);
        string wide = Verilog.Resize(net, Width(output.Node), bits);
        return new ScriptObject
        {
            ["msb"] = (lane + 1) * bits - 1,
            ["lsb"] = lane * bits,
            ["value"] = output.Negate ? "-" + wide : wide,
        };
    }

    private static string Describe(TransformNode node) => node.Op switch
    {
        TransformOp.Add or TransformOp.Subtract => node.Shift > 0 ? "sum, rounded" : "sum",
        TransformOp.Multiply => "twiddle product",
        TransformOp.Double => "doubled",
        _ => "rounded",
    };

    private int Width(int node) => _plan.Nodes[node].Format.Width;

    private static string Name(int node, int delay) => delay == 0 ? $"n{node}" : $"n{node}_d{delay}";

    /// <summary>The node's value in stage <paramref name="time"/>, through as many delay registers as that takes.</summary>
    private string Operand(int node, int time)
    {
        int delay = time - _plan.Nodes[node].Time;
        for (int d = 1; d <= delay; d++) _delays[(node, d)] = Name(node, d);
        return Name(node, delay);
    }

    private string Twiddle(long constant)
    {
        if (!_twiddles.TryGetValue(constant, out string? name)) _twiddles[constant] = name = constant < 0 ? $"TWIDDLE_M{-constant}" : $"TWIDDLE_{constant}";
        return name;
    }
}
