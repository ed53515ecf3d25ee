using HwGen.Core.Design;
using HwGen.Core.Plan;
using HwGen.Core.Tests.Design;

namespace HwGen.Core.Tests.Plan;

public sealed class EngineLimitsTests
{
    private const string Gru = "{ type: gru, hidden: 16, block_size: 4 }";

    [Theory]
    [InlineData(Gru)]
    [InlineData("{ type: gru, hidden: 16, block_size: 4, input_block_size: 2, linear_before_reset: false }")]
    [InlineData("{ type: lstm, cells: 16, projection: 8, peepholes: true, block_size: 8 }")]
    [InlineData("{ type: conv, channels: 8, kernel: 5, padding: 4, block_size: 1 }")]
    [InlineData("{ type: conv, channels: 8, kernel: 5, block_size: 1 }\n    - { type: average_pool, size: 4 }")]
    [InlineData("{ type: conv, channels: 8, kernel: 5, block_size: 1 }\n    - { type: max_pool, size: 3 }")]
    [InlineData("{ type: lstm, cells: 16, projection: 8, block_size: 1 }", "{ sparse: true, columns_per_cycle: 2, vector_lanes: 16 }")]
    [InlineData(Gru, "{ columns_per_cycle: 4, vector_lanes: 2, ifft_units: 3, streams: 5 }")]
    public void Complaints_WhatTheEngineTakes_AreNone(string layer, string hardware = "{}") => Assert.Empty(Complaints(layer, hardware));

    [Theory]
    [InlineData("{ type: conv, channels: 8, kernel: 3, padding: 3, block_size: 1 }", "{}",
        "net.yaml:4:15: error: padding of 3 puts whole kernels outside the map: the engine takes less than the kernel's size")]
    [InlineData("{ type: conv, channels: 8, kernel: 3, block_size: 4 }", "{}",
        "net.yaml:4:15: error: the input's 1 channels come packed, and blocks of 4 would reach over positions: give the first convolution block_size 1, or one that divides its channels")]
    [InlineData("{ type: max_pool, size: 2 }\n    - { type: conv, channels: 8, kernel: 3, block_size: 1 }", "{}",
        "net.yaml:4:15: error: the engine pools what a convolution right before makes: put the pool behind one")]
    [InlineData("{ type: conv, channels: 8, kernel: 3, block_size: 1 }\n    - { type: max_pool, size: 2 }\n    - { type: max_pool, size: 2 }", "{}",
        "net.yaml:6:15: error: the engine pools what a convolution right before makes: put the pool behind one")]
    [InlineData("{ type: conv, channels: 8, kernel: 3, block_size: 1 }\n    - { type: average_pool, size: 3 }", "{}",
        "net.yaml:5:15: error: the engine divides an average by a power of two: take a window of 2, 4 or 8, not 3")]
    [InlineData(Gru, "{ vector_lanes: 8 }",
        "net.yaml:7:27: error: 8 vector_lanes do not divide a block of 4 words: take a power of two up to 4")]
    [InlineData("{ type: gru, hidden: 16, block_size: 1, input_block_size: 2 }", "{ sparse: true }",
        "net.yaml:4:15: error: a sparse engine takes single weights, and this layer has blocks of 2: give it block_size 1, or leave 'hardware.sparse' out")]
    [InlineData("{ type: conv, channels: 8, kernel: 3, block_size: 1 }", "{ sparse: true }",
        "net.yaml:4:15: error: a sparse engine takes no convolutions and pools: leave 'hardware.sparse' out")]
    [InlineData("{ type: gru, hidden: 16, block_size: 1 }", "{ sparse: true, weights: reloadable }",
        "net.yaml:7:21: error: a sparse engine's schedule follows from which weights are zero: leave 'weights: reloadable' out, or 'sparse'")]
    [InlineData("{ type: gru, hidden: 16, block_size: 1 }", "{ sparse: true, three_multiply: true }",
        "net.yaml:7:21: error: a sparse engine has no complex products: leave 'three_multiply' out, or 'sparse'")]
    [InlineData("{ type: conv, channels: 8, kernel: 3, block_size: 1 }", "{ columns_per_cycle: 2 }",
        "net.yaml:7:11: error: a convolution takes one column a cycle: leave 'columns_per_cycle' out")]
    public void Complaints_WhatTheEngineDoesNotTake_SayWhereAndWhatToDo(string layer, string hardware, string expected) =>
        Assert.Equal(expected, Assert.Single(Complaints(layer, hardware)).ToString());

    private static IReadOnlyList<InputError> Complaints(string layer, string hardware) => EngineLimits.Complaints(
        DesignReader.Parse(Text.Smallest.Replace(Gru, layer, StringComparison.Ordinal)
            .Replace("outputs: 10, block_size: 4", $"outputs: 10, block_size: {(hardware.Contains("sparse", StringComparison.Ordinal) ? 1 : 4)}", StringComparison.Ordinal) + $"\nhardware: {hardware}\n", "net.yaml"));
}
