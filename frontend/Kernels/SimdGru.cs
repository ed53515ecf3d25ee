using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="GruKernel"/> for one row in vectors of eight units; every pointer is at its row's first unit.</summary>
internal static unsafe class SimdGru
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]   // its own inlining budget
    public static void Forward(float* gates, float* recurrent, float* inputBias, float* recurrentBias, float* before, float* after, float* mask, int n)
    {
        int u = 0;
        for (; u + Simd.Width <= n; u += Simd.Width)
        {
            var update = Simd.Sigmoid(V(gates + n + u) + V(recurrent + u) + V(inputBias + n + u) + V(recurrentBias + u));
            var reset = Simd.Sigmoid(V(gates + 2 * n + u) + V(recurrent + n + u) + V(inputBias + 2 * n + u) + V(recurrentBias + n + u));
            var linear = V(recurrent + 2 * n + u) + V(recurrentBias + 2 * n + u);
            var candidate = Simd.Tanh(Simd.Fma(reset, linear, V(gates + u) + V(inputBias + u)));
            candidate.Store(gates + u);
            update.Store(gates + n + u);
            reset.Store(gates + 2 * n + u);
            linear.Store(gates + 3 * n + u);
            (V(mask + u) * Simd.Fma(update, V(before + u) - candidate, candidate)).Store(after + u);
        }
        for (; u < n; u++)
        {
            float update = Scalar.Sigmoid(gates[n + u] + recurrent[u] + inputBias[n + u] + recurrentBias[u]);
            float reset = Scalar.Sigmoid(gates[2 * n + u] + recurrent[n + u] + inputBias[2 * n + u] + recurrentBias[n + u]);
            float linear = recurrent[2 * n + u] + recurrentBias[2 * n + u];
            float candidate = Scalar.Tanh(gates[u] + inputBias[u] + reset * linear);
            (gates[u], gates[n + u], gates[2 * n + u], gates[3 * n + u]) = (candidate, update, reset, linear);
            after[u] = mask[u] * (candidate + update * (before[u] - candidate));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* gates, float* states, float* gradientAfter, float* gradientBefore, float* mask, int n)
    {
        int u = 0;
        var one = Vector256<float>.One;
        for (; u + Simd.Width <= n; u += Simd.Width)
        {
            Vector256<float> candidate = V(gates + u), update = V(gates + n + u), reset = V(gates + 2 * n + u), linear = V(gates + 3 * n + u);
            var d = V(gradientAfter + u) * V(mask + u);
            var keep = one - update;
            var dCandidate = d * keep * (one - candidate * candidate);
            dCandidate.Store(gates + u);
            (d * (V(states + u) - candidate) * update * keep).Store(gates + n + u);
            (dCandidate * linear * reset * (one - reset)).Store(gates + 2 * n + u);
            (dCandidate * reset).Store(gates + 3 * n + u);
            Simd.Fma(d, update, V(gradientBefore + u)).Store(gradientBefore + u);
        }
        for (; u < n; u++)
        {
            float candidate = gates[u], update = gates[n + u], reset = gates[2 * n + u], linear = gates[3 * n + u];
            float d = gradientAfter[u] * mask[u], dCandidate = d * (1f - update) * (1f - candidate * candidate);
            gates[u] = dCandidate;
            gates[n + u] = d * (states[u] - candidate) * update * (1f - update);
            gates[2 * n + u] = dCandidate * linear * reset * (1f - reset);
            gates[3 * n + u] = dCandidate * reset;
            gradientBefore[u] += d * update;
        }
    }

    /// <summary>As <see cref="GruKernel.Reset"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Reset(float* gates, float* recurrent, float* inputBias, float* recurrentBias, float* before, int n)
    {
        int u = 0;
        for (; u + Simd.Width <= n; u += Simd.Width)
        {
            var update = Simd.Sigmoid(V(gates + n + u) + V(recurrent + u) + V(inputBias + n + u) + V(recurrentBias + u));
            var reset = Simd.Sigmoid(V(gates + 2 * n + u) + V(recurrent + n + u) + V(inputBias + 2 * n + u) + V(recurrentBias + n + u));
            update.Store(gates + n + u);
            reset.Store(gates + 2 * n + u);
            (reset * V(before + u)).Store(gates + 3 * n + u);
        }
        for (; u < n; u++)
        {
            float update = Scalar.Sigmoid(gates[n + u] + recurrent[u] + inputBias[n + u] + recurrentBias[u]);
            float reset = Scalar.Sigmoid(gates[2 * n + u] + recurrent[n + u] + inputBias[2 * n + u] + recurrentBias[n + u]);
            (gates[n + u], gates[2 * n + u], gates[3 * n + u]) = (update, reset, reset * before[u]);
        }
    }

    /// <summary>As <see cref="GruKernel.Candidate"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Candidate(float* gates, float* recurrent, float* inputBias, float* recurrentBias, float* before, float* after, float* mask, int n)
    {
        int u = 0;
        for (; u + Simd.Width <= n; u += Simd.Width)
        {
            var candidate = Simd.Tanh(V(gates + u) + V(inputBias + u) + V(recurrent + 2 * n + u) + V(recurrentBias + 2 * n + u));
            candidate.Store(gates + u);
            (V(mask + u) * Simd.Fma(V(gates + n + u), V(before + u) - candidate, candidate)).Store(after + u);
        }
        for (; u < n; u++)
        {
            gates[u] = Scalar.Tanh(gates[u] + inputBias[u] + recurrent[2 * n + u] + recurrentBias[2 * n + u]);
            after[u] = mask[u] * (gates[u] + gates[n + u] * (before[u] - gates[u]));
        }
    }

    /// <summary>As <see cref="GruKernel.CandidateBack"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void CandidateBack(float* gates, float* states, float* gradientAfter, float* gradientBefore, float* mask, int n)
    {
        int u = 0;
        var one = Vector256<float>.One;
        for (; u + Simd.Width <= n; u += Simd.Width)
        {
            Vector256<float> candidate = V(gates + u), update = V(gates + n + u), d = V(gradientAfter + u) * V(mask + u), keep = one - update;
            (d * keep * (one - candidate * candidate)).Store(gates + u);
            (d * (V(states + u) - candidate) * update * keep).Store(gates + n + u);
            Simd.Fma(d, update, V(gradientBefore + u)).Store(gradientBefore + u);
        }
        for (; u < n; u++)
        {
            float candidate = gates[u], update = gates[n + u], d = gradientAfter[u] * mask[u];
            gates[u] = d * (1f - update) * (1f - candidate * candidate);
            gates[n + u] = d * (states[u] - candidate) * update * (1f - update);
            gradientBefore[u] += d * update;
        }
    }

    /// <summary>As <see cref="GruKernel.ResetBack"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ResetBack(float* gates, float* recurrent, float* states, float* gradientBefore, float* mask, int n)
    {
        int u = 0;
        var one = Vector256<float>.One;
        for (; u + Simd.Width <= n; u += Simd.Width)
        {
            Vector256<float> reset = V(gates + 2 * n + u), d = V(recurrent + 2 * n + u) * V(mask + u);
            (d * V(states + u) * reset * (one - reset)).Store(gates + 2 * n + u);
            Simd.Fma(d, reset, V(gradientBefore + u)).Store(gradientBefore + u);
        }
        for (; u < n; u++)
        {
            float reset = gates[2 * n + u], d = recurrent[2 * n + u] * mask[u];
            gates[2 * n + u] = d * states[u] * reset * (1f - reset);
            gradientBefore[u] += d * reset;
        }
    }

    private static Vector256<float> V(float* p) => Vector256.Load(p);
}
