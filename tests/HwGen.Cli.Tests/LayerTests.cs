using System.Reflection;

namespace HwGen.Cli.Tests;

/// <summary>References point one way: a lower layer does not name a higher one.</summary>
public sealed class LayerTests
{
    [Theory]
    [InlineData("HwGen.Core")]
    [InlineData("HwGen.Print", "HwGen.Core")]
    [InlineData("HwGen.Frontend", "HwGen.Core")]
    [InlineData("HwGen.Sim", "HwGen.Core", "HwGen.Print")]
    [InlineData("HwGen.Explore", "HwGen.Core", "HwGen.Frontend", "HwGen.Print", "HwGen.Sim")]
    public void References_OfALayer_AreOnlyLowerOnes(string assembly, params string[] allowed)
    {
        IEnumerable<string> references = Assembly.Load(assembly).GetReferencedAssemblies().Select(r => r.Name!)
            .Where(n => n.StartsWith("HwGen", StringComparison.Ordinal) || n == "hwgen");

        Assert.Subset(allowed.ToHashSet(), references.ToHashSet());
    }

    [Fact]
    public void References_OfCore_NameNoDeviceAndNoProcessLibrary() =>
        Assert.DoesNotContain(Assembly.Load("HwGen.Core").GetReferencedAssemblies(), r => r.Name is "ILGPU" or "CliWrap" or "Scriban");
}
