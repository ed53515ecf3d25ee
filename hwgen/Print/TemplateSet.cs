using System.Collections.Concurrent;
using Scriban;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>The templates, embedded in the assembly, printed with Scriban's strict settings: a name that the model lacks is
/// an error, not an empty string, and nothing is cut.</summary>
public static class TemplateSet
{
    private static readonly ConcurrentDictionary<string, Template> Parsed = new(StringComparer.Ordinal);

    /// <summary>Names of all embedded files, e.g. "lib/hwgen_pe.v".</summary>
    public static IReadOnlyList<string> Names =>
        [.. typeof(TemplateSet).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)];

    /// <summary>An embedded file as it stands.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(TemplateSet).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"No embedded template {name}.", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>Prints a template with a model; its members are named in snake_case.</summary>
    /// <exception cref="Scriban.Syntax.ScriptRuntimeException">A name that the model does not have.</exception>
    public static string Render(string name, ScriptObject model)
    {
        Template template = Parsed.GetOrAdd(name, n =>
        {
            Template parsed = Template.Parse(Read(n), n);
            return parsed.HasErrors ? throw new InvalidOperationException(string.Join('\n', parsed.Messages)) : parsed;
        });
        var context = new TemplateContext
        {
            StrictVariables = true,
            EnableRelaxedMemberAccess = false,
            LoopLimit = 0,
            LimitToString = 0,
            NewLine = "\n",
            MemberRenamer = StandardMemberRenamer.Default,
        };
        context.PushGlobal(model);
        return template.Render(context);
    }
}
