using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ActorTrade.Domain.Numerics;
using ActorTrade.EventSourcing.Records;
using ActorTrade.Journal;
using ActorTrade.Journal.Projections;

namespace ActorTrade.Node.Commands;

/// <summary>
/// Events as lines of JSON: place, entity, time, stored name, who caused it, and the record's fields. Amounts, ids and
/// prices are strings, so nothing is lost on readers whose numbers are doubles.
/// </summary>
internal sealed class EventLines(Stream output, EventCatalog catalog) : IDisposable
{
    private static readonly byte[] LineFeed = [(byte)'\n'];
    private readonly BufferedStream _output = new(output, 1 << 16);
    private readonly Utf8JsonWriter _json = new(Stream.Null);
    private readonly Func<StoredEvent, ProjectedEvent> _decode = ProjectedEvent.Decoder(catalog);
    private readonly Dictionary<Type, (string Name, PropertyInfo Property)[]> _fields = [];

    public void Write(StoredEvent stored)
    {
        var projected = _decode(stored);
        _json.Reset(_output);
        _json.WriteStartObject();
        _json.WriteNumber("ordering", stored.Ordering);
        _json.WriteString("entity", stored.Entity.ToString());
        _json.WriteNumber("sequenceNr", stored.SequenceNr);
        _json.WriteString("at", stored.At.UtcDateTime);
        _json.WriteString("event", stored.StoredName);
        _json.WriteString("commandId", projected.CommandId);
        _json.WriteString("principal", projected.Principal);
        _json.WritePropertyName("data");
        WriteRecord(projected.Event);
        _json.WriteEndObject();
        _json.Flush();
        _output.Write(LineFeed);
    }

    public void Dispose()
    {
        _json.Dispose();
        _output.Dispose();
    }

    private void WriteRecord(object record)
    {
        if (!_fields.TryGetValue(record.GetType(), out var fields))
        {
            _fields[record.GetType()] = fields =
            [
                .. record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(p => p.GetIndexParameters().Length == 0 && p.CanWrite)
                    .Select(p => (JsonNamingPolicy.CamelCase.ConvertName(p.Name), p)),
            ];
        }

        _json.WriteStartObject();
        foreach (var (name, property) in fields)
        {
            _json.WritePropertyName(name);
            WriteValue(property.GetValue(record));
        }

        _json.WriteEndObject();
    }

    private void WriteValue(object? value)
    {
        switch (value)
        {
            case null:
                _json.WriteNullValue();
                break;
            case bool truth:
                _json.WriteBooleanValue(truth);
                break;
            case int or long or uint or ulong:
                _json.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            case DateTimeOffset instant:
                _json.WriteStringValue(instant.UtcDateTime);
                break;
            case TimeSpan span:
                _json.WriteStringValue(span.ToString("c", CultureInfo.InvariantCulture));
                break;
            case string or decimal or Guid or Enum or UInt256 or TokenId or AccountId or PoolId or BotId or OrderId
                or FeePips or Bps or Domain.Markets.Symbol:
                _json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case IEnumerable list:
                _json.WriteStartArray();
                foreach (var one in list)
                {
                    WriteValue(one);
                }

                _json.WriteEndArray();
                break;
            default:
                WriteRecord(value);
                break;
        }
    }
}
