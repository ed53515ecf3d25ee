using HwGen.Frontend.Data;
using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Tests.Scoring;

public sealed class TranscriptionTests
{
    [Fact]
    public void Score_FoldedClasses_CountsThemAsEqualAndMergesNeighbours()
    {
        // The reference 0 1 2 4 counts as 0 2 4, the hypothesis 1 3 5 5 as 0 2 4.
        Assert.Equal(new ErrorCounts(0, 0, 0, 3), Transcription.Score(new Pairs([0, 1, 2, 4]), 0, [1, 3, 5, 5]));
        Assert.Equal(new ErrorCounts(2, 0, 0, 3), Transcription.Score(new Pairs([0, 1, 2, 4]), 0, [1, 3, 0, 5, 3]));
    }

    [Fact]
    public void Folded_EqualNeighboursApart_StayApart() => Assert.Equal([0, 2, 0], Transcription.Folded(new Pairs([]), [0, 1, 2, 1]));

    /// <summary>Classes 2n and 2n + 1 count as one.</summary>
    private sealed class Pairs(byte[] symbols) : LabelledData
    {
        public override int Count => 1;

        public override int InputSize => 1;

        public override int Classes => 6;

        public override LabelKind Kind => LabelKind.Frame;

        public override int Length(int index) => 0;

        public override void Read(int index, Span<float> inputs) { }

        public override ReadOnlySpan<byte> Labels(int index) => [];

        public override ReadOnlySpan<byte> Symbols(int index) => symbols;

        public override byte Fold(byte label) => (byte)(label & ~1);
    }
}
