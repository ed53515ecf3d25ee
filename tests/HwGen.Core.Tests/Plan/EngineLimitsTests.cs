using HwGen.Core.Design;
using HwGen.Core.Plan;
using HwGen.Core.Tests.Design;

namespace HwGen.Core.Tests.Plan;

public sealed class EngineLimitsTests
{
    [Fact]
    public void Complaints_GruAndDense_AreNone() => Assert.Empty(EngineLimits.Complaints(DesignReader.Parse(Text.Smallest, "net.yaml")));

    [Theory]
    [InlineData("hidden: 16, block_size: 4", "hidden: 16, block_size: 8", "net.yaml:5:15: error: block_size 4 differs from the first layer's 8: the engine has one array for all layers; give each layer the same block_size")]
    [InlineData("hidden: 16, block_size: 4", "hidden: 16, block_size: 4, input_block_size: 2", "net.yaml:4:15: error: the engine has one array for both matrices of a gru: give them one block_size to generate it")]
    [InlineData("hidden: 16, block_size: 4", "hidden: 16, block_size: 4, linear_before_reset: false", "net.yaml:4:15: error: the engine's gru has linear_before_reset: leave 'linear_before_reset: false' out to generate it")]
    [InlineData("gru, hidden: 16", "lstm, cells: 16", "net.yaml:4:15: error: the engine runs one or more gru layers and then one dense layer: this layer can be trained, not yet generated")]
    [InlineData("- { type: dense", "- { type: dense, outputs: 8, block_size: 4 }\n    - { type: dense", "net.yaml:5:15: error: the engine runs one dense layer, the last, without 'rectify': take this one out to generate it")]
    public void Complaints_WhatCanOnlyBeTrained_SayWhereAndWhatToDo(string old, string changed, string expected) =>
        Assert.Equal(expected, Assert.Single(EngineLimits.Complaints(DesignReader.Parse(Text.Smallest.Replace(old, changed, StringComparison.Ordinal), "net.yaml"))).ToString());
}
