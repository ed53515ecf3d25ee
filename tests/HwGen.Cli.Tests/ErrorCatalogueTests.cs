using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HwGen.Cli.Tests;

/// <summary>docs/errors.md against the source: the messages that an input, a command or a tool can draw, as their sources write them.</summary>
public sealed class ErrorCatalogueTests
{
    private const string Begin = "<!-- messages -->\n", End = "<!-- end -->";

    /// <summary>Set to write the page's list anew.</summary>
    private const string Update = "HWGEN_UPDATE_ERRORS";

    /// <summary>Headings of the page and the folders whose messages stand under each.</summary>
    private static readonly (string Heading, string[] Folders)[] Chapters =
    [
        ("Design files", ["hwgen/Core/Design", "hwgen/Core/Network"]),
        ("What the engine does not take", ["hwgen/Core/Plan", "hwgen/Core/Parts", "hwgen/Core/Numerics", "hwgen/Core/Transforms", "hwgen/Core/Activations", "hwgen/Core/Cost"]),
        ("Data", ["frontend/Data"]),
        ("ONNX models", ["frontend/Onnx"]),
        ("Networks and trainings", ["frontend"]),
        ("Sweeps", ["hwgen/Explore"]),
        ("Tools", ["sim", "hwgen/Print"]),
        ("Command line and files", ["hwgen"]),
    ];

    [Fact]
    public void Errors_Page_HasEveryMessageOfTheSource()
    {
        string path = Path.Combine(BuildScriptTests.Root, "docs", "errors.md"), page = File.ReadAllText(path), list = Begin + Messages() + End;
        int from = page.IndexOf(Begin, StringComparison.Ordinal), to = page.IndexOf(End, StringComparison.Ordinal) + End.Length;
        if (Environment.GetEnvironmentVariable(Update) is not null) File.WriteAllText(path, page[..from] + list + page[to..]);
        Assert.True(page[from..to] == list, $"docs/errors.md is not what the source says: run this test once with {Update}=1 set.");
    }

    [Theory]
    [InlineData("x.Error($\"'{PathOf(key)}' is {value}: write {(many ? \"a list\" : \"a word\")}\")", "'…' is VALUE: write (a list | a word)")]
    [InlineData("new InputError(file, 1, 1, bad ? \"no file\" : $\"{count} files\")", "no file\nCOUNT files")]
    [InlineData("new ToolException(\"make\", command, log, \"See the log.\")", "make failed: See the log.")]
    [InlineData("errors.Add(x.At(path, \"has no rows; add one\"))", "has no rows; add one")]
    [InlineData("throw Damaged(tensor, $\"{n} dimensions\"); } InputException Damaged(object o, string what) { ", "N dimensions")]
    [InlineData("Console.Write(\"nothing\")", "")]
    public void Messages_OfAnExpression_AreAsItsReaderSeesThem(string source, string expected) =>
        Assert.Equal(expected, string.Join('\n', Of(CSharpSyntaxTree.ParseText($"class C {{ void M() {{ {source}; }} }}"))));

    private static string Messages()
    {
        var text = new System.Text.StringBuilder();
        var files = new[] { "hwgen", "frontend", "sim" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(BuildScriptTests.Root, f), "*.cs", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(BuildScriptTests.Root, f).Replace('\\', '/')).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)).ToList();
        foreach (var (heading, folders) in Chapters)
        {
            string[] messages = [.. files.Where(f => Chapter(f) == heading).SelectMany(f => Of(CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(BuildScriptTests.Root, f)))))
                .Where(m => m.Any(char.IsAsciiLetterLower)).Distinct().Order(StringComparer.Ordinal)];
            text.Append("\n## ").Append(heading).Append("\n\n");
            foreach (string message in messages) text.Append("- ").Append(message).Append('\n');
        }
        return text.Append('\n').ToString();

        static string? Chapter(string file) => Chapters.Where(c => c.Folders.Any(f => file.StartsWith(f + "/", StringComparison.Ordinal)))
            .MaxBy(c => c.Folders.Where(f => file.StartsWith(f + "/", StringComparison.Ordinal)).Max(f => f.Length)).Heading;
    }

    /// <summary>The messages in a file: what is told as an error, and what methods named after complaints return.</summary>
    private static IEnumerable<string> Of(SyntaxTree tree)
    {
        SyntaxNode root = tree.GetRoot();
        var helpers = root.DescendantNodes().Select(Helper).OfType<string>().ToHashSet();
        foreach (SyntaxNode node in root.DescendantNodes())
            switch (node)
            {
                case InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: var name } } call when helpers.Contains(name):
                    foreach (string message in call.ArgumentList.Arguments.SelectMany(a => Texts(a.Expression))) yield return message;
                    break;
                // Of an array that is at fault, and to a list that keeps errors.
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "At" } } call:
                    foreach (string message in call.ArgumentList.Arguments.SelectMany(a => Texts(a.Expression))) yield return message;
                    break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Add" } add } call when add.Expression.ToString().EndsWith("Errors", StringComparison.OrdinalIgnoreCase):
                    foreach (string message in Last(call.ArgumentList)) yield return message;
                    break;
                // Where and what, such as (layer, complaint).
                case TupleExpressionSyntax { Arguments: [_, var what] } when Texts(what.Expression).Any(IsAdvice):
                    foreach (string message in Texts(what.Expression)) yield return message;
                    break;
                case ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.Text: var type }, ArgumentList: { } list } when helpers.Contains(type):
                    foreach (string message in Last(list)) yield return message;
                    break;
                case ImplicitObjectCreationExpressionSyntax { Parent: ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax maker }, ArgumentList: { } list } when helpers.Contains(maker.Identifier.Text):
                    foreach (string message in list.Arguments.SelectMany(a => Texts(a.Expression))) yield return message;
                    break;
                case ImplicitObjectCreationExpressionSyntax { ArgumentList: { Arguments.Count: 4 } list, Parent.Parent.Parent: InvocationExpressionSyntax { Expression: var add } }
                    when add.ToString().Contains("errors.Add", StringComparison.OrdinalIgnoreCase):
                    foreach (string message in Last(list)) yield return message;
                    break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Error" or "AddError" } } call:
                    foreach (string message in Last(call.ArgumentList)) yield return message;
                    break;
                case ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.Text: "InputError" } or QualifiedNameSyntax { Right.Identifier.Text: "InputError" }, ArgumentList: { } list }:
                    foreach (string message in Last(list)) yield return message;
                    break;
                case ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.Text: "ToolException" }, ArgumentList: { } list }:
                    foreach (string hint in Last(list)) yield return $"{Hole(list.Arguments[0].Expression)} failed: {hint}";
                    break;
                case ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.Text: "RefusalException" }, ArgumentList: { Arguments: [var reason, var advice] } }:
                    foreach (string why in Texts(reason.Expression))
                        foreach (string what in Texts(advice.Expression))
                            yield return $"node NAME (OPERATOR): {why}: {what}";
                    break;
                case MethodDeclarationSyntax method when method.Identifier.Text.Contains("Complaint", StringComparison.Ordinal):
                    foreach (string message in Returned(method).SelectMany(Texts)) yield return message;
                    break;
            }
    }

    /// <summary>The name of a method that makes an error of a message.</summary>
    private static string? Helper(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax m when Makes(m.ReturnType, m.ParameterList) => m.Identifier.Text,
        ClassDeclarationSyntax { ParameterList: { } own } c when own.Parameters.Any(p => p.Identifier.Text == "message") => c.Identifier.Text,
        LocalFunctionStatementSyntax f when Makes(f.ReturnType, f.ParameterList) => f.Identifier.Text,
        _ => null,
    };

    private static bool Makes(TypeSyntax made, ParameterListSyntax parameters) => parameters.Parameters.Any(p => p.Identifier.Text == "message")
        || (made.ToString() is "InputError" or "InputException" or "RefusalException" && parameters.Parameters.Any(p => p.Type?.ToString() == "string"));

    /// <summary>What is wrong, and what to do.</summary>
    private static bool IsAdvice(string text) => text.Length > 20 && (text.Contains(": ", StringComparison.Ordinal) || text.Contains("; ", StringComparison.Ordinal));

    private static IEnumerable<string> Last(ArgumentListSyntax list) => list.Arguments.Count == 0 ? [] : Texts(list.Arguments[^1].Expression);

    private static IEnumerable<ExpressionSyntax> Returned(MethodDeclarationSyntax method) => method.ExpressionBody is { } body ? [body.Expression]
        : method.DescendantNodes().OfType<ReturnStatementSyntax>().Select(r => r.Expression).OfType<ExpressionSyntax>();

    /// <summary>What an expression can say, its holes by name; nothing where it names a text that is made elsewhere.</summary>
    private static IEnumerable<string> Texts(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax p => Texts(p.Expression),
        ConditionalExpressionSyntax c => Texts(c.WhenTrue).Concat(Texts(c.WhenFalse)),
        SwitchExpressionSyntax s => s.Arms.SelectMany(a => Texts(a.Expression)),
        BinaryExpressionSyntax { OperatorToken.RawKind: (int)SyntaxKind.PlusToken } b => [Hole(b.Left) + Hole(b.Right)],
        LiteralExpressionSyntax { Token.Value: string text } => [text],
        InterpolatedStringExpressionSyntax i => [string.Concat(i.Contents.Select(Part))],
        _ => [],
    };

    private static string Part(InterpolatedStringContentSyntax part) => part is InterpolationSyntax hole ? Hole(hole.Expression) : ((InterpolatedStringTextSyntax)part).TextToken.ValueText.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);

    private static string Hole(ExpressionSyntax expression)
    {
        string[] texts = [.. Texts(expression)];
        return texts.Length > 1 ? $"({string.Join(" | ", texts)})" : texts.Length == 1 ? texts[0]
            : expression is IdentifierNameSyntax or MemberAccessExpressionSyntax ? expression.ToString().Split('.')[^1].ToUpperInvariant() : "…";
    }
}
