using MathNet.Numerics.LinearAlgebra;

namespace HwGen.Frontend.Compression;

/// <summary>A matrix Y without constraints that stands for the nearest one with orthonormal columns, P = U Vᵀ with Y = U S Vᵀ.</summary>
/// <remarks>The gradient at Y is (I − U Uᵀ) G V S⁻¹ Vᵀ + U ((M − Mᵀ) ∘ K) Vᵀ with M = Uᵀ G V and K_ab = 1 / (s_a + s_b): no
/// difference of singular values is divided by, so equal ones do no harm. Source of the proxy: Minnehan and Savakis,
/// arXiv:1903.04988; the gradient is derived.</remarks>
internal sealed class ProxyMatrix
{
    /// <summary>Below this a singular value is lifted.</summary>
    private const double Smallest = 1e-6;

    private Matrix<double> _u, _v;
    private Vector<double> _s;

    /// <param name="value">Y, shape (n, r), r at most n, row-major.</param>
    public ProxyMatrix(int n, int r, ReadOnlySpan<double> value) : this(Matrix<double>.Build.DenseOfRowMajor(n, r, value.ToArray())) { }

    public ProxyMatrix(Matrix<double> value)
    {
        (Value, Velocity) = (value, Matrix<double>.Build.Dense(value.RowCount, value.ColumnCount));
        (_u, _s, _v, Orthonormal) = Decompose(value);
    }

    /// <summary>Y.</summary>
    public Matrix<double> Value { get; private set; }

    /// <summary>Of gradient descent.</summary>
    public Matrix<double> Velocity { get; set; }

    /// <summary>P, with Pᵀ P = I.</summary>
    public Matrix<double> Orthonormal { get; private set; }

    /// <summary>The gradient at Y.</summary>
    /// <param name="gradient">At P.</param>
    public Matrix<double> Pull(Matrix<double> gradient)
    {
        var m = _u.TransposeThisAndMultiply(gradient) * _v;
        var skew = m - m.Transpose();
        var inner = Matrix<double>.Build.Dense(m.RowCount, m.ColumnCount, (a, b) => skew[a, b] / (_s[a] + _s[b]));
        var outer = gradient * _v;
        outer -= _u * _u.TransposeThisAndMultiply(outer);
        for (int c = 0; c < _s.Count; c++) outer.SetColumn(c, outer.Column(c) / _s[c]);
        return (outer + _u * inner).TransposeAndMultiply(_v);
    }

    /// <summary>One step of gradient descent.</summary>
    /// <param name="gradient">At P.</param>
    public void Step(Matrix<double> gradient, double rate, double momentum)
    {
        Velocity = momentum * Velocity + Pull(gradient);
        Set(Value - rate * Velocity);
    }

    /// <summary>Y ← P: its norm only grows under descent, which would shorten the steps.</summary>
    public void Recenter() => Set(Orthonormal);

    private void Set(Matrix<double> value)
    {
        Value = value;
        (_u, _s, _v, Orthonormal) = Decompose(value);
        if (_s.Minimum() >= Smallest) return;
        Value = Orthonormal;
        (_u, _s, _v, Orthonormal) = Decompose(Value);
    }

    private static (Matrix<double> U, Vector<double> S, Matrix<double> V, Matrix<double> P) Decompose(Matrix<double> value)
    {
        var svd = value.Svd();
        var u = svd.U.SubMatrix(0, value.RowCount, 0, value.ColumnCount);
        return (u, svd.S, svd.VT.Transpose(), u * svd.VT);
    }
}
