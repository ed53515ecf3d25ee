using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;

namespace HwGen.Cli.Report;

/// <summary>A strict template context that escapes whatever an expression prints, unless it is <see cref="Html"/>.</summary>
internal sealed class HtmlTemplateContext : TemplateContext
{
    public HtmlTemplateContext(object model)
    {
        StrictVariables = true;
        EnableRelaxedMemberAccess = false;
        LoopLimit = 0;
        LimitToString = 0;
        NewLine = "\n";
        var globals = new ScriptObject();
        globals.Import(model);
        PushGlobal(globals);
    }

    public override TemplateContext Write(SourceSpan span, object? textAsObject) => textAsObject switch
    {
        null => this,
        Html html => Write(html.Text),
        _ => Write(Html.Escape(ObjectToString(textAsObject) ?? "")),
    };
}
