using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrade.Cluster.Wire;
using ActorTrade.Domain.Markets;
using ActorTrade.Execution.Strategies;
using ActorTrade.Market.Signals;

namespace ActorTrade.Node.MarketData;

/// <summary>Topics of the market, and the kinds of the messages on them.</summary>
public static class MarketTopics
{
    public const string Ticks = "market.ticks";
    public const string Signals = "market.signals";
    public const string Opportunities = "market.opportunities";

    public const string TicksKind = "ticks.v1";
    public const string SignalKind = "signal.v1";
    public const string OpportunityKind = "opportunity.v1";
}

/// <summary>Ticks that a floor was fed, oldest first.</summary>
/// <param name="Source">For people: what feeds it, and where it runs.</param>
/// <param name="Position">Ticks since the source's beginning, these included, on whichever nodes it was fed.</param>
/// <param name="TicksPerSecond">Since this floor began.</param>
public sealed record TicksMessage(string Source, long Position, double TicksPerSecond, IReadOnlyList<Tick> Ticks);

/// <summary>An opportunity that a bot found.</summary>
public sealed record OpportunityMessage(string Bot, Opportunity Opportunity);

/// <summary>
/// What travels on the topics of the market, as UTF-8 JSON: a person can read it at the broker, and nodes of two
/// releases understand each other. Unknown fields are passed over; what the sender leaves out is null. The forms are
/// pinned (MarketMessageTests).
/// </summary>
public static class MarketMessages
{
    private const string What = "A message of the market";

    public static byte[] Write(TicksMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return JsonSerializer.SerializeToUtf8Bytes(
            new TicksBody
            {
                Source = message.Source,
                Position = message.Position,
                TicksPerSecond = Finite(message.TicksPerSecond),
                Ticks = [.. message.Ticks.Select(TickBody.Of)],
            },
            MarketJson.Default.TicksBody);
    }

    public static byte[] Write(Signal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        return JsonSerializer.SerializeToUtf8Bytes(
            new SignalBody
            {
                Symbol = signal.Symbol.ToString(),
                Kind = signal.Kind.ToString(),
                Direction = signal.Direction.ToString(),
                Confidence = Finite(signal.Confidence),
                Horizon = signal.Horizon,
                Reason = signal.Reason,
                At = signal.At,
            },
            MarketJson.Default.SignalBody);
    }

    public static byte[] Write(OpportunityMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var found = message.Opportunity;
        return JsonSerializer.SerializeToUtf8Bytes(
            new OpportunityBody
            {
                Bot = message.Bot,
                Kind = found.Kind,
                Route = found.Route,
                Token = found.Token,
                GainBps = Finite(found.GainBps),
                Size = Finite(found.Size),
                Profit = Finite(found.Profit),
                At = found.At,
            },
            MarketJson.Default.OpportunityBody);
    }

    /// <summary>Ticks without a symbol are left out.</summary>
    /// <exception cref="WireFormatException">It has no such form.</exception>
    public static TicksMessage ReadTicks(ReadOnlySpan<byte> json)
    {
        var body = WireJson.Read(json, MarketJson.Default.TicksBody, What);
        return new TicksMessage(
            body.Source ?? "",
            body.Position,
            body.TicksPerSecond,
            [.. (body.Ticks ?? []).Select(t => t?.ToTick()).OfType<Tick>()]);
    }

    /// <exception cref="WireFormatException">It has no such form, or is of a kind that a newer version has.</exception>
    public static Signal ReadSignal(ReadOnlySpan<byte> json)
    {
        var body = WireJson.Read(json, MarketJson.Default.SignalBody, What);
        return Symbol.TryParse(body.Symbol, out var symbol)
            && Enum.TryParse<SignalKind>(body.Kind, out var kind)
            && Enum.TryParse<SignalDirection>(body.Direction, out var direction)
                ? new Signal(symbol, kind, direction, body.Confidence, body.Horizon, body.Reason ?? "", body.At)
                : throw new WireFormatException("A signal without a symbol, kind or direction that is known here.");
    }

    /// <exception cref="WireFormatException">It has no such form.</exception>
    public static OpportunityMessage ReadOpportunity(ReadOnlySpan<byte> json)
    {
        var body = WireJson.Read(json, MarketJson.Default.OpportunityBody, What);
        return new OpportunityMessage(
            body.Bot ?? "",
            new Opportunity(
                body.Kind ?? "", body.Route ?? "", body.Token ?? "", body.GainBps, body.Size, body.Profit, body.At));
    }

    // JSON has no other numbers.
    private static double Finite(double value) => double.IsFinite(value) ? value : 0;
}

/// <summary>The objects as they are written; their property names are those of the JSON.</summary>
internal sealed class TicksBody
{
    public string? Source { get; set; }

    public long Position { get; set; }

    public double TicksPerSecond { get; set; }

    public TickBody?[]? Ticks { get; set; }
}

internal sealed class TickBody
{
    public string? Symbol { get; set; }

    public string? Venue { get; set; }

    public DateTimeOffset At { get; set; }

    public decimal? Bid { get; set; }

    public decimal? Ask { get; set; }

    public decimal? BidSize { get; set; }

    public decimal? AskSize { get; set; }

    public decimal? Last { get; set; }

    public decimal? Volume { get; set; }

    public long Sequence { get; set; }

    public static TickBody Of(Tick tick) => new()
    {
        Symbol = tick.Symbol.ToString(),
        Venue = tick.Venue,
        At = tick.At,
        Bid = tick.Bid,
        Ask = tick.Ask,
        BidSize = tick.BidSize,
        AskSize = tick.AskSize,
        Last = tick.Last,
        Volume = tick.Volume,
        Sequence = tick.Sequence,
    };

    public Tick? ToTick() => Domain.Markets.Symbol.TryParse(Symbol, out var symbol)
        ? new Tick(symbol, Venue ?? "", At.ToUniversalTime(), Bid, Ask, BidSize, AskSize, Last, Volume, Sequence)
        : null;
}

internal sealed class SignalBody
{
    public string? Symbol { get; set; }

    public string? Kind { get; set; }

    public string? Direction { get; set; }

    public double Confidence { get; set; }

    public TimeSpan Horizon { get; set; }

    public string? Reason { get; set; }

    public DateTimeOffset At { get; set; }
}

internal sealed class OpportunityBody
{
    public string? Bot { get; set; }

    public string? Kind { get; set; }

    public string? Route { get; set; }

    public string? Token { get; set; }

    public double GainBps { get; set; }

    public double Size { get; set; }

    public double Profit { get; set; }

    public DateTimeOffset At { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TicksBody))]
[JsonSerializable(typeof(SignalBody))]
[JsonSerializable(typeof(OpportunityBody))]
internal sealed partial class MarketJson : JsonSerializerContext;
