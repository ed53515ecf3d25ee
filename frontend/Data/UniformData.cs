using HwGen.Core.Design;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Data;

/// <summary>Sequences of independent numbers, uniform between −1 and 1, without labels: the stimulus that C-LSTM's quantization was
/// measured with, for hardware whose data are still to come.</summary>
public static class UniformData
{
    private const int Purpose = 0x0D47;

    /// <param name="settings">Tells features and steps.</param>
    public static DataSplit Create(DataSettings settings) => new(Draw(settings, 0), [new("test", Draw(settings, 1))]);

    private static SequenceDataset Draw(DataSettings settings, int part)
    {
        int inputs = settings.Inputs!.Value, count = DataSetShape.UniformSequences;
        var random = new RandomStream(0, Purpose, part);
        var values = new float[count * settings.Steps * inputs];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(2 * random.NextUniform() - 1);
        return new(count, settings.Steps, inputs, 1, values, new byte[count]);
    }
}
