namespace HwGen.Core;

/// <summary>The input is wrong; carries every mistake that was found, not only the first. Exit code 2.</summary>
public sealed class InputException : Exception
{
    public InputException(IEnumerable<InputError> errors) : this([.. errors]) { }

    public InputException(params InputError[] errors)
        : base(string.Join('\n', errors.AsEnumerable())) => Errors = errors;

    public IReadOnlyList<InputError> Errors { get; }
}
