using System.Globalization;
using System.Text.RegularExpressions;
using HwGen.Core.Plan;
using HwGen.Sim.Reference;

namespace HwGen.Sim.Faults;

/// <summary>Finds in the printed files every place where a kind of mistake can be made.</summary>
/// <remarks>Only places where the mistake changes something: a rounding that drops no bit, a saturation that the stimulus never
/// reaches, a branch that the design does not generate and a memory that nothing is read from are left out, because no simulation
/// could tell; so is what only observes.</remarks>
public sealed partial class FaultSites
{
    private readonly AcceleratorPlan _plan;
    private readonly IReadOnlyDictionary<string, string> _files;
    private readonly SaturationCounts _saturations;

    /// <param name="plan">The accelerator.</param>
    /// <param name="folder">Its output folder.</param>
    /// <param name="saturations">What the reference met on the stimulus that has to find the faults.</param>
    public FaultSites(AcceleratorPlan plan, string folder, SaturationCounts saturations)
    {
        (_plan, _saturations) = (plan, saturations);
        _files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".v", StringComparison.Ordinal) || f.EndsWith(".hex", StringComparison.Ordinal) || f.EndsWith("rtl.f", StringComparison.Ordinal))
            .ToDictionary(f => Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText, StringComparer.Ordinal);
    }

    /// <summary>Every mutation of one kind, in the order of the files.</summary>
    public IReadOnlyList<Func<Random, Fault>> Find(FaultKind kind) => kind switch
    {
        FaultKind.FlippedSign => [.. Lines(kind, Arithmetic, SumLine(), (m, _) => m.Groups[1].Value + (m.Groups[2].Value == "+" ? "-" : "+") + m.Groups[3].Value)],
        FaultKind.TwiddleBit => [.. Lines(kind, Transforms, TwiddleLine(), FlipTwiddleBit)],
        FaultKind.AddressOffByOne => [.. Lines(kind, Wiring, AddressLine(), (m, _) => $"{m.Groups[1].Value}({m.Groups[2].Value} + 1'b1){m.Groups[3].Value}")],
        FaultKind.RoundingConstant => [.. Instances(kind, InstanceOfRounding(), _ => true)],
        FaultKind.SaturationOff => [.. Instances(kind, InstanceOfSaturation(), SaturationReached)],
        FaultKind.ShiftOffByOne => [.. Lines(kind, [.. Transforms, .. Wiring], ShiftLine(), (m, _) =>
            m.Groups[1].Value + (int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture) + m.Groups[3].Value)],
        FaultKind.DroppedValid => [.. Lines(kind, [Module("engine")], ValidLine(), (m, _) => $"{m.Groups["head"].Value}1'b0{m.Groups["tail"].Value}")],
        FaultKind.DroppedStall => [.. Stalls()],
        FaultKind.StateKeptAtTlast => _plan.Program.Cells.Count == 0 ? [] : [.. Lines(kind, [Module("engine"), Module("control")], FreshLine(), (m, _) => $"{m.Groups[1].Value}1'b0;")],
        FaultKind.SwappedRealImaginary => _plan.BlockSize < 4 || _plan.Shape.Sparse ? [] : [.. Lines(kind, ["rtl/hwgen_pe.v"], PartLine(),
            (m, _) => m.Groups[1].Value + (m.Groups[2].Value == "2*i" ? "2*i+1" : "2*i") + m.Groups[3].Value)],
        FaultKind.RomBit => [.. Images(kind, f => !IsSchedule(f))],
        _ => [.. Images(kind, IsSchedule)],
    };

    private static bool IsSchedule(string file) => file.StartsWith("mem/schedule_", StringComparison.Ordinal);

    private string[] Transforms => [.. _plan.Formats.Modes.SelectMany(m => new[] { Module($"fft_{m.BlockSize}"), Module($"ifft_{m.BlockSize}") })];

    private string[] Arithmetic => [.. Present([.. Transforms, "rtl/hwgen_pe.v", "rtl/hwgen_sparse_pe.v", "rtl/hwgen_gru_lane.v", "rtl/hwgen_lstm_lane.v", "rtl/hwgen_peephole.v", Module("linear")])];

    private string[] Wiring => [.. Present([Module("engine"), Module("input"), Module("fft_unit"), Module("ifft_unit"), Module("pe_array"), "rtl/hwgen_sparse_pe.v", Module("control")])];

    private IEnumerable<string> Present(IEnumerable<string> files) => files.Where(_files.ContainsKey);

    private string Module(string name) => $"rtl/{_plan.ModuleName}_{name}.v";

    private IEnumerable<Func<Random, Fault>> Lines(FaultKind kind, IEnumerable<string> files, Regex pattern, Func<Match, Random, string> mutate)
    {
        foreach (string file in files)
        {
            string[] lines = _files[file].Split('\n');
            foreach (int n in Live(file, lines))
            {
                int line = n;
                Match match = pattern.Match(lines[n]);
                if (match.Success && !(kind == FaultKind.AddressOffByOne && IsIdle(lines, n))) yield return random => Replace(kind, file, lines, line, mutate(match, random));
            }
        }
    }

    /// <summary>Lines that the design makes something of: not those of a branch that it does not generate, and not those that observe.</summary>
    private IEnumerable<int> Live(string file, string[] lines)
    {
        var dead = new Stack<int>();            // indentation of the dead branches that are open
        for (int n = 0; n < lines.Length; n++)
        {
            if (lines[n].Contains("// Observation points.", StringComparison.Ordinal)) yield break;
            int indentation = lines[n].Length - lines[n].TrimStart().Length;
            if (dead.TryPeek(out int open) && indentation == open && lines[n].TrimStart().StartsWith("end", StringComparison.Ordinal)) dead.Pop();
            Match branch = Branch().Match(lines[n]);
            if (branch.Success && IsDead($"{file} {branch.Groups[1].Value}")) dead.Push(indentation);
            else if (dead.Count == 0 && !(file == Module("linear") && IsUnused(lines[n])) && !AddsNothing(file, lines[n])) yield return n;
        }
    }

    private bool IsDead(string branch)
    {
        bool peepholes = _plan.Parameters.Any(p => p.Peepholes.Count > 0), resets = _plan.Program.Cells.Any(c => c.ResetsFirst);
        return branch switch
        {
            "rtl/hwgen_peephole.v g_present" => !peepholes,
            "rtl/hwgen_peephole.v g_absent" => peepholes,
            "rtl/hwgen_gru_lane.v g_resets" => !resets,
            "rtl/hwgen_gru_lane.v g_linear" => resets,
            "rtl/hwgen_pe.v g_bin" => _plan.BlockSize < 4,
            "rtl/hwgen_pe.v g_three" => !_plan.Shape.ThreeMultiply,
            "rtl/hwgen_pe.v g_four" => _plan.Shape.ThreeMultiply,
            _ => false,
        };
    }

    /// <summary>Whether a line of the linear unit averages, or adds a bias, and the design does neither.</summary>
    private bool IsUnused(string line) => (line.Contains("else if (average_1)", StringComparison.Ordinal) && _plan.Control.PoolShifts.All(s => s == 0))
        || (line.Contains(" full = ", StringComparison.Ordinal) && HasNoBias);

    /// <summary>Whether a line of a lane adds a bias that is zero in every layer, as short words make them.</summary>
    private bool AddsNothing(string file, string line)
    {
        bool lstm = file == "rtl/hwgen_lstm_lane.v";
        if (!(lstm || file == "rtl/hwgen_gru_lane.v") || AddedBias().Match(line) is not { Success: true } added) return false;
        int slot = Array.IndexOf(lstm ? ["i", "o", "f", "c"] : (string[])["z", "r", "wn", "rn"], added.Groups[1].Value);
        return _plan.Program.Cells.Where(c => c.Kind == CellKind.Lstm == lstm).All(c => _plan.Parameters[c.Layer].Biases[slot].All(b => b == 0));
    }

    private bool HasNoBias => _plan.Images.Single(i => i.Name == "linear").Rows.Values.All(r => r.IsZero);

    /// <summary>Whether the memory that a line of the engine is part of has nothing that is ever read, or nothing but zeros.</summary>
    private bool IsIdle(string[] lines, int line)
    {
        int named = Array.FindLastIndex(lines, line, l => Instance().IsMatch(l));
        string name = named < 0 ? "" : Instance().Match(lines[named]).Groups[1].Value;
        if (name == "u_linear_bias") return HasNoBias;
        if (name == "u_linear_words_fft") return _plan.Program.Spectra.All(s => _plan.Program.Vectors[s.Vector].Source != VectorSource.Linear);
        // A slot's sums lie in a memory for each unit, and a unit need not make all of them.
        Match sums = SumMemory().Match(name);
        return sums.Success && !_plan.Schedule.Drains.Any(d => $"{d.Unit}" == sums.Groups[2].Value
            && (_plan.Program.Sums[d.Row.Sum].IsLinear ? "linear" : $"{_plan.Program.Sums[d.Row.Sum].Slot}") == sums.Groups[1].Value);
    }

    private bool DropsNothing(string instance) => NoShift().IsMatch(instance)
        // All that there is is dropped, however it is rounded.
        || (ShiftOfWord().Match(instance) is { Success: true } m && int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture) >= int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
        || (instance.Contains(") u_part (", StringComparison.Ordinal) && _plan.Formats.PeepholeShift == 0)
        // Where the reset comes first, the candidate's parts are whole words, unless one has more places than the other.
        || (instance.Contains(") u_candidate (", StringComparison.Ordinal) && _plan.Formats.CandidateShift == 0 && _plan.Program.Cells.Where(c => c.Kind == CellKind.Gru).All(c => c.ResetsFirst));

    private static Fault Replace(FaultKind kind, string file, string[] lines, int line, string after, params (string File, string Text)[] more)
    {
        string[] copy = [.. lines];
        copy[line] = after;
        var changes = new Dictionary<string, string> { [file] = string.Join('\n', copy) };
        foreach ((string other, string text) in more) changes[other] = text;
        return new(kind, file, line + 1, lines[line].Trim(), after.Trim(), changes);
    }

    private string FlipTwiddleBit(Match match, Random random)
    {
        long value = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) ^ (1L << random.Next(_plan.Formats.Modes[0].Fft.Twiddle.Msb));
        return match.Groups[1].Value + value.ToString(CultureInfo.InvariantCulture) + match.Groups[3].Value;
    }

    /// <summary>Swaps one instance of a shared module for a copy with the mistake in it.</summary>
    private IEnumerable<Func<Random, Fault>> Instances(FaultKind kind, Regex pattern, Func<string, bool> reached)
    {
        foreach (string file in _files.Keys.Where(f => f.EndsWith(".v", StringComparison.Ordinal) && f != "rtl/hwgen_requantize.v").Order(StringComparer.Ordinal))
        {
            string[] lines = _files[file].Split('\n');
            foreach (int n in Live(file, lines))
            {
                int line = n;
                Match match = pattern.Match(lines[n]);
                if (!match.Success) continue;
                int end = Array.FindIndex(lines, n, l => l.TrimEnd().EndsWith(");", StringComparison.Ordinal));
                string instance = string.Join('\n', lines[n..(end + 1)]);
                if (kind == FaultKind.RoundingConstant && DropsNothing(instance)) continue;
                if (!reached($"{file} {instance}")) continue;
                string module = match.Groups[2].Value;
                yield return _ => Replace(kind, file, lines, line, lines[line].Replace(module, module + "_fault", StringComparison.Ordinal), FaultyCopies(kind));
            }
        }
    }

    private (string, string)[] FaultyCopies(FaultKind kind)
    {
        string round = _files["rtl/hwgen_round.v"], saturate = _files["rtl/hwgen_saturate.v"], requantize = _files["rtl/hwgen_requantize.v"];
        requantize = requantize.Replace("module hwgen_requantize", "module hwgen_requantize_fault", StringComparison.Ordinal);
        (string name, string copy) = kind == FaultKind.RoundingConstant
            ? ("hwgen_round", round.Replace("sum = wide + HALF", "sum = wide + (HALF >>> 1)", StringComparison.Ordinal))
            : ("hwgen_saturate", saturate.Replace("assign out = fits ?", "assign out = (fits || 1'b1) ?", StringComparison.Ordinal));
        copy = copy.Replace($"module {name}", $"module {name}_fault", StringComparison.Ordinal);
        requantize = requantize.Replace($"    {name} #(", $"    {name}_fault #(", StringComparison.Ordinal);
        return
        [
            ($"rtl/{name}_fault.v", copy), ("rtl/hwgen_requantize_fault.v", requantize),
            ("rtl.f", _files["rtl.f"] + $"rtl/{name}_fault.v\nrtl/hwgen_requantize_fault.v\n"),
        ];
    }

    /// <summary>Whether the stimulus makes the saturation of this instance change a word.</summary>
    private bool SaturationReached(string site)
    {
        (string File, string Mark, string[] Sites, int Variants)[] marks =
        [
            (Module("fft_unit"), "u_word ", ["spectrum of a vector"], _plan.Control.FftVariants.Count),
            (Module("ifft_unit"), "u_spectrum ", ["accumulator to IFFT"], _plan.Control.DrainVariants.Count),
            (Module("ifft_unit"), "u_sum ", ["sum"], _plan.Control.IfftVariants.Count),
            ("rtl/hwgen_gru_lane.v", "u_sat_z ", ["update gate input"], 1),
            ("rtl/hwgen_gru_lane.v", "u_sat_r ", ["reset gate input"], 1),
            ("rtl/hwgen_gru_lane.v", "u_candidate ", ["candidate input"], 1),
            ("rtl/hwgen_gru_lane.v", "u_word ", ["state to word"], 1),
            ("rtl/hwgen_gru_lane.v", "u_gated ", ["reset state to word"], 1),
            ("rtl/hwgen_lstm_lane.v", "u_sat_g ", ["cell input"], 1),
            ("rtl/hwgen_lstm_lane.v", "u_next ", ["cell state"], 1),
            ("rtl/hwgen_lstm_lane.v", "u_cell ", ["cell state to tanh"], 1),
            ("rtl/hwgen_lstm_lane.v", "u_m ", ["output to word"], 1),
            ("rtl/hwgen_peephole.v", "u_saturate ", ["input gate input", "output gate input", "forget gate input"], 1),
            (Module("linear"), "u_saturate ", ["sum plus bias"], 1),
        ];
        return marks.Any(m => site.StartsWith(m.File + " ", StringComparison.Ordinal) && site.Contains(m.Mark, StringComparison.Ordinal) && m.Variants == 1
            && m.Sites.Any(name => _saturations.Sites.TryGetValue(name, out var count) && count.Changed > 0));
    }

    private IEnumerable<Func<Random, Fault>> Stalls()
    {
        (string File, string Before, string After)[] sites =
        [
            (Module("input"), "assign s_ready = !full_q[bank];", "assign s_ready = 1'b1;"),
            (Module("control"), "input_full[next_buffer] && room && (", "input_full[next_buffer] && ("),
            (Module("control"), "boundary && input_full[next_buffer] && room", "boundary && room"),
            .. _plan.Shape.Streams > 1 ? [(Module("control"), "room && (!in_flight || id == turn);", "room;")] : ((string, string, string)[])[],
            ("rtl/hwgen_fifo.v", "if (out_valid && out_ready)", "if (out_valid)"),
            ($"rtl/{_plan.ModuleName}.v", "m_axis_tvalid && m_axis_tready)", "m_axis_tvalid)"),
        ];
        foreach ((string file, string before, string after) in sites)
        {
            string[] lines = _files[file].Split('\n');
            int line = Array.FindIndex(lines, l => l.Contains(before, StringComparison.Ordinal));
            if (line < 0) throw new InvalidOperationException($"{file} has no '{before}' to drop a stall in; this is a bug.");
            yield return _ => Replace(FaultKind.DroppedStall, file, lines, line, lines[line].Replace(before, after, StringComparison.Ordinal));
        }
    }

    private IEnumerable<Func<Random, Fault>> Images(FaultKind kind, Func<string, bool> select)
    {
        foreach (MemoryImage image in _plan.Images.Where(i => select("mem/" + i.FileName)))
            yield return random =>
            {
                if (image.Reloadable) return LoadedBit(kind, image, random);
                string file = "mem/" + image.FileName;
                string[] lines = _files[file].Split('\n');
                int[] rows = [.. Enumerable.Range(0, lines.Length).Where(n => lines[n].Length > 0 && lines[n][0] != '@')];
                int row = random.Next(rows.Length), line = rows[row];
                int[] bits = kind == FaultKind.ScheduleEntry ? EffectiveBits(image.Name["schedule_".Length..], row) : [.. Enumerable.Range(0, image.Width)];
                return Replace(kind, file, lines, line, Flip(lines[line], bits[random.Next(bits.Length)]));
            };
    }

    /// <summary>A bit of a row that something reads, in what is loaded.</summary>
    private Fault LoadedBit(FaultKind kind, MemoryImage image, Random random)
    {
        const string file = "mem/" + WeightLoad.FileName;
        string[] lines = _files[file].Split('\n');
        int row = image.Rows.Keys.Order().ElementAt(random.Next(image.Rows.Count)), bit = random.Next(image.Width);
        int line = WeightLoad.HeaderWords + _plan.Load!.Memories.Single(m => m.Image.Name == image.Name).WordOf(row, bit);
        return Replace(kind, file, lines, line, Flip(lines[line], bit % WeightLoad.WordBits));
    }

    private static string Flip(string row, int bit)
    {
        char[] digits = row.ToCharArray();
        int at = digits.Length - 1 - bit / 4;
        digits[at] = "0123456789abcdef"[Convert.ToInt32(digits[at].ToString(), 16) ^ (1 << (bit % 4))];
        return new(digits);
    }

    /// <summary>Bits of a run that the hardware looks at: the valid bit, length and gap, and the other fields where it is set; of an inverse
    /// FFT unit and of a sum memory what goes with them where they are on; the step where something is added and there is a choice.</summary>
    private int[] EffectiveBits(string unit, int run)
    {
        UnitRuns runs = _plan.Control.Runs.Single(r => r.Unit == unit);
        OrderRun order = runs.Runs[run];
        bool Set(string field) => !(order.Order >> (_plan.Control.Fields.First(f => f.Name == field).Lsb - runs.Lsb)).IsEven;
        IEnumerable<ScheduleField> fields = _plan.Control.Fields.Where(f => f.Unit == unit && f.Name.Split('_') is var parts && (parts[1] == "valid" || (Set(unit + "_valid") && (parts switch
        {
            ["drain", "slot" or "address", var number] => Set($"drain_on_{number}"),
            ["cell", "unit", var slot] => Set($"cell_use_{slot}"),
            _ => true,
        }))));
        return
        [
            .. fields.SelectMany(f => Enumerable.Range(f.Lsb - runs.Lsb, f.Width)), .. Enumerable.Range(runs.Width, runs.LengthBits + runs.GapBits),
            .. order.Length > 1 && runs.Steps.Count > 1 ? Enumerable.Range(runs.Width + runs.LengthBits + runs.GapBits, runs.StepBits) : [],
        ];
    }

    [GeneratedRegex(@"^(.*(?:full\w* =|<=) .*[\]\}\w] )([+-])( [\{\w].*;)$")]
    private static partial Regex SumLine();

    [GeneratedRegex(@"\bbias_(\w+)\};$")]
    private static partial Regex AddedBias();

    [GeneratedRegex(@"^(\s*localparam .*TWIDDLE_\d+ = \d+'sd)(\d+)(;.*)$")]
    private static partial Regex TwiddleLine();

    [GeneratedRegex(@"^(\s*\.(?:read_addr|write_addr|addr|row|read_block)\s*)\((.+)\)(,?)$")]
    private static partial Regex AddressLine();

    [GeneratedRegex(@"^(\s*)(hwgen_round|hwgen_requantize) #\(")]
    private static partial Regex InstanceOfRounding();

    [GeneratedRegex(@"^(\s*)(hwgen_saturate|hwgen_requantize) #\(")]
    private static partial Regex InstanceOfSaturation();

    [GeneratedRegex(@"\.SHIFT\(0\)")]
    private static partial Regex NoShift();

    [GeneratedRegex(@"\.IN_W \((\d+)\),\s*\.SHIFT\((\d+)\)")]
    private static partial Regex ShiftOfWord();

    [GeneratedRegex(@"^(\s*\.SHIFT\()(\d+)(\),?)$")]
    private static partial Regex ShiftLine();

    [GeneratedRegex(@"^(?<head>\s*(?:\.in \(|always @\(posedge clk\) output_valid <= ))(?:fft_go|product_go && product_last|drain_go_\d+|cell_go|linear_go && linear_last|output_go)(?<tail>\),| && !rst;)$")]
    private static partial Regex ValidLine();

    [GeneratedRegex(@"^(.*(?:next_fresh\[id\]|zero_spectrum|gather_zero|zero_state)\s*<= )(?:input_last.*|product_recurrent.*|cell_fresh);$")]
    private static partial Regex FreshLine();

    [GeneratedRegex(@"^(\s*wire signed \[WW?-1:0\] +[wx]_(?:re|im) = (?:held|spectrum)\[\(q\*K\+)(2\*i\+1|2\*i)(\)\*W.*)$")]
    private static partial Regex PartLine();

    [GeneratedRegex(@"begin : (\w+)$")]
    private static partial Regex Branch();

    [GeneratedRegex(@"^\s*(?:\) |\w+ )(u_\w+) \($")]
    private static partial Regex Instance();

    [GeneratedRegex(@"^u_sums_(\w+)_(\d+)$")]
    private static partial Regex SumMemory();
}
