using System.Globalization;
using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Explore.Tests.AxiLite;

/// <summary>The registers of a design with reloadable weights, and the driver that is printed with it.</summary>
public sealed class AxiLiteTests
{
    /// <summary>Rows of two words.</summary>
    private static readonly RandomDesign Gru =
        new(814, [new GruLayer(5, 6, 4), new DenseLayer(6, 3, 4)], 7, new(3, 100, 1) { ColumnsPerCycle = 2, ReloadableWeights = true }, 1.5);

    [Fact]
    public async Task Slave_MasterWithRandomDelays_AnswersAndLoadsAsTheMapSays()
    {
        using var folder = new HandoverFolder(Gru);
        Assert.Contains("PASS: ", await SimulateAsync(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtl/hwgen_axil.v", "assign bvalid  = b_full && !rst;", "assign bvalid  = b_full;")]
    [InlineData("rtl/hwgen_axil.v", "b_error <= !(write_whole && write_ok);", "b_error <= !write_ok;")]
    [InlineData("rtl/random_net_registers.v", "write_ok = resting && !behind;", "write_ok = !behind;")]
    [InlineData("rtl/random_net_registers.v", "RESTART: restart <= 1'd1", "RESTART: restart <= 1'd0")]
    public async Task Slave_MutatedLine_IsFound(string file, string before, string after)
    {
        using var folder = new HandoverFolder(Gru);
        string text = File.ReadAllText(folder[file]);
        Assert.Contains(before, text, StringComparison.Ordinal);
        File.WriteAllText(folder[file], text.Replace(before, after, StringComparison.Ordinal));
        Assert.Contains("FAIL: ", await SimulateAsync(folder), StringComparison.Ordinal);
    }

    /// <summary>The driver against registers that are variables: co-simulation runs it against the real ones.</summary>
    [Fact]
    public async Task Driver_InC_LoadsAndRefusesWhatItShould()
    {
        using var folder = new HandoverFolder(Gru);
        File.WriteAllText(folder["words.inc"], string.Concat(File.ReadLines(folder["mem/" + WeightLoad.FileName]).Select(w => $"0x{w},\n")));
        File.WriteAllText(folder["main.c"], """
            #include <stdio.h>
            #include <string.h>
            #include "driver/random-net_driver.h"
            static const uint32_t words[] = {
            #include "words.inc"
            };
            static uint32_t registers[64], data[RANDOM_NET_LOAD_COUNT];
            static size_t taken;
            static int lost; /* a word that does not arrive */
            static int read_one(void *context, uint32_t offset, uint32_t *value)
            {
                (void)context;
                *value = registers[offset / 4];
                return 0;
            }
            static int write_one(void *context, uint32_t offset, uint32_t value)
            {
                uint32_t check = registers[RANDOM_NET_REG_CHECK / 4];
                if (context) return 2;
                registers[offset / 4] = value;
                if (offset != RANDOM_NET_REG_DATA) return 0;
                if (lost-- == 0) return 0;
                data[taken++] = value;
                registers[RANDOM_NET_REG_CHECK / 4] = (check << 1 | check >> 31) ^ value;
                return 0;
            }
            static random_net_bus fresh(void)
            {
                random_net_bus bus = { read_one, write_one, NULL };
                taken = 0;
                lost = -1;
                registers[RANDOM_NET_REG_ID / 4] = RANDOM_NET_ID_VALUE;
                registers[RANDOM_NET_REG_VERSION / 4] = RANDOM_NET_VERSION_VALUE + 5; /* additions do not matter */
                registers[RANDOM_NET_REG_DIGEST_LOW / 4] = RANDOM_NET_DIGEST_LOW_VALUE;
                registers[RANDOM_NET_REG_DIGEST_HIGH / 4] = RANDOM_NET_DIGEST_HIGH_VALUE;
                registers[RANDOM_NET_REG_STATUS / 4] = RANDOM_NET_STATUS_LOADED_MASK;
                return bus;
            }
            int main(void)
            {
                static uint32_t other[RANDOM_NET_LOAD_COUNT];
                const size_t count = sizeof words / sizeof *words, header = RANDOM_NET_LOAD_HEADER;
                random_net_bus bus = fresh();
                uint64_t steps = 0;
                printf("%d ", random_net_load(&bus, words, count, 3));
                printf("%d ", taken == count - header && memcmp(data, words + header, sizeof words - header * sizeof *words) == 0);
                bus = fresh();
                lost = 7;
                printf("%d ", random_net_load(&bus, words, count, 3) == RANDOM_NET_CHECK_FAILED);
                bus = fresh();
                printf("%d ", random_net_load(&bus, words, count - 1, 3) == RANDOM_NET_WRONG_LENGTH);
                memcpy(other, words, sizeof words);
                other[1] ^= 1;
                printf("%d ", random_net_load(&bus, other, count, 3) == RANDOM_NET_OTHER_STRUCTURE);
                registers[RANDOM_NET_REG_DIGEST_LOW / 4] ^= 1;
                printf("%d ", random_net_load(&bus, words, count, 3) == RANDOM_NET_OTHER_STRUCTURE && taken == 0);
                bus = fresh();
                registers[RANDOM_NET_REG_ID / 4] = 0;
                printf("%d ", random_net_probe(&bus) == RANDOM_NET_NOT_FOUND);
                bus = fresh();
                registers[RANDOM_NET_REG_VERSION / 4] += UINT32_C(1) << RANDOM_NET_VERSION_MAJOR_LSB;
                printf("%d ", random_net_probe(&bus) == RANDOM_NET_NOT_FOUND);
                bus = fresh();
                registers[RANDOM_NET_REG_STATUS / 4] = RANDOM_NET_STATUS_BUSY_MASK;
                printf("%d ", random_net_load(&bus, words, count, 3) == RANDOM_NET_BUSY);
                bus = fresh();
                bus.context = &bus;
                printf("%d ", random_net_load(&bus, words, count, 3) == RANDOM_NET_BUS_ERROR && random_net_restart(&bus, 0) == RANDOM_NET_BUS_ERROR);
                bus = random_net_mmio((uintptr_t)registers);
                registers[RANDOM_NET_REG_STEPS_LOW / 4] = 3;
                registers[RANDOM_NET_REG_STEPS_HIGH / 4] = 5;
                printf("%d ", random_net_steps(&bus, &steps) == RANDOM_NET_OK && steps == ((uint64_t)5 << 32 | 3));
                printf("%d", random_net_soft_reset(&bus, 1) == RANDOM_NET_OK && registers[RANDOM_NET_REG_CONTROL / 4] == 3);
                return 0;
            }

            """);

        await folder.RunAsync("gcc", "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-o", "main", "main.c", "driver/random-net_driver.c");

        Assert.Equal("0 1 1 1 1 1 1 1 1 1 1 1", await folder.RunAsync(folder["main"]));
    }

    private static async Task<string> SimulateAsync(HandoverFolder folder)
    {
        AcceleratorPlan plan = folder.Plan;
        (string Name, int Value)[] parameters =
        [
            ("WORDS", WeightLoad.HeaderWords + plan.Load!.Words.Count), ("MEMORIES", plan.Load.Memories.Count), ("ROW_WORDS", plan.Load.Memories[0].WordsPerRow),
            ("IN_BEATS", plan.InputBlocks), ("DATA_W", plan.BlockSize * plan.StreamLaneBits),
        ];
        string testbench = Path.Combine(AppContext.BaseDirectory, "AxiLite", "axil_tb.v");
        await folder.RunAsync("iverilog", ["-g2005", "-s", "axil_tb", .. parameters.Select(p => string.Create(CultureInfo.InvariantCulture, $"-Paxil_tb.{p.Name}={p.Value}")),
            "-o", "axil.vvp", "-f", "rtl.f", testbench]);
        return await folder.RunAsync("vvp", "axil.vvp");
    }
}
