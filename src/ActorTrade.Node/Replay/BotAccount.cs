using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Market.Statistics;

namespace ActorTrade.Node.Replay;

/// <summary>
/// One bot's books during a replay, kept from its entity's events: what it holds, what it was worth, and each trade it
/// closed. Statistics, not money: the account's own balance is compared with it at the end.
/// </summary>
/// <remarks>
/// A closed trade is a fill or swap that reduces a position, with its share of the fees paid at the opening; or a
/// settled cycle. Its profit is the change of the position's realised result by average cost, as the bot's entity
/// counts it.
/// </remarks>
internal sealed class BotAccount
{
    private readonly Dictionary<Symbol, Instrument> _instruments;
    private readonly Dictionary<TokenId, int> _decimals = [];
    private readonly SortedDictionary<TokenId, decimal> _holdings = [];
    private readonly Dictionary<Symbol, BotPosition> _positions = [];
    private readonly SortedDictionary<Symbol, decimal> _openFees = [];
    private readonly Dictionary<Guid, Bot.Event.SwapIntended> _swaps = [];
    private readonly Valuation _valuation;
    private readonly EquityCurve _curve = new();
    private readonly List<(ClosedTrade Trade, decimal? Rate)> _trades = [];

    public BotAccount(Bot.Event.Registered terms, decimal capital, Valuation valuation)
    {
        Terms = terms;
        _valuation = valuation;
        _instruments = terms.Instruments.ToDictionary(i => i.Symbol);
        foreach (var i in terms.Instruments)
        {
            _decimals[i.Base] = i.BaseDecimals;
            _decimals[i.Quote] = i.QuoteDecimals;
            _holdings[i.Quote] = capital;
        }

        var quotes = terms.Instruments.Select(i => i.Quote).ToList();
        var dollar = TokenId.Parse(Valuation.TotalCurrency);
        Currency = quotes.Contains(dollar) ? dollar : quotes[0];
        Sample(terms.At);
    }

    public Bot.Event.Registered Terms { get; }

    /// <summary>What it is valued in: the dollar where it trades in it, else its first quote token.</summary>
    public TokenId Currency { get; }

    public BotState State { get; private set; } = BotState.Registered;

    public long Orders { get; private set; }

    public long Fills { get; private set; }

    public long SwapsIntended { get; private set; }

    public long SwapsSettled { get; private set; }

    public long SwapsFailed { get; private set; }

    /// <summary>Whole tokens, by the bot's own events.</summary>
    public IReadOnlyDictionary<TokenId, decimal> Holdings => _holdings;

    public int DecimalsOf(TokenId token) => _decimals[token];

    public void On(Bot.Event e)
    {
        switch (e)
        {
            case Bot.Event.Started:
                State = BotState.Running;
                break;
            case Bot.Event.Paused:
                State = BotState.Paused;
                break;
            case Bot.Event.Stopped:
                State = BotState.Stopped;
                break;
            case Bot.Event.OrderIntended:
                Orders++;
                break;
            case Bot.Event.FillRecorded fill:
                Fill(fill);
                break;
            case Bot.Event.SwapIntended swap:
                SwapsIntended++;
                _swaps.Add(swap.TradeId, swap);
                break;
            case Bot.Event.SwapFinished finished:
                Finish(finished);
                break;
        }
    }

    /// <summary>Notes what the bot is worth now. Without a price of something it holds, nothing is noted.</summary>
    public void Sample(DateTimeOffset at, bool isLast = false)
    {
        decimal worth = 0;
        foreach (var (token, amount) in _holdings)
        {
            if (amount != 0)
            {
                if (_valuation.Rate(token, Currency) is not { } rate)
                {
                    return;
                }

                worth += amount * rate;
            }
        }

        _curve.Add(at, worth, _valuation.Rate(Currency, TokenId.Parse(Valuation.TotalCurrency)), isLast);
    }

    /// <summary>In the bot's currency.</summary>
    public PerformanceStatistics Statistics() => PerformanceStatistics.Of(
        _curve.Points, [.. _trades.Select(t => t.Trade)], OpenFees());

    /// <summary>The curve and the trades in the currency of the total; null where that has no price.</summary>
    public (IReadOnlyList<EquityPoint> Curve, IReadOnlyList<ClosedTrade> Trades, decimal OpenFees)? InTotalCurrency()
    {
        if (_curve.Converted() is not { } converted)
        {
            return null;
        }

        var first = converted.FirstRate;
        var trades = _trades.Select(t => new ClosedTrade(
            t.Trade.ClosedAt, t.Trade.Profit * (t.Rate ?? first), t.Trade.Fees * (t.Rate ?? first)));
        return (converted.Points, [.. trades], OpenFees() * converted.LastRate);
    }

    private decimal OpenFees() => _openFees.Sum(f =>
        f.Value * (_valuation.Rate(_instruments[f.Key].Quote, Currency) ?? 0));

    private void Fill(Bot.Event.FillRecorded e)
    {
        Fills++;
        var instrument = _instruments[e.Symbol];
        var isQuoteFee = e.FeeToken == instrument.Quote;
        Add(e.FeeToken, -Whole(e.Fee, e.FeeToken));
        var (baseFee, quoteFee) = isQuoteFee ? (default, e.Fee) : (e.Fee, default(UInt256));
        Trade(instrument, e.Side, e.Quantity, e.QuoteAmount, baseFee, quoteFee, e.At);
    }

    private void Finish(Bot.Event.SwapFinished e)
    {
        _swaps.Remove(e.TradeId, out var swap);
        if (!e.Settled)
        {
            SwapsFailed++;
            return;
        }

        SwapsSettled++;
        var (tokenIn, tokenOut) = (swap!.Route[0].TokenIn, swap.Route[^1].TokenOut);
        if (swap.Symbol is { } symbol && _instruments.TryGetValue(symbol, out var instrument))
        {
            var isBuy = tokenIn == instrument.Quote;
            var (quantity, quoteAmount) = isBuy ? (e.AmountOut, swap.AmountIn) : (swap.AmountIn, e.AmountOut);
            Trade(instrument, isBuy ? Side.Buy : Side.Sell, quantity, quoteAmount, default, default, e.At);
            return;
        }

        Add(tokenIn, -Whole(swap.AmountIn, tokenIn));
        Add(tokenOut, Whole(e.AmountOut, tokenOut));
        Close(tokenIn, Whole(e.AmountOut, tokenOut) - Whole(swap.AmountIn, tokenIn), fees: 0, e.At);
    }

    private void Trade(
        Instrument instrument,
        Side side,
        UInt256 quantity,
        UInt256 quoteAmount,
        UInt256 baseFee,
        UInt256 quoteFee,
        DateTimeOffset at)
    {
        var sign = side == Side.Buy ? 1 : -1;
        Add(instrument.Base, sign * Whole(quantity, instrument.Base));
        Add(instrument.Quote, -sign * Whole(quoteAmount, instrument.Quote));

        var before = _positions.GetValueOrDefault(instrument.Symbol) ?? BotPosition.Flat(instrument.Symbol);
        var after = before.After(side, quantity, quoteAmount, baseFee, quoteFee);
        _positions[instrument.Symbol] = after;
        var fee = Whole(quoteFee, instrument.Quote);
        var opened = _openFees.GetValueOrDefault(instrument.Symbol);
        if (before.Quantity.IsZero || before.Quantity.IsNegative == (side == Side.Sell))
        {
            _openFees[instrument.Symbol] = opened + fee;
            return;
        }

        // The fees of the opening were a loss of their own; the trade that closes bears them.
        var closed = UInt256.Min(quantity, before.Quantity.Magnitude);
        var share = closed == before.Quantity.Magnitude
            ? opened
            : opened * (decimal)((double)closed / (double)before.Quantity.Magnitude);
        _openFees[instrument.Symbol] = opened - share;
        var realised = after.Realised - before.Realised;
        var change = Whole(realised.Magnitude, instrument.Quote) * (realised.IsNegative ? -1 : 1);
        Close(instrument.Quote, change - share, fee + share, at);
    }

    private void Close(TokenId token, decimal profit, decimal fees, DateTimeOffset at)
    {
        var rate = _valuation.Rate(token, Currency) ?? 0;
        var total = _valuation.Rate(Currency, TokenId.Parse(Valuation.TotalCurrency));
        _trades.Add((new ClosedTrade(at, profit * rate, fees * rate), total));
    }

    private decimal Whole(UInt256 amount, TokenId token) => Units.ToDecimal(amount, _decimals[token]);

    private void Add(TokenId token, decimal change) => _holdings[token] = _holdings.GetValueOrDefault(token) + change;
}
