namespace HwGen.Core.Tests.Design;

/// <summary>Design files for tests.</summary>
internal static class Text
{
    /// <summary>Only what has no default.</summary>
    public const string Smallest = """
        name: net
        network:
          layers:
            - { type: gru, hidden: 16, block_size: 4 }
            - { type: dense, outputs: 10, block_size: 4 }
        quantization: { bits: 12 }
        """;

    /// <summary>The repository's folder, found from the test's.</summary>
    public static string Repository { get; } = FindRepository(AppContext.BaseDirectory);

    private static string FindRepository(string folder) =>
        File.Exists(Path.Combine(folder, "HwGen.sln")) ? folder
        : FindRepository(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("HwGen.sln is above no folder of the tests."));
}
