using ActorTrade.Cluster.Topics;
using ActorTrade.Gateway;
using ActorTrade.Market.Views;

namespace ActorTrade.Node.MarketData;

/// <summary>
/// The market as a node hears it from the topic, wherever the floor runs: the last quotes, and how far the source is.
/// Safe for concurrent use.
/// </summary>
/// <remarks>
/// A message is read where it comes in, on the broker's thread: should that be too slow, the bounded queue drops the
/// oldest, and their numbers say so. A quote older than the one known changes nothing.
/// </remarks>
public sealed class MarketListener
{
    /// <summary>Messages that may wait: seconds of the fastest feed.</summary>
    public const int QueueMax = 256;

    private readonly Lock _gate = new();
    private readonly MarketView _view = new();
    private string _source = "";
    private long _position;
    private double _ticksPerSecond;

    /// <summary>Ticks since the source's beginning, as far as heard; 0 where nothing was.</summary>
    public long Position
    {
        get
        {
            lock (_gate)
            {
                return _position;
            }
        }
    }

    /// <summary>What the page shows; null while nothing was heard.</summary>
    public MarketStatus? Status
    {
        get
        {
            lock (_gate)
            {
                return _view.Count == 0
                    ? null
                    : new MarketStatus(_source, _position, _ticksPerSecond, [.. _view.All.Select(Shown)]);
            }
        }
    }

    public static QuoteStatus Shown(MarketQuote q) => new(q.Symbol.ToString(), q.Venue, q.Bid, q.Ask, q.Last, q.At);

    /// <summary>Takes a message of <see cref="MarketTopics.Ticks"/>; other kinds are passed over.</summary>
    public void Take(TopicDelivery delivery)
    {
        if (delivery.Kind != MarketTopics.TicksKind)
        {
            return;
        }

        var message = MarketMessages.ReadTicks(delivery.Body.Span);
        lock (_gate)
        {
            foreach (var tick in message.Ticks)
            {
                _view.Apply(tick);
            }

            if (delivery.Order == TopicOrder.Next)
            {
                (_source, _position) = (message.Source, message.Position);
                _ticksPerSecond = Math.Round(message.TicksPerSecond, 1);
            }
        }
    }
}
