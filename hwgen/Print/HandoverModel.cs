using System.Globalization;
using HwGen.Core.Design;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>What the templates of the hand-over see: the streams' numbers, the files, and names as other tools want them.</summary>
internal static class HandoverModel
{
    /// <summary>Of printed packages; a design has no version of its own.</summary>
    private const string Version = "1.0.0";

    /// <summary>Share of the clock period that the constraints leave to what is around the streams.</summary>
    private const double IoShare = 0.2;

    /// <summary>No write through AXI4-Lite takes as many.</summary>
    private const int CyclesPerWord = 10;

    private const string DefaultPart = "XC7Z020", QuartusFamily = "Cyclone V", QuartusDevice = "5CSEBA6U23I7";

    /// <summary>Parts as Vivado names them: with package and speed grade.</summary>
    private static readonly Dictionary<string, string> VivadoParts = new(StringComparer.Ordinal)
    {
        ["XC7VX690T"] = "xc7vx690tffg1761-2",
        [DefaultPart] = "xc7z020clg400-1",
        ["XC7S15"] = "xc7s15csga225-1",
        ["XCKU060"] = "xcku060-ffva1156-2-e",
    };

    public static ScriptObject Create(AcceleratorPlan plan, HardwareSettings hardware, IReadOnlyList<OutputFile> design, TestVectors vectors, int seed)
    {
        Part part = hardware.Part ?? Part.Find(DefaultPart)!;
        string[] sources = [.. Under(design, "rtl/")], images = [.. Under(design, "mem/")];
        var model = new ScriptObject
        {
            ["m"] = plan.ModuleName,
            ["name"] = plan.Name,
            ["version"] = Version,
            ["summary"] = RtlModel.Summary(plan),
            // A colon or semicolon would end a plain YAML text.
            ["summary_text"] = RtlModel.Summary(plan).Replace(';', ',').TrimEnd('.'),
            ["sources"] = sources,
            ["images"] = images,
            ["vivado_part"] = VivadoParts.GetValueOrDefault(part.Name, VivadoParts[DefaultPart]),
            ["quartus_family"] = QuartusFamily,
            ["quartus_device"] = QuartusDevice,
            ["part"] = part.Name,
            ["yosys_command"] = part.YosysCommand,
        };
        AddClock(model, plan, hardware.ClockMegahertz);
        AddStreams(model, plan);
        AddTestbench(model, plan, vectors, seed);
        AddPorts(model, plan);
        AddRegisters(model, plan);
        model["file_sets"] = new[]
        {
            FileSet("rtl", [.. sources.Select(s => (s, "verilogSource", "")), .. images.Select(User)]),
            FileSet("testbench", [($"tb/{plan.ModuleName}_tb.v", "verilogSource", ""), User("tb/stimulus.hex"), User("tb/expected.hex")]),
            FileSet("constraints", [("scripts/constraints.sdc", "SDC", ""), ("scripts/constraints.xdc", "user", " user=\"xdc\"")]),
            FileSet("software", [($"include/{plan.Name}.h", "cSource", ""), .. Under(design, "driver/").Select(d => (d, "cSource", ""))]),
            FileSet("documentation", [("README.md", "user", " user=\"markdown\"")]),
        };
        return model;

        static (string, string, string) User(string path) => (path, "user", " user=\"readmemh\"");
    }

    private static IEnumerable<string> Under(IReadOnlyList<OutputFile> files, string folder) =>
        files.Select(f => f.Path).Where(p => p.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static void AddClock(ScriptObject model, AcceleratorPlan plan, double megahertz)
    {
        double period = 1000 / megahertz;
        model["megahertz"] = Text(megahertz);
        model["hertz"] = Text(megahertz * 1e6);
        model["period"] = Text(period);
        model["io_delay"] = Text(period * IoShare);
        model["steps_per_second"] = (megahertz * 1e6 / plan.Schedule.IntervalCycles).ToString("F0", CultureInfo.InvariantCulture);
        model["latency_microseconds"] = Text(plan.SingleStreamCycles / megahertz);
    }

    private static void AddStreams(ScriptObject model, AcceleratorPlan plan)
    {
        int bytes = plan.StreamLaneBits / 8;
        model["k"] = plan.BlockSize;
        model["b"] = plan.WordBits;
        model["lane_bits"] = plan.StreamLaneBits;
        model["lane_bytes"] = bytes;
        model["beat_bytes"] = plan.BlockSize * bytes;
        model["word_max"] = plan.InputFormat.Max;
        model["streams"] = plan.Shape.Streams;
        model["last_stream"] = plan.Shape.Streams - 1;
        model["interval"] = plan.Schedule.IntervalCycles;
        model["single_stream"] = plan.SingleStreamCycles;
        model["input_words"] = plan.Input.Size;
        model["output_words"] = plan.Output.Size;
        model["input_blocks"] = plan.InputBlocks;
        model["output_blocks"] = plan.OutputBlocks;
        model["input_format"] = plan.InputFormat.ToString();
        model["output_format"] = plan.OutputFormat.ToString();
        model["input_scale"] = Real(1 / plan.InputFormat.Ulp);
        model["output_ulp"] = Real(plan.OutputFormat.Ulp);
        model["guard"] = plan.ModuleName.ToUpperInvariant();
        model["sides"] = new[] { Side("INPUT", plan.Input, plan.InputFormat), Side("OUTPUT", plan.Output, plan.OutputFormat) };

        ScriptObject Side(string name, VectorPlan vector, FixedFormat format) => new()
        {
            ["name"] = name,
            ["words"] = vector.Size,
            ["beats"] = vector.Blocks,
            ["bytes"] = vector.Blocks * plan.BlockSize * bytes,
            ["fraction"] = format.FracBits,
            ["group_words"] = vector.GroupSize,
            ["group_lanes"] = vector.GroupBlocks * plan.BlockSize,
        };
    }

    private static void AddTestbench(ScriptObject model, AcceleratorPlan plan, TestVectors vectors, int seed)
    {
        int id = Bits.Of(plan.Shape.Streams), data = plan.BlockSize * plan.StreamLaneBits, idRow = 4 * HandoverPrinter.IdDigits(plan), row = data + idRow + 4;
        int[] streams = [.. vectors.Stimulus.Chunk(plan.InputBlocks).Select(step => step[^1].Stream)];
        long cycles = plan.TotalCycles(streams), interval = plan.Schedule.IntervalCycles;
        // Longer than it takes to fill the output buffer; longer than the whole run would show nothing more.
        long pause = Math.Min(2 * (plan.OutputBufferBeats / plan.OutputBlocks + 1) * interval, cycles);
        model["steps"] = streams.Length;
        model["in_beats"] = vectors.Stimulus.Count;
        model["out_beats"] = vectors.Expected.Count;
        model["total_cycles"] = cycles;
        model["long_pause"] = pause;
        model["patience"] = 4 * pause + plan.RestCycles + 50 * interval + 5000;
        model["seed"] = seed;
        model["row_msb"] = row - 1;
        model["stream_msb"] = data - 1;
        model["stream_id_msb"] = id - 1;
        model["last_lsb"] = data + idRow;
        model["id_lsb"] = data;
        model["id_msb"] = data + id - 1;
        model["last_padding"] = Verilog.Decimal(3, 0) + ", ";
        model["id_padding"] = idRow == id ? "" : Verilog.Decimal(idRow - id, 0) + ", ";
        model["zero_data"] = Verilog.Hex(data, 0);
        model["zero_id"] = Verilog.Hex(id, 0);
        model["zero_row"] = Verilog.Hex(row, 0);
    }

    private static void AddPorts(ScriptObject model, AcceleratorPlan plan)
    {
        int data = plan.BlockSize * plan.StreamLaneBits, id = Bits.Of(plan.Shape.Streams);
        (string Name, string Logical, bool WithData, int Bits)[] signals =
            [("tvalid", "TVALID", true, 0), ("tready", "TREADY", false, 0), ("tdata", "TDATA", true, data), ("tlast", "TLAST", true, 0), ("tid", "TID", true, id)];
        (string Bus, string Role)[] buses = [("s_axis", "slave"), ("m_axis", "master")];
        model["ports"] = new[] { Port("aclk", "in", 0), Port("aresetn", "in", 0) }
            .Concat(ControlPort.All(plan).Select(p => Port($"{ControlPort.Bus}_{p.Name}", p.IsInput ? "in" : "out", p.Width)))
            .Concat(buses.SelectMany(b => signals.Select(s => Port($"{b.Bus}_{s.Name}", s.WithData == (b.Role == "slave") ? "in" : "out", s.Bits)))).ToArray();
        model["buses"] = buses.Select(b => new ScriptObject
        {
            ["name"] = b.Bus,
            ["role"] = b.Role,
            ["ports"] = signals.Select(s => (s.Logical, Physical: $"{b.Bus}_{s.Name}")).Append(("ACLK", "aclk")).Append(("ARESETn", "aresetn"))
                .Select(p => new ScriptObject { ["logical"] = p.Item1, ["physical"] = p.Item2 }).ToArray(),
        }).ToArray();

        // 0 bits: a scalar, without a range.
        static ScriptObject Port(string name, string direction, int bits) => new()
        {
            ["name"] = name,
            ["direction"] = direction,
            ["bits"] = Math.Max(1, bits),
            ["msbs"] = bits == 0 ? (int[])[] : [bits - 1],
        };
    }

    /// <summary>The registers, and the loading of the weights; a design with weights in ROM has neither.</summary>
    private static void AddRegisters(ScriptObject model, AcceleratorPlan plan)
    {
        IReadOnlyList<ControlPort> ports = ControlPort.All(plan);
        string inputs = Ports(ports.Where(p => p.IsInput)), outputs = Ports(ports.Where(p => !p.IsInput));
        model["reloadable"] = plan.ReloadableWeights;
        model["control_ports"] = ports.Select(p => p.ToModel()).ToArray();
        (model["control_inputs"], model["control_outputs"]) = (inputs, outputs);
        if (plan.Load is not { } load) return;
        model["registers"] = DriverModel.Registers(plan);
        model["control_map"] = ports.Select(p => (Logical: p.Name.ToUpperInvariant(), Physical: $"{ControlPort.Bus}_{p.Name}"))
            .Append(("ACLK", "aclk")).Append(("ARESETn", "aresetn")).Select(p => new ScriptObject { ["logical"] = p.Item1, ["physical"] = p.Item2 }).ToArray();
        model["register_table"] = RegisterMap.ToMarkdown();
        model["register_range"] = 1 << RegisterMap.AddressBits;
        model["address_msb"] = RegisterMap.AddressBits - 1;
        model["used_registers"] = ((string[])["DIGEST_LOW", "DIGEST_HIGH", "CONTROL", "STATUS", "SELECT", "DATA", "CHECK"]).Select(name => new ScriptObject
        {
            ["name"] = name,
            ["address"] = Verilog.Hex(RegisterMap.AddressBits, (ulong)RegisterMap.Find(name).Offset),
        }).ToArray();
        model["load_file"] = WeightLoad.FileName;
        model["load_words"] = WeightLoad.HeaderWords + load.Words.Count;
        model["load_patience"] = CyclesPerWord * load.Words.Count + 1000;
        model["load_memories"] = load.Memories.Count;
        model["load_sizes"] = load.Memories.Select(m => new ScriptObject { ["number"] = m.Number, ["words"] = m.Words, ["name"] = m.Image.Name, ["rows"] = m.Rows, ["row_words"] = m.WordsPerRow }).ToArray();
        model["status_loaded"] = Verilog.Hex(32, RegisterMap.Find("STATUS").Fields.Single(f => f.Name == "LOADED").Mask);
        model["control_enable"] = Verilog.Hex(32, RegisterMap.Find("CONTROL").Fields.Single(f => f.Name == "ENABLE").Mask);
        model["control_enable_reset"] = Verilog.Hex(32, RegisterMap.Find("CONTROL").Fields.Aggregate(0u, (mask, f) => mask | f.Mask));

        // As timing constraints name them.
        static string Ports(IEnumerable<ControlPort> ports) => string.Concat(ports.Select(p => $" {ControlPort.Bus}_{p.Name}{(p.Width > 0 ? "[*]" : "")}"));
    }

    private static ScriptObject FileSet(string name, IReadOnlyList<(string Path, string Type, string Attributes)> files) => new()
    {
        ["name"] = name,
        ["files"] = files.Select(f => new ScriptObject { ["path"] = f.Path, ["type"] = f.Type, ["attributes"] = f.Attributes }).ToArray(),
    };

    private static string Text(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A C constant of type double.</summary>
    private static string Real(double value) => value.ToString("0.0###############E+0", CultureInfo.InvariantCulture);
}
