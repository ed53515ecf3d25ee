namespace HwGen.Print;

/// <summary>A printed file.</summary>
/// <param name="Path">Relative to the design's output folder, with '/'.</param>
/// <param name="Text">UTF-8 without a byte-order mark, lines end in LF.</param>
public sealed record OutputFile(string Path, string Text);
