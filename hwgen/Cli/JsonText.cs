using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HwGen.Cli;

/// <summary>The one way hwgen writes and reads JSON: camelCase, nothing for null, null for a number that is none.</summary>
public static class JsonText
{
    private static readonly JsonSerializerOptions Compact = Options(indented: false);
    private static readonly JsonSerializerOptions Indented = Options(indented: true);

    /// <summary>One line.</summary>
    public static string Line(object value) => JsonSerializer.Serialize(value, value.GetType(), Compact);

    /// <summary>Indented, lines ended by '\n', the last one too.</summary>
    public static string Page(object value) => JsonSerializer.Serialize(value, value.GetType(), Indented) + "\n";

    /// <exception cref="JsonException">The text is not the JSON of a <typeparamref name="T"/>.</exception>
    public static T Read<T>(string text) =>
        JsonSerializer.Deserialize<T>(text, Compact) ?? throw new JsonException("The text is null.");

    private static JsonSerializerOptions Options(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,   // no HTML around it
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,    // what an older hwgen wrote is refused, not filled up with zeros
        Converters = { new FiniteNumberConverter() },
    };

    private sealed class FiniteNumberConverter : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
