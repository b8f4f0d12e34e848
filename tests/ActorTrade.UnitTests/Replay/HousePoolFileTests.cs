using System.Text;
using System.Text.Json.Nodes;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Node.Replay;
using ActorTrade.UnitTests.Architecture;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Replay;

/// <summary>Pools of a pool file as house pools: what is opened quotes as the file's pool does, and what the house
/// cannot open so is named by pool and field.</summary>
public sealed class HousePoolFileTests
{
    private static readonly string Samples =
        File.ReadAllText(Path.Combine(RepositoryTree.Root, "docs", "samples", "pools.json"));

    [Theory]
    [InlineData("eth-usdc-v2")]
    [InlineData("eth-usdc-v3-500")]
    [InlineData("dai-usdc-stable")]
    [InlineData("op-usdc-volatile")]
    [InlineData("crvusd-usdc-ng")]
    [InlineData("bal-weth-80-20")]
    [InlineData("tricrypto-usdc")]
    public void A_pool_that_is_opened_quotes_as_that_of_the_file(string id)
    {
        var file = PoolFile.Read(Encoding.UTF8.GetBytes(FileOf(Sample(id))));
        Assert.Null(HousePoolFile.TryRead(file, out var pools));

        // The D of the sample is not quite that of its balances, which a pool that begins with them has.
        var near = id == "tricrypto-usdc" ? 1e-4 : 1e-9;
        var (filed, opened) = (file.Pools.Single().Pool, Open(pools.Single()));
        Assert.True(HousePoolCurve.TryOf(opened, out var curve));
        Assert.Equal(filed.Curve.Kind, curve.Kind);
        var quotes = 0;
        var random = new Random(1);
        for (var i = 0; i < 60; i++)
        {
            var tokenIn = random.Next(filed.Tokens.Length);
            var tokenOut = (tokenIn + 1 + random.Next(filed.Tokens.Length - 1)) % filed.Tokens.Length;
            var amount = UInt256.Max(UInt256.MulDivDown(
                opened.AllReserves()[tokenIn], (uint)random.Next(1, 900), 10_000), UInt256.One);
            var error = filed.Curve.QuoteExactIn(tokenIn, tokenOut, amount, out var expected);
            if (error != QuoteError.None || !expected.Leftover.IsZero)
            {
                continue;
            }

            quotes++;
            Assert.Equal(QuoteError.None, curve.QuoteExactIn(tokenIn, tokenOut, amount, out var quote));
            var (least, most) = ((double)expected.AmountOut, (double)quote.AmountOut);
            Assert.True(Math.Abs(least - most) <= (least * near) + 1_023, $"{quote} for {expected}");
        }

        Assert.True(quotes > 20, $"{quotes}");
    }

    [Theory]
    [InlineData("three-pool", "amplificationPrecision")]
    [InlineData("wsteth-weth-stable", "scalingFactorsE18")]
    [InlineData("tax-weth", "tokens[0].transferFeePips")]
    public void What_a_house_pool_does_not_have_is_named(string id, string field)
    {
        var node = Sample(id);
        var fault = Fault(FileOf(node));
        if (id == "three-pool")
        {
            // Of the sample, which has it: opened once the pool has the usual one.
            Assert.NotNull(fault);
            node.AsObject().Remove("amplificationPrecision");
            Assert.Null(Fault(FileOf(node)));
        }

        Assert.Equal((id, field, PoolFaultCodes.NotForHouse), (fault!.PoolId, fault.Field, fault.Code));
        Assert.StartsWith($"pool '{id}', {field}: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_values_are_named_by_pool_and_field()
    {
        void Refused(string field, string id, Action<JsonObject> change)
        {
            var node = Sample(id).AsObject();
            change(node);
            var fault = Fault(FileOf(node));
            Assert.NotNull(fault);
            Assert.Equal(field, fault.Field);
            Assert.NotEmpty(fault.Reason);
        }

        Refused("id", "eth-usdc-v2", n => n["id"] = "a pool");
        Refused("id", "eth-usdc-v3-500", n => n["id"] = new string('p', 46));
        Refused("fee", "eth-usdc-v2", n => n["fee"]!["denominator"] = 1_000_001);
        Refused("reserves[1]", "eth-usdc-v2", n => n["reserves"]![1] = "-1");
        Refused("tokens[0].symbol", "eth-usdc-v2", n => n["tokens"]![0]!["symbol"] = "U S D");
        Refused("tokens[1].symbol", "eth-usdc-v2", n => n["tokens"]![1]!["symbol"] = "USDC");
        Refused("tokens[1].symbol", "eth-usdc-v2", n => n["tokens"]![1]!["symbol"] = "lp:other");
        Refused("powVersion", "bal-weth-80-20", n => n["powVersion"] = 1);
        Refused("rates", "crvusd-usdc-ng", n => n["rates"]![1] = "1100000000000000000");
        Refused("allowedExtraProfit", "tricrypto-usdc", n =>
        {
            foreach (var name in new[]
            {
                "totalSupply", "xcpProfit", "xcpProfitA", "virtualPrice", "lastPrices", "priceOracle",
                "lastPricesTimestamp", "allowedExtraProfit", "adjustmentStep", "maTime", "futureAGammaTime",
            })
            {
                n.Remove(name);
            }
        });
    }

    [Fact]
    public void A_symbol_of_two_tokens_is_refused()
    {
        var other = Sample("eth-usdc-v2");
        other["id"] = "other";
        other["tokens"]![0]!["address"] = "0x1234";
        var fault = Fault(FileOf(Sample("eth-usdc-v2"), other));
        Assert.Equal(("other", "tokens[0].symbol", 1), (fault!.PoolId, fault.Field, fault.Index));
        Assert.Contains("'eth-usdc-v2'", fault.Reason, StringComparison.Ordinal);
    }

    private static PoolFault? Fault(string file) =>
        HousePoolFile.TryRead(PoolFile.Read(Encoding.UTF8.GetBytes(file)), out _);

    private static JsonNode Sample(string id)
    {
        var pools = JsonNode.Parse(Samples)!["pools"]!.AsArray();
        return pools.Single(p => (string)p!["id"]! == id)!.DeepClone();
    }

    private static string FileOf(params JsonNode[] pools) =>
        new JsonObject { ["pools"] = new JsonArray([.. pools.Select(p => p.DeepClone())]) }.ToJsonString();

    // As the replay does, by the pool's entity alone.
    private static PoolView Open(ReplayPool pool)
    {
        var entity = new EntityHarness(Pool.Definition, pool.Id.Value);
        TokenId[] tokens = [.. pool.Tokens.Select(t => t.Token)];
        entity.Given((ICommand)(pool.Curve is { } curve
            ? new Pool.Command.CreateCurve(tokens, curve, pool.TreasuryFee)
            : new Pool.Command.Create(tokens[0], tokens[1], pool.LiquidityFee, pool.TreasuryFee)));
        var deposits = pool.Ranges.Select(r => (r.Amounts, Range: (TickRange?)r.Range))
            .DefaultIfEmpty((pool.Deposit, null));
        foreach (var (amounts, range) in deposits)
        {
            TokenAmount[] most =
            [
                .. tokens.Zip(amounts, (t, a) => new TokenAmount(t, a)).Where(p => range is null || !p.Amount.IsZero),
            ];
            entity.Given((ICommand)new Pool.Command.Join(
                Id((range?.Lower ?? 0) + 1_000_000), AccountId.Parse("p"), most, IsExact: false, range, UInt256.One,
                Deadline));
        }

        return entity.State<PoolState>().ToView();
    }
}
