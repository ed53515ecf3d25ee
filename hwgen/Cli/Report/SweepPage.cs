using System.Text.Json;
using HwGen.Core.Design;
using Scriban;

namespace HwGen.Cli.Report;

/// <summary>The page of a sweep: one HTML file that needs nothing else. The same model gives the same bytes.</summary>
public static class SweepPage
{
    // The default encoder escapes '<', so that no text can end the element that the data stand in.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string Render(SweepModel model)
    {
        var template = Template.Parse(EmbeddedText.Read("explore.html.sbn").ReplaceLineEndings("\n"), "explore.html.sbn");
        if (template.HasErrors) throw new InvalidOperationException(string.Join('\n', template.Messages));
        return template.Render(new HtmlTemplateContext(new View(model)));
    }

    private sealed class View(SweepModel model)
    {
        public string Design => model.Design;

        public int Points => model.Points.Count;

        public int Failed => model.Points.Count(p => p.Point.Reason is not null);

        public Html Data { get; } = new(JsonSerializer.Serialize(DataOf(model), Json));
    }

    private static object DataOf(SweepModel model)
    {
        var figures = SweepFigure.Of(model);
        return new
        {
            model.Design,
            model.Axes,
            Figures = figures.Select(f => new { f.Name, f.Title, Larger = FigureName.IsBetterWhenLarger(f.Name), Front = model.Front.Contains(f.Name) }),
            Points = model.Points.Select(p => new
            {
                Name = p.Point.Design,
                Values = model.Axes.Select(a => p.Point.Values.GetValueOrDefault(a, "-")),
                Figures = figures.Select(f => f.Value(p.Point)),
                p.Point.OnFront,
                p.Point.Reason,
                p.Text,
                p.Report,
            }),
        };
    }
}
