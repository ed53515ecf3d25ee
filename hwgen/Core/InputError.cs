namespace HwGen.Core;

/// <summary>One mistake in the user's input, where it stands and what to do about it.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Line">From 1. In a binary file always 1.</param>
/// <param name="Column">From 1. In a binary file the offset of the byte, from 1.</param>
/// <param name="Message">What is wrong, and what to do.</param>
public sealed record InputError(string File, int Line, int Column, string Message)
{
    public override string ToString() => $"{File}:{Line}:{Column}: error: {Message}";
}
