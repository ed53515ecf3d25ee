namespace HwGen.Cli;

/// <summary>Text files that are part of the program.</summary>
internal static class EmbeddedText
{
    /// <param name="name">The resource's logical name, such as design.yaml.</param>
    public static string Read(string name)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program has no resource '{name}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
