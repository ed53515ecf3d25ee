using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="LstmKernel"/> for one row in vectors of eight cells; every pointer is at its row's first cell. The end of a
/// row that fills no vector goes through the same vectors, copied.</summary>
internal static unsafe class SimdLstm
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* gates, float* bias, float* peepholes, float* before, float* after, float* hidden, float* mask, int n)
    {
        for (int u = 0; u < n; u += Simd.Width)
        {
            int width = Math.Min(Simd.Width, n - u);
            var old = Load(before + u, width);
            var input = Load(gates + u, width) + Load(bias + u, width);
            var output = Load(gates + n + u, width) + Load(bias + n + u, width);
            var forget = Load(gates + 2 * n + u, width) + Load(bias + 2 * n + u, width);
            if (peepholes != null)
            {
                input = Simd.Fma(Load(peepholes + u, width), old, input);
                forget = Simd.Fma(Load(peepholes + 2 * n + u, width), old, forget);
            }
            input = Simd.Sigmoid(input);
            forget = Simd.Sigmoid(forget);
            var candidate = Simd.Tanh(Load(gates + 3 * n + u, width) + Load(bias + 3 * n + u, width));
            var cell = Load(mask + u, width) * Simd.Fma(forget, old, input * candidate);
            if (peepholes != null) output = Simd.Fma(Load(peepholes + n + u, width), cell, output);
            output = Simd.Sigmoid(output);
            Store(gates + u, input, width);
            Store(gates + n + u, output, width);
            Store(gates + 2 * n + u, forget, width);
            Store(gates + 3 * n + u, candidate, width);
            Store(after + u, cell, width);
            Store(hidden + u, output * Simd.Tanh(cell), width);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* gates, float* peepholes, float* before, float* after, float* cellGradient, float* hiddenGradient, float* mask, int n)
    {
        var one = Vector256<float>.One;
        for (int u = 0; u < n; u += Simd.Width)
        {
            int width = Math.Min(Simd.Width, n - u);
            Vector256<float> input = Load(gates + u, width), output = Load(gates + n + u, width);
            Vector256<float> forget = Load(gates + 2 * n + u, width), candidate = Load(gates + 3 * n + u, width);
            Vector256<float> squashed = Simd.Tanh(Load(after + u, width)), unit = Load(mask + u, width), d = unit * Load(hiddenGradient + u, width);
            var dOutput = d * squashed * output * (one - output);
            var dCell = Simd.Fma(d * output, one - squashed * squashed, Load(cellGradient + u, width));
            if (peepholes != null) dCell = Simd.Fma(dOutput, Load(peepholes + n + u, width), dCell);
            var dInput = dCell * candidate * input * (one - input);
            var dForget = dCell * Load(before + u, width) * forget * (one - forget);
            var back = dCell * forget;
            if (peepholes != null)
                back = Simd.Fma(dInput, Load(peepholes + u, width), Simd.Fma(dForget, Load(peepholes + 2 * n + u, width), back));
            Store(gates + u, dInput, width);
            Store(gates + n + u, dOutput, width);
            Store(gates + 2 * n + u, dForget, width);
            Store(gates + 3 * n + u, dCell * input * (one - candidate * candidate), width);
            Store(cellGradient + u, unit * back, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(float* p, int width) => width == Simd.Width ? Vector256.Load(p) : Simd.LoadPart(p, width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* p, Vector256<float> value, int width)
    {
        if (width == Simd.Width) value.Store(p);
        else Simd.StorePart(p, value, width);
    }
}
