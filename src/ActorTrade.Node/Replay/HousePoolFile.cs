using System.Buffers;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;

namespace ActorTrade.Node.Replay;

/// <summary>
/// The pools of a pool file as house pools: a token of the ledger has the symbol of the file's as its id, the balances
/// are the first deposit, and quotes are those of the file's state.
/// </summary>
/// <remarks>
/// What a house pool does not have is refused, by field, and never left out without a word; but for what decides no
/// quote: what a contract's administrator takes stays with the providers, and a tricrypto pool begins its accounts,
/// and D, anew. The liquidity of a concentrated pool becomes one position between every two ticks, to the unit of the
/// amounts that it takes.
/// </remarks>
internal sealed class HousePoolFile
{
    private static readonly HashSet<string> Indifferent = new(StringComparer.Ordinal)
    {
        "fee", "adminFeeE10", "protocolFeeE18", "feeProtocol0", "feeProtocol1", "liquidity", "ticks", "D",
        "totalSupply", "xcpProfit", "xcpProfitA", "virtualPrice", "lastPrices", "priceOracle", "lastPricesTimestamp",
        "futureAGammaTime",
    };

    private readonly Dictionary<string, (ListedToken Token, string Pool)> _symbols = new(StringComparer.Ordinal);

    /// <summary>Every pool of a file, or the first fault.</summary>
    public static PoolFault? TryRead(PoolFile file, out IReadOnlyList<ReplayPool> pools)
    {
        ArgumentNullException.ThrowIfNull(file);
        var read = new List<ReplayPool>();
        pools = read;
        if (!file.Faults.IsEmpty)
        {
            return file.Faults[0];
        }

        var house = new HousePoolFile();
        for (var i = 0; i < file.Pools.Length; i++)
        {
            var pool = file.Pools[i].Pool;
            try
            {
                read.Add(house.Read(pool));
            }
            catch (InvalidCurveException e)
            {
                return new PoolFault(i, pool.Id, e.Field, PoolFaultCodes.NotForHouse, e.Reason);
            }
        }

        return null;
    }

    private ReplayPool Read(ListedPool pool)
    {
        if (!PoolId.TryParse(pool.Id, out var id, out var error))
        {
            throw new InvalidCurveException("id", error);
        }

        if (pool.Curve is ConcentratedCurve && id.Value.Length > TokenId.RangedPoolLengthMax)
        {
            throw new InvalidCurveException(
                "id", $"names of such house pools have up to {TokenId.RangedPoolLengthMax} characters.");
        }

        (TokenId Token, TokenDecimals Decimals)[] tokens =
            [.. pool.Tokens.Select((t, k) => (IdOf(t, $"tokens[{k}]", pool.Id), t.Decimals))];
        var state = FieldsOf(pool.Curve);
        var command = PoolParameters.Read(
            [.. tokens.Select(t => t.Token)],
            [.. tokens.Select(t => t.Decimals.Value)],
            pool.Curve.Kind,
            ParametersOf(pool.Curve, state));
        var terms = (command as Pool.Command.CreateCurve)?.Curve;
        var ranges = pool.Curve is ConcentratedCurve concentrated ? RangesOf(concentrated) : [];
        var deposit = ranges.Count == 0 ? DepositOf(state, tokens.Length) : Sum(ranges);
        if (terms?.Problem() is { } problem)
        {
            throw problem;
        }

        Compare(state, terms, deposit, pool.Curve.Kind);
        return new ReplayPool(id, tokens, terms, default, deposit)
        {
            LiquidityFee = command is Pool.Command.Create create ? create.LiquidityFee : default,
            Ranges = ranges,
        };
    }

    private TokenId IdOf(ListedToken token, string field, string pool)
    {
        if (!TokenId.TryParse(token.Symbol, out var id, out var error) || id.IsShares)
        {
            throw new InvalidCurveException($"{field}.symbol", error ?? "shares of a pool are minted by it alone.");
        }

        if (token.TransferFee.Value != 0)
        {
            throw new InvalidCurveException(
                $"{field}.transferFeePips", $"it is {token.TransferFee.Value}; the ledger's tokens keep nothing.");
        }

        if (!_symbols.TryAdd(token.Symbol, (token, pool))
            && _symbols[token.Symbol] is var known
            && (!known.Token.Equals(token) || known.Token.Decimals != token.Decimals))
        {
            throw new InvalidCurveException(
                $"{field}.symbol",
                $"'{token.Symbol}' is another token in pool '{known.Pool}', by chain, address or decimals; the symbol "
                    + "is the token's id in the ledger.");
        }

        return id;
    }

    // The parameters of a house pool have the names of the file's fields; only a fraction is told in another form.
    private static Dictionary<string, string> ParametersOf(Curve curve, IReadOnlyDictionary<string, JsonElement> state)
    {
        var needed = PoolParameters.NeededBy(curve.Kind);
        var given = state.Where(f => needed.Contains(f.Key)).ToDictionary(f => f.Key, f => TextOf(f.Value));
        if (state.TryGetValue("fee", out var fee))
        {
            given["feePips"] = PipsOf(
                fee.GetProperty("numerator").GetUInt32(), fee.GetProperty("denominator").GetUInt32());
        }

        return given;
    }

    private static string PipsOf(uint numerator, uint denominator)
    {
        var (pips, rest) = Math.DivRem((ulong)numerator * FeePips.One, denominator);
        return rest == 0 ? $"{pips}" : throw new InvalidCurveException(
            "fee", $"it is {numerator}/{denominator}; the fee of a house pool is a whole number of millionths.");
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? string.Join(',', value.EnumerateArray().Select(TextOf))
        : value.ToString();

    private static Dictionary<string, JsonElement> FieldsOf(Curve curve)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(utf8))
        {
            json.WriteStartObject();
            PoolFileWriter.WriteState(json, curve);
            json.WriteEndObject();
        }

        return JsonElement.Parse(utf8.WrittenSpan).EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
    }

    private static UInt256[] DepositOf(IReadOnlyDictionary<string, JsonElement> state, int count)
    {
        var balances = state.TryGetValue("reserves", out var pair) ? pair : state["balances"];
        return [.. balances.EnumerateArray().Take(count).Select(b => UInt256.Parse(b.GetString()!))];
    }

    // A field that the house's pool would have otherwise is one that it does not have.
    private static void Compare(
        IReadOnlyDictionary<string, JsonElement> state, CurveTerms? terms, UInt256[] deposit, string kind)
    {
        if (terms is null)
        {
            return;
        }

        var house = FieldsOf(terms.At(deposit));
        var needed = PoolParameters.NeededBy(kind);
        foreach (var name in state.Keys.Union(house.Keys).Where(n => !needed.Contains(n) && !Indifferent.Contains(n)))
        {
            var (here, there) = (Shown(state, name), Shown(house, name));
            if (here != there)
            {
                throw new InvalidCurveException(name, $"it is {here}; a house pool of this kind has {there}.");
            }
        }
    }

    private static string Shown(IReadOnlyDictionary<string, JsonElement> fields, string name) =>
        fields.TryGetValue(name, out var value) ? value.GetRawText() : "none";

    // Between each tick and the next the liquidity that is active there; of neighbours with the same, one range.
    private static List<ReplayRange> RangesOf(ConcentratedCurve curve)
    {
        var ranges = new List<ReplayRange>();
        Int128 active = 0;
        var from = 0;
        for (var i = 0; i < curve.Ticks.Count; i++)
        {
            var tick = curve.Ticks[i];
            if (tick.Net == 0)
            {
                continue;
            }

            if (active > 0)
            {
                var (amount0, amount1) = curve.AmountsOf(from, tick.Index, (UInt128)active, Rounding.Up);
                ranges.Add(new ReplayRange(new TickRange(from, tick.Index), [amount0, amount1]));
            }

            (active, from) = (active + tick.Net, tick.Index);
        }

        return ranges.Count is > 0 and <= Pool.RangesMax ? ranges : throw new InvalidCurveException(
            "ticks", $"they make {ranges.Count} ranges of liquidity; a house pool has 1 to {Pool.RangesMax}.");
    }

    private static UInt256[] Sum(List<ReplayRange> ranges) =>
    [
        ranges.Aggregate(UInt256.Zero, (sum, r) => sum + r.Amounts[0]),
        ranges.Aggregate(UInt256.Zero, (sum, r) => sum + r.Amounts[1]),
    ];
}
