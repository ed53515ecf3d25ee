using System.Numerics;
using System.Runtime.InteropServices;

namespace HwGen.Frontend.Data;

/// <summary>A NumPy array in C order, little-endian, read and checked.</summary>
/// <param name="Entry">Its name in the .npz file.</param>
/// <param name="Type">NumPy's code without the byte order, such as "f4": one of <see cref="Types"/>.</param>
/// <param name="Shape">Slowest dimension first, each at least 1.</param>
/// <param name="Bytes">The whole entry, unpacked.</param>
/// <param name="DataOffset">Where the elements begin in it; they go to its end.</param>
internal sealed record NpyArray(string Entry, string Type, IReadOnlyList<int> Shape, byte[] Bytes, int DataOffset)
{
    public static IReadOnlyList<string> Types { get; } = ["f4", "f8", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"];

    /// <summary>Bytes of an element.</summary>
    public int ElementSize => Type[1] - '0';

    public bool IsInteger => Type[0] != 'f';

    public string ShapeText => $"({string.Join(", ", Shape)}{(Shape.Count == 1 ? "," : "")})";

    /// <summary>Offset of an element in <see cref="Bytes"/>.</summary>
    public int OffsetOf(int index) => DataOffset + index * ElementSize;

    /// <summary>The elements as another type; what it can't hold becomes its nearest value, of a float the nearest or ±∞.</summary>
    public T[] To<T>() where T : INumberBase<T> => Type switch
    {
        "f4" => Convert<float, T>(),
        "f8" => Convert<double, T>(),
        "u1" => Convert<byte, T>(),
        "i1" => Convert<sbyte, T>(),
        "u2" => Convert<ushort, T>(),
        "i2" => Convert<short, T>(),
        "u4" => Convert<uint, T>(),
        "i4" => Convert<int, T>(),
        "u8" => Convert<ulong, T>(),
        _ => Convert<long, T>(),
    };

    private TTo[] Convert<TFrom, TTo>() where TFrom : struct, INumberBase<TFrom> where TTo : INumberBase<TTo>
    {
        var source = MemoryMarshal.Cast<byte, TFrom>(Bytes.AsSpan(DataOffset));
        var target = new TTo[source.Length];
        for (int i = 0; i < target.Length; i++) target[i] = TTo.CreateSaturating(source[i]);
        return target;
    }
}
