using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>A plan's parameters, transforms and tables in the form that <see cref="LaneRun"/> reads; shared by all runs.</summary>
internal sealed class LaneNetwork
{
    /// <param name="plan">One that <see cref="BatchEvaluator.Fits"/>.</param>
    public LaneNetwork(AcceleratorPlan plan)
    {
        Plan = plan;
        Ffts = [.. plan.Program.Spectra.Select(s => new LaneTransform(plan.Formats.Mode(s.BlockSize).Fft))];
        Iffts = [.. plan.Program.Sums.Select(s => new LaneTransform(plan.Formats.Mode(s.BlockSize).Ifft))];
        Terms = [.. plan.Program.Sums.Select(s => s.Terms.Select(t => new LaneMatrix(plan.Parameters[s.Layer].Matrices[t.Matrix])).ToArray())];
        Layers = [.. plan.Layers.Index().Select(l => new LaneLayer(
            plan.Program.Cells.FirstOrDefault(c => c.Layer == l.Index), plan.Program.Linears.FirstOrDefault(n => n.Layer == l.Index)))];
        Recurrent = 1 + plan.Layers.ToList().FindLastIndex(l => l is GruLayer or LstmLayer);
        if (plan.Program.Cells.Count > 0) (Sigmoid, Tanh) = (new(plan.Sigmoid), new(plan.Tanh));
        if (plan.Program.Cells.Any(c => c.Kind == CellKind.Lstm)) CellTanh = new(plan.CellTanh);
    }

    public AcceleratorPlan Plan { get; }

    /// <summary>Of each spectrum.</summary>
    public LaneTransform[] Ffts { get; }

    /// <summary>Of each sum.</summary>
    public LaneTransform[] Iffts { get; }

    /// <summary>Null without cells.</summary>
    public LaneActivation? Sigmoid { get; }

    /// <summary>Null without cells.</summary>
    public LaneActivation? Tanh { get; }

    /// <summary>Of the cell state; null without LSTMs.</summary>
    public LaneActivation? CellTanh { get; }

    /// <summary>The matrix of each term of each sum.</summary>
    public LaneMatrix[][] Terms { get; }

    public LaneLayer[] Layers { get; }

    /// <summary>Layers that every step needs; those behind it are only read where an output is.</summary>
    public int Recurrent { get; }
}
