using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Tests.Speech;

public sealed class PhoneTableTests
{
    /// <summary>The 39 classes with what falls into each, as Lee and Hon describe them: written apart from the product's table.</summary>
    private const string Folded = """
        iy | ih ix | eh | ae | ah ax ax-h | uw ux | uh | aa ao | ey | ay | oy | aw | ow | er axr | l el | r | y | w | m em | n en nx |
        ng eng | ch | jh | dh | b | d | dx | g | p | t | k | z | sh zh | v | f | th | s | hh hv |
        pcl tcl kcl bcl dcl gcl epi h# pau
        """;

    [Fact]
    public void Tables_Sizes_Are61And48And39()
    {
        Assert.Equal((61, 48, 39), (PhoneTable.Phones.Distinct().Count(), PhoneTable.TrainingPhones.Distinct().Count(), PhoneTable.Classes.Distinct().Count()));
    }

    [Fact]
    public void ClassOf_EveryPhone_FoldsAsPublished()
    {
        string[][] groups = [.. Folded.Split('|').Select(g => g.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(39, groups.Length);
        foreach (string[] group in groups)
        {
            string name = group.Contains("h#") ? PhoneTable.Silence : group[0];
            Assert.All(group, phone => Assert.Equal(name, PhoneTable.Classes[PhoneTable.ClassOf(phone)!.Value]));
        }
        Assert.Equal(PhoneTable.Phones.Order(), groups.SelectMany(g => g).Append("q").Order());
        Assert.Null(PhoneTable.ClassOf("q"));
    }

    [Theory]
    [InlineData("ax-h", "ax")]
    [InlineData("ux", "uw")]
    [InlineData("axr", "er")]
    [InlineData("nx", "n")]
    [InlineData("tcl", "cl")]
    [InlineData("dcl", "vcl")]
    [InlineData("epi", "epi")]
    [InlineData("h#", "sil")]
    [InlineData("pau", "sil")]
    [InlineData("zh", "zh")]
    [InlineData("en", "en")]
    public void TrainingPhone_OfThe61_IsAsPublished(string phone, string name) => Assert.Equal(name, PhoneTable.TrainingPhone(phone));

    [Fact]
    public void Contains_NamesOfClasses_AreNoSymbolsOfFiles()
    {
        Assert.All((string[])["sil", "cl", "vcl", "AA", ""], name => Assert.False(PhoneTable.Contains(name)));
        Assert.All(PhoneTable.Phones, phone => Assert.True(PhoneTable.Contains(phone)));
    }
}
