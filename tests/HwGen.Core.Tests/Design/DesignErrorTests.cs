using HwGen.Core.Design;

namespace HwGen.Core.Tests.Design;

/// <summary>Every message a design file can draw, word for word.</summary>
public sealed class DesignErrorTests
{
    [Theory]
    [InlineData("seed: 1.5", "net.yaml:7:7: error: 'seed' is 1.5: write a whole number from 0 to 2147483647")]
    [InlineData("seed: -1", "net.yaml:7:7: error: 'seed' is -1: write a whole number from 0 to 2147483647")]
    [InlineData("seed:", "net.yaml:7:6: error: 'seed' has no value: write a whole number from 0 to 2147483647")]
    [InlineData("seed: [1]", "net.yaml:7:7: error: 'seed' is a list: write a whole number from 0 to 2147483647")]
    [InlineData("sead: 1", "net.yaml:7:1: error: unknown key 'sead': did you mean 'seed'?")]
    [InlineData("zzzzzzzzzzzzzzzz: 1", "net.yaml:7:1: error: unknown key 'zzzzzzzzzzzzzzzz': the keys here are name, seed, data, network, training, quantization, hardware, explore")]
    [InlineData("name: other", "net.yaml:7:1: error: duplicate key 'name': it stands in line 1 already; delete one of them")]
    [InlineData("data: { name: fashion_mnist }", "net.yaml:7:15: error: unknown data set 'fashion_mnist': did you mean 'fashion-mnist'?")]
    [InlineData("data: { name: imagenet }", "net.yaml:7:15: error: unknown data set 'imagenet': write one of fashion-mnist, cifar-10, cifar-100, speech, timit, npz, csv")]
    [InlineData("data: { name: cifar-10 }", "net.yaml:7:7: error: 'data.path' is missing: add it, the folder that holds the data set's files")]
    [InlineData("data: { name: npz, path: a.npz }", "net.yaml:7:7: error: 'data.inputs' is missing: add it, a whole number from 1 to 65536")]
    [InlineData("data: { name: csv, path: a, inputs: 4, steps: 0 }", "net.yaml:7:47: error: 'data.steps' is 0: write a whole number from 1 to 65536")]
    [InlineData("data: { steps: 2 }", "net.yaml:7:9: error: unknown key 'steps' in 'data': the keys here are name, path")]
    [InlineData("data: { path: { a: b } }", "net.yaml:7:15: error: 'data.path' is a section: write the folder that holds the data set's files")]
    [InlineData("data: fashion-mnist", "net.yaml:7:7: error: 'data' must be a section: write its keys below it, each indented")]
    [InlineData("training: { batch_size: 0 }", "net.yaml:7:25: error: 'training.batch_size' is 0: write a whole number from 1 to 4096")]
    [InlineData("training: { batch_size: \"128\" }", "net.yaml:7:25: error: 'training.batch_size' is the text \"128\": write a whole number from 1 to 4096")]
    [InlineData("training: { gradient_clip: -1 }", "net.yaml:7:28: error: 'training.gradient_clip' is -1: write a number above 0, at most 1000000")]
    [InlineData("training: { dense: { epochs: 0 } }", "net.yaml:7:30: error: 'training.dense.epochs' is 0: write a whole number from 1 to 10000")]
    [InlineData("training: { dense: { learning_rate: NaN } }", "net.yaml:7:37: error: 'training.dense.learning_rate' is NaN: write a number above 0, at most 1")]
    [InlineData("training: { dense: { learning_rate: .nan } }", "net.yaml:7:37: error: 'training.dense.learning_rate' is .nan: write a number above 0, at most 1")]
    [InlineData("training: { dense: { learning_rate: Infinity } }", "net.yaml:7:37: error: 'training.dense.learning_rate' is Infinity: write a number above 0, at most 1")]
    [InlineData("training: { dense: { learning_rate: -0.1 } }", "net.yaml:7:37: error: 'training.dense.learning_rate' is -0.1: write a number above 0, at most 1")]
    [InlineData("training: { dense: { learning_rate: 0 } }", "net.yaml:7:37: error: 'training.dense.learning_rate' is 0: write a number above 0, at most 1")]
    [InlineData("training: { dense: { learning_rate: fast } }", "net.yaml:7:37: error: 'training.dense.learning_rate' is fast: write a number above 0, at most 1")]
    [InlineData("training: { retrain: { learning_rate: 0.001, final_learning_rate: 0.002 } }", "net.yaml:7:67: error: final_learning_rate 0.002 is above learning_rate 0.001: the rate falls, so write at most 0.001")]
    [InlineData("training: { dense: { rho: 1 } }", "net.yaml:7:22: error: unknown key 'rho' in 'training.dense': the keys here are epochs, learning_rate, final_learning_rate")]
    [InlineData("training: { admm: { rho: 0, rho_growth: 0.5, iterations_per_epoch: 0 } }", "net.yaml:7:26: error: 'training.admm.rho' is 0: write a number above 0, at most 1000000\nnet.yaml:7:41: error: 'training.admm.rho_growth' is 0.5: write a number from 1 to 100\nnet.yaml:7:68: error: 'training.admm.iterations_per_epoch' is 0: write a whole number from 1 to 1000")]
    [InlineData("training: { loss: ctc }", "net.yaml:7:19: error: ctc wants the order of labels, but fashion-mnist has one label a sequence: write cross_entropy")]
    [InlineData("training: { method: amdm }", "net.yaml:7:21: error: 'training.method' is amdm: did you mean 'admm'?")]
    [InlineData("training: { spectral_bits: 3 }", "net.yaml:7:28: error: 'training.spectral_bits' is 3: write 0 for floating point, or 4 to 18")]
    [InlineData("training: { admm: { tolerance: 2 } }", "net.yaml:7:32: error: 'training.admm.tolerance' is 2: write a number from 0 to 1")]
    [InlineData("hardware: { processing_elements: 0 }", "net.yaml:7:34: error: 'hardware.processing_elements' is 0: write a whole number from 1 to 4096")]
    [InlineData("hardware: { clock_megahertz: 0 }", "net.yaml:7:30: error: 'hardware.clock_megahertz' is 0: write a number above 0, at most 10000")]
    [InlineData("hardware: { verify_sequences: 10001 }", "net.yaml:7:31: error: 'hardware.verify_sequences' is 10001: write a whole number from 1 to 10000")]
    [InlineData("hardware: [", "net.yaml:8:1: error: this is no YAML (While parsing a node, did not find expected node content): look at the indentation, brackets and quotes here and just above")]
    [InlineData("hardware: [1, 2\nseed: 3", "net.yaml:7:12: error: this is no YAML: look at the brackets and quotes here and just below, one of them is not closed")]
    [InlineData("hardware: *other", "net.yaml:7:11: error: '*other' refers to another place: write the value out here")]
    [InlineData("[a]: 1", "net.yaml:7:1: error: a key is a word: write 'key: value'")]
    [InlineData("---\nname: second", "net.yaml:7:1: error: a second document begins here: keep one design in a file")]
    [InlineData("hardware:\n\tprocessing_elements: 4", "net.yaml:8:1: error: a tab indents this line: YAML is indented with spaces only")]
    public void Parse_AddedLine_SaysWhatAndWhere(string line, string expected) =>
        AssertErrors(Text.Smallest + "\n" + line + "\n", expected);

    [Theory]
    [InlineData("name: net", "name: Net", "net.yaml:1:7: error: the name 'Net' cannot become a module's name: begin with a letter a-z, go on with a-z, 0-9 and '-'")]
    [InlineData("name: net", "name: 9net", "net.yaml:1:7: error: the name '9net' cannot become a module's name: begin with a letter a-z, go on with a-z, 0-9 and '-'")]
    [InlineData("name: net", "name: ../net", "net.yaml:1:7: error: the name '../net' cannot become a module's name: begin with a letter a-z, go on with a-z, 0-9 and '-'")]
    [InlineData("name: net", "name: always-comb", "net.yaml:1:7: error: the name 'always-comb' is a keyword of Verilog: choose another, 'always-comb-net' for one")]
    [InlineData("name: net", "nane: net", "net.yaml:1:1: error: 'name' is missing: add it, a word such as 'my-net'\nnet.yaml:1:1: error: unknown key 'nane': did you mean 'name'?")]
    [InlineData("bits: 12", "bits: 3", "net.yaml:6:23: error: 'quantization.bits' is 3: write a whole number from 4 to 18")]
    [InlineData("bits: 12", "bits: -12", "net.yaml:6:23: error: 'quantization.bits' is -12: write a whole number from 4 to 18")]
    [InlineData("bits: 12", "bits: 19", "net.yaml:6:23: error: 'quantization.bits' is 19: write a whole number from 4 to 18")]
    [InlineData("bits: 12", "bits: twelve", "net.yaml:6:23: error: 'quantization.bits' is twelve: write a whole number from 4 to 18")]
    [InlineData("bits: 12", "bits: 99999999999999999999", "net.yaml:6:23: error: 'quantization.bits' is 99999999999999999999: write a whole number from 4 to 18")]
    [InlineData("{ bits: 12 }", "{}", "net.yaml:6:15: error: 'quantization.bits' is missing: add it, a whole number from 4 to 18")]
    [InlineData("{ bits: 12 }", "", "net.yaml:6:14: error: 'quantization.bits' is missing: add it, a whole number from 4 to 18")]
    [InlineData("quantization: { bits: 12 }", "", "net.yaml:1:1: error: 'quantization.bits' is missing: add it, a whole number from 4 to 18")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: gru, hidden: 16, block_size: 3", "net.yaml:4:44: error: 'network.layers[0].block_size' is 3: write a power of two from 1 to 64")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: gru, hidden: 16, block_size: 128", "net.yaml:4:44: error: 'network.layers[0].block_size' is 128: write a power of two from 1 to 64")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: gru, hidden: 0, block_size: 4", "net.yaml:4:28: error: 'network.layers[0].hidden' is 0: write a whole number from 1 to 4096")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: gru, block_size: 4", "net.yaml:4:7: error: 'network.layers[0].hidden' is missing: add it, a whole number from 1 to 4096")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: gru, hidden: 16, blocksize: 4", "net.yaml:4:7: error: 'network.layers[0].block_size' is missing: add it, a power of two from 1 to 64\nnet.yaml:4:32: error: unknown key 'blocksize' in 'network.layers[0]': did you mean 'block_size'?")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: gro, hidden: 16, block_size: 4", "net.yaml:4:15: error: unknown layer type 'gro': did you mean 'gru'?")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: transformer, hidden: 16, block_size: 4", "net.yaml:4:15: error: unknown layer type 'transformer': write one of gru, lstm, conv, max_pool, average_pool, dense")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: dense, hidden: 16, block_size: 4", "net.yaml:4:7: error: 'network.layers[0].outputs' is missing: add it, a whole number from 1 to 4096\nnet.yaml:4:22: error: unknown key 'hidden' in 'network.layers[0]': the keys here are type, outputs, block_size, rectify")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: lstm, cells: 0, projection: -1, peepholes: maybe, block_size: 4", "net.yaml:4:28: error: 'network.layers[0].cells' is 0: write a whole number from 1 to 4096\nnet.yaml:4:43: error: 'network.layers[0].projection' is -1: write a whole number from 0 to 4096\nnet.yaml:4:58: error: 'network.layers[0].peepholes' is maybe: write true or false")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: gru, hidden: 16, block_size: 4, recurrent_block_size: 6", "net.yaml:4:69: error: 'network.layers[0].recurrent_block_size' is 6: write a power of two from 1 to 64")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: conv, channels: 6, kernel: 40, block_size: 2", "net.yaml:4:42: error: a kernel of 40×40 is larger than the map of 28×28×1 with its padding: make it smaller")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: conv, channels: 6, kernel: 3, block_size: 2", "net.yaml:5:15: error: blocks of 4 would hold channels of several positions, since the map below has 6: take a block size that divides them")]
    [InlineData("type: gru, hidden: 16, block_size: 4", "type: max_pool, size: 29", "net.yaml:4:31: error: a window of 29×29 is larger than the map of 28×28×1: make it smaller")]
    [InlineData("type: dense, outputs: 10, block_size: 4", "type: conv, channels: 6, kernel: 3, block_size: 2", "net.yaml:5:15: error: a convolution or pool reads a map: put it before all dense layers, and not with recurrent ones")]
    [InlineData("outputs: 10, block_size: 4", "outputs: 10, block_size: 4, rectify: true", "net.yaml:5:59: error: the last layer's outputs compete, large against small: leave 'rectify' out")]
    [InlineData("outputs: 10", "outputs: 12", "net.yaml:5:31: error: the last layer has 12 outputs but fashion-mnist has 10 classes: end with { type: dense, outputs: 10, block_size: 4 }")]
    [InlineData("{ type: dense, outputs: 10, block_size: 4 }", "dense", "net.yaml:5:7: error: 'network.layers[1]' must be a section, such as { type: gru, hidden: 128, block_size: 8 }")]
    public void Parse_ChangedText_SaysWhatAndWhere(string old, string changed, string expected) =>
        AssertErrors(Text.Smallest.Replace(old, changed, StringComparison.Ordinal), expected);

    [Theory]
    [InlineData("", "net.yaml:1:1: error: the file is empty: 'hwgen new NAME' writes one to start from")]
    [InlineData("# nothing\n", "net.yaml:1:1: error: the file is empty: 'hwgen new NAME' writes one to start from")]
    [InlineData("just words", "net.yaml:1:1: error: a design file is made of 'key: value' lines: 'hwgen new NAME' writes one to start from")]
    [InlineData("name: net\nnetwork: { layers: [] }\nquantization: { bits: 12 }", "net.yaml:2:20: error: 'network.layers' has no entry: add at least one entry, such as '- { type: gru, hidden: 128, block_size: 8 }'")]
    [InlineData("name: net\nnetwork: { layers: { type: gru } }\nquantization: { bits: 12 }", "net.yaml:2:20: error: 'network.layers' must be a list: begin each entry with '- ', such as '- { type: gru, hidden: 128, block_size: 8 }'")]
    [InlineData("name: net\nnetwork: {}\nquantization: { bits: 12 }", "net.yaml:2:10: error: 'network.layers' is missing: add at least one entry, such as '- { type: gru, hidden: 128, block_size: 8 }'")]
    [InlineData("seed: 1", "net.yaml:1:1: error: 'name' is missing: add it, a word such as 'my-net'\nnet.yaml:1:1: error: 'network.layers' is missing: add at least one entry, such as '- { type: gru, hidden: 128, block_size: 8 }'\nnet.yaml:1:1: error: 'quantization.bits' is missing: add it, a whole number from 4 to 18")]
    [InlineData("name: net\nnetwork:\n  layers:\n    - { type: dense, outputs: 8, block_size: 4 }\n    - { type: gru, hidden: 10, block_size: 4 }\nquantization: { bits: 12 }", "net.yaml:4:15: error: a network begins with recurrent layers or convolutions: put a gru, lstm or conv before the dense layers")]
    [InlineData("name: net\nnetwork:\n  layers:\n    - { type: gru, hidden: 8, block_size: 4 }\n    - { type: gru, hidden: 10, block_size: 4 }\nquantization: { bits: 12 }", "net.yaml:5:15: error: the last layer is no dense layer: end with one that has an output for each class")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "net.yaml:1:20: error: this is no YAML (nested deeper than 16 levels): look at the indentation, brackets and quotes here and just above")]
    public void Parse_WholeFile_SaysWhatAndWhere(string text, string expected) => AssertErrors(text, expected);

    private static void AssertErrors(string text, string expected)
    {
        var thrown = Assert.Throws<InputException>(() => DesignReader.Parse(text, "net.yaml"));
        Assert.Equal(expected, thrown.Message);
    }
}
