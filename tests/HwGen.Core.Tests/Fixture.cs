using System.Text.Json;

namespace HwGen.Core.Tests;

/// <summary>Cases of a file in tests/fixtures, made without any code of this project.</summary>
internal static class Fixture
{
    public static IEnumerable<JsonElement> Cases(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", file)));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>All numbers below a property, in order, whatever the nesting.</summary>
    public static double[] Numbers(this JsonElement element, string name) => [.. Flatten(element.GetProperty(name))];

    private static IEnumerable<double> Flatten(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Flatten) : [element.GetDouble()];

    /// <summary>Asserts that two vectors agree to a tolerance relative to the larger one's largest magnitude.</summary>
    public static void AssertClose(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double relative)
    {
        Assert.Equal(expected.Count, actual.Count);
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Count; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= relative * scale, $"[{i}]: expected {expected[i]:R}, actual {actual[i]:R}");
    }
}
