using System.Text;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.PoolFiles;

public class PoolFileReaderTests
{
    public static TheoryData<string> Kinds => [.. PoolJson.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void A_sound_pool_of_each_kind_is_read(string kind)
    {
        var file = PoolJson.Read(PoolJson.Of(kind));

        Assert.Empty(file.Faults);
        var pool = Assert.Single(file.Pools).Pool;
        Assert.Equal((kind, 1L, "p"), (pool.Curve.Kind, pool.ChainId, pool.Id));
        Assert.Equal(PoolJson.Usdc, pool.Tokens[0].Address);
        Assert.Same(pool, file.Find("p")!.Pool);
    }

    [Fact]
    public void Every_kind_that_can_be_read_has_a_sound_pool_here() =>
        Assert.Equal(PoolKinds.All.Select(k => k.Name).Order(), PoolJson.Kinds.Order());

    [Theory]
    [InlineData("constant-product", "kind", "\"constant-produce\"", "kind", PoolFaultCodes.UnknownKind)]
    [InlineData("constant-product", "kind", null, "kind", PoolFaultCodes.MissingField)]
    [InlineData("constant-product", "chainId", null, "chainId", PoolFaultCodes.MissingField)]
    [InlineData("constant-product", "chainId", "-1", "chainId", PoolFaultCodes.Negative)]
    [InlineData("constant-product", "id", null, "id", PoolFaultCodes.MissingField)]
    [InlineData("constant-product", "id", "\"\"", "id", PoolFaultCodes.WrongLength)]
    [InlineData("constant-product", "id", "7", "id", PoolFaultCodes.WrongType)]
    [InlineData("constant-product", "tokens", "[]", "tokens", PoolFaultCodes.WrongLength)]
    [InlineData("constant-product", "tokens", "{}", "tokens", PoolFaultCodes.WrongType)]
    [InlineData("constant-product", "tokens.1", "\"x\"", "tokens[1]", PoolFaultCodes.WrongType)]
    [InlineData("constant-product", "tokens.0.decimals", "37", "tokens[0].decimals", PoolFaultCodes.OutOfRange)]
    [InlineData("constant-product", "tokens.0.decimals", "-1", "tokens[0].decimals", PoolFaultCodes.Negative)]
    [InlineData("constant-product", "tokens.0.decimals", "6.5", "tokens[0].decimals", PoolFaultCodes.NotAnInteger)]
    [InlineData("constant-product", "tokens.0.symbol", null, "tokens[0].symbol", PoolFaultCodes.MissingField)]
    [InlineData("constant-product", "tokens.1.address", "\"0x\"", "tokens[1].address", PoolFaultCodes.MalformedAddress)]
    [InlineData("constant-product", "tokens.1.address", "\"0xzz\"",
        "tokens[1].address", PoolFaultCodes.MalformedAddress)]
    [InlineData("constant-product", "tokens.1.address", "\"WETH\"",
        "tokens[1].address", PoolFaultCodes.MalformedAddress)]
    [InlineData("constant-product", "tokens.1.address", "\"0x12345678901234567890123456789012345678901\"",
        "tokens[1].address", PoolFaultCodes.MalformedAddress)]
    [InlineData("constant-product", "tokens.1.address", "\"0xA0B86991C6218b36c1d19D4a2e9Eb0cE3606eB48\"",
        "tokens[1].address", PoolFaultCodes.DuplicateToken)]
    [InlineData("constant-product", "tokens.1.transferFeePips", "1000000",
        "tokens[1].transferFeePips", PoolFaultCodes.OutOfRange)]
    [InlineData("constant-product", "tokens.1.transferFee", "5", "tokens[1].transferFee", PoolFaultCodes.MisspeltField)]
    [InlineData("constant-product", "updatedAt", "\"yesterday\"", "updatedAt", PoolFaultCodes.OutOfRange)]
    [InlineData("constant-product", "reserves", null, "reserves", PoolFaultCodes.MissingField)]
    [InlineData("constant-product", "reserves", "null", "reserves", PoolFaultCodes.MissingField)]
    [InlineData("constant-product", "reserves", "\"5\"", "reserves", PoolFaultCodes.WrongType)]
    [InlineData("constant-product", "reserves", "[\"1\"]", "reserves", PoolFaultCodes.WrongLength)]
    [InlineData("constant-product", "reserves.1", "\"-5\"", "reserves[1]", PoolFaultCodes.Negative)]
    [InlineData("constant-product", "reserves.1", "-5", "reserves[1]", PoolFaultCodes.Negative)]
    [InlineData("constant-product", "reserves.1", "\"0\"", "reserves[1]", PoolFaultCodes.NoLiquidity)]
    [InlineData("constant-product", "reserves.1", "1e18", "reserves[1]", PoolFaultCodes.NotAnInteger)]
    [InlineData("constant-product", "reserves.1", "\"0x10\"", "reserves[1]", PoolFaultCodes.NotAnInteger)]
    [InlineData("constant-product", "reserves.1", "\"\"", "reserves[1]", PoolFaultCodes.NotAnInteger)]
    [InlineData("constant-product", "reserves.1", "\" 5\"", "reserves[1]", PoolFaultCodes.NotAnInteger)]
    [InlineData("constant-product", "reserves.1", "true", "reserves[1]", PoolFaultCodes.WrongType)]
    [InlineData("constant-product", "reserves.1", "\"5192296858534827628530496329220096\"", "reserves[1]",
        PoolFaultCodes.InvalidState)]
    [InlineData("constant-product", "reserves.1",
        "\"115792089237316195423570985008687907853269984665640564039457584007913129639936\"", "reserves[1]",
        PoolFaultCodes.Overflow)]
    [InlineData("constant-product", "fee.numerator", "1000", "fee.numerator", PoolFaultCodes.InvalidState)]
    [InlineData("constant-product", "fee.denominator", "0", "fee.denominator", PoolFaultCodes.OutOfRange)]
    [InlineData("constant-product", "fee.denominator", "4294967296", "fee.denominator", PoolFaultCodes.OutOfRange)]
    [InlineData("constant-product", "fee", "30", "fee", PoolFaultCodes.WrongType)]
    [InlineData("solidly-stable", "reserves.0", "\"0\"", "reserves[0]", PoolFaultCodes.NoLiquidity)]
    [InlineData("solidly-stable", "solidlyVersion", "\"v9\"", "solidlyVersion", PoolFaultCodes.OutOfRange)]
    [InlineData("concentrated", "feePips", "1000000", "feePips", PoolFaultCodes.OutOfRange)]
    [InlineData("concentrated", "tickSpacing", "0", "tickSpacing", PoolFaultCodes.OutOfRange)]
    [InlineData("concentrated", "tickSpacing", "7", "ticks[0]", PoolFaultCodes.InvalidState)]
    [InlineData("concentrated", "tick", "199135", "tick", PoolFaultCodes.InvalidState)]
    [InlineData("concentrated", "sqrtPriceX96", "\"4295128738\"", "sqrtPriceX96", PoolFaultCodes.InvalidState)]
    [InlineData("concentrated", "liquidity", "\"12000000000000000001\"", "liquidity", PoolFaultCodes.InvalidState)]
    [InlineData("concentrated", "liquidity", "\"340282366920938463463374607431768211456\"", "liquidity",
        PoolFaultCodes.Overflow)]
    [InlineData("concentrated", "ticks", null, "ticks", PoolFaultCodes.MissingField)]
    [InlineData("concentrated", "ticks.1.0", "198000", "ticks[1]", PoolFaultCodes.InvalidState)]
    [InlineData("concentrated", "ticks.1", "[199000,\"9000000000000000000\"]", "ticks[1]", PoolFaultCodes.WrongType)]
    [InlineData("concentrated", "ticks.1.0", "887273", "ticks[1][0]", PoolFaultCodes.OutOfRange)]
    [InlineData("concentrated", "ticks.1.2", "\"170141183460469231731687303715884105728\"", "ticks[1][2]",
        PoolFaultCodes.Overflow)]
    [InlineData("concentrated", "ticks.1.2", "\"9000000000000000001\"", "ticks[1]", PoolFaultCodes.InvalidState)]
    [InlineData("stableswap-classic", "balances.0", "\"0\"", "balances[0]", PoolFaultCodes.NoLiquidity)]
    [InlineData("stableswap-classic", "balances", "[\"1\",\"2\",\"3\"]", "balances", PoolFaultCodes.WrongLength)]
    [InlineData("stableswap-classic", "amplification", "\"0\"", "amplification", PoolFaultCodes.InvalidState)]
    [InlineData("stableswap-classic", "rates.1", "\"0\"", "rates[1]", PoolFaultCodes.InvalidState)]
    [InlineData("stableswap-classic", "feeE10", "\"10000000001\"", "feeE10", PoolFaultCodes.InvalidState)]
    [InlineData("stableswap-classic", "adminFee", "\"5\"", null, null)]
    [InlineData("balancer-weighted", "weightsE18.0", "\"200000000000002000\"",
        "weightsE18", PoolFaultCodes.InvalidState)]
    [InlineData("balancer-weighted", "powVersion", "4", "powVersion", PoolFaultCodes.OutOfRange)]
    [InlineData("balancer-weighted", "balances.1", "\"0\"", "balances[1]", PoolFaultCodes.NoLiquidity)]
    [InlineData("balancer-stable", "amplificationE3", "\"999\"", "amplificationE3", PoolFaultCodes.InvalidState)]
    [InlineData("balancer-stable", "bptIndex", "2", "bptIndex", PoolFaultCodes.OutOfRange)]
    [InlineData("balancer-stable", "invariantVersion", "0", "invariantVersion", PoolFaultCodes.OutOfRange)]
    [InlineData("curve-tricrypto", "tokens.1.decimals", "19", "tokens[1].decimals", PoolFaultCodes.OutOfRange)]
    [InlineData("curve-tricrypto", "price_scale", "[\"1\"]", "price_scale", PoolFaultCodes.WrongLength)]
    [InlineData("curve-tricrypto", "A", "\"1\"", "A", PoolFaultCodes.InvalidState)]
    [InlineData("curve-tricrypto", "xcpProfitA", null, "xcpProfitA", PoolFaultCodes.InvalidState)]
    [InlineData("curve-tricrypto", "maTime", "\"86\"", "maTime", PoolFaultCodes.InvalidState)]
    [InlineData("curve-tricrypto", "lastPrices", "[\"1\"]", "lastPrices", PoolFaultCodes.WrongLength)]
    [InlineData("curve-tricrypto", "lastPricesTimestamp", "-1", "lastPricesTimestamp", PoolFaultCodes.Negative)]
    [InlineData("stableswap-ng", "offpegFeeMultiplierE10", null, "offpegFeeMultiplierE10", PoolFaultCodes.MissingField)]
    public void What_is_wrong_is_named_by_pool_field_and_code(
        string kind, string path, string? json, string? field, string? code)
    {
        var pool = PoolJson.Of(kind);
        if (path == "adminFee")
        {
            // The real field is there, so one with a similar name is a note.
            Assert.Empty(PoolJson.Read(pool.With(path, json)).Faults);
            (field, code) = ("adminFee", PoolFaultCodes.MisspeltField);
            pool.Remove("adminFeeE10");
        }

        var file = PoolJson.Read(PoolJson.Of(kind, "first"), pool.With(path, json), PoolJson.Of(kind, "last"));

        var fault = Assert.Single(file.Faults);
        Assert.Equal((1, field, code), (fault.Index, fault.Field, fault.Code));
        Assert.Equal(path == "id" ? fault.PoolId : "p", fault.PoolId);
        Assert.Contains(field!, fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", fault.Reason, StringComparison.Ordinal);
        Assert.Equal(["first", "last"], file.Pools.Select(p => p.Pool.Id));
        Assert.Null(file.Find("p"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"pools\":{}}")]
    [InlineData("{\"pools\":[]")]
    [InlineData("{\"pools\":[],}")]
    [InlineData("{\"pools\":[]} more")]
    [InlineData("{\"pools\":[],\"pools\":[]}")]
    public void What_is_no_pool_file_is_refused_as_a_whole(string text) =>
        Assert.Throws<PoolFileException>(() => PoolJson.ReadText(text));

    [Fact]
    public void Of_two_pools_with_one_id_the_second_is_refused()
    {
        var file = PoolJson.Read(PoolJson.Of("constant-product"), PoolJson.Of("concentrated"));

        Assert.Equal("constant-product", file.Find("p")!.Pool.Curve.Kind);
        var fault = Assert.Single(file.Faults);
        Assert.Equal((1, "id", PoolFaultCodes.DuplicatePool), (fault.Index, fault.Field, fault.Code));
        Assert.Contains("pools[0]", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_stands_twice_is_refused()
    {
        var text = PoolJson.Of("constant-product").ToJsonString().Replace(
            "\"chainId\":1", "\"chainId\":1,\"chainId\":2", StringComparison.Ordinal);

        var fault = Assert.Single(PoolJson.ReadText($"{{\"pools\":[{text}]}}").Faults);

        Assert.Equal(("p", PoolFaultCodes.DuplicateField), (fault.PoolId, fault.Code));
    }

    [Fact]
    public void Further_fields_are_ignored_on_every_level()
    {
        var pool = PoolJson.Of("constant-product").With("note", "\"mine\"").With("tokens.0.logo", "{\"a\":[1]}")
            .With("fee.by", "\"governance\"");

        var file = PoolJson.ReadText($"{{\"x\":[{{}}],\"pools\":[{pool.ToJsonString()}],\"made\":\"by hand\"}}");

        Assert.Empty(file.Faults);
        Assert.NotNull(file.Find("p"));
    }

    [Fact]
    public void Integers_may_be_json_numbers_and_are_exact_at_any_size()
    {
        const string Reserve = "5192296858534827628530496329220095";
        var pool = PoolJson.Of("constant-product").ToJsonString()
            .Replace("\"46712345678901\"", Reserve, StringComparison.Ordinal);

        var file = PoolJson.ReadText($"{{\"pools\":[{pool}]}}");

        var curve = Assert.IsType<ConstantProductCurve>(file.Find("p")!.Pool.Curve);
        Assert.Equal(UInt256.Parse(Reserve), curve.Reserve0);
    }

    [Fact]
    public void A_byte_order_mark_and_letter_case_of_addresses_do_not_matter()
    {
        var shouted = $"\"0X{PoolJson.Usdc[2..].ToUpperInvariant()}\"";
        var pool = PoolJson.Of("constant-product").With("tokens.0.address", shouted);

        var file = PoolFile.Read(new UTF8Encoding(true).GetPreamble().Concat(
            Encoding.UTF8.GetBytes($"{{\"pools\":[{pool.ToJsonString()}]}}")).ToArray());

        Assert.Equal(0, file.Find("p")!.Pool.IndexOf(PoolJson.Usdc));
        Assert.Equal(1, file.Find("p")!.Pool.IndexOf(PoolJson.Weth.ToUpperInvariant()));
    }

    [Fact]
    public void Tokens_of_the_house_are_named_by_their_id()
    {
        var pool = PoolJson.Of("constant-product").With("chainId", "0").With("tokens.0.address", "\"USD\"")
            .With("tokens.1.address", "\"lp:BTC-USD\"");

        Assert.Equal("usd", PoolJson.Read(pool).Find("p")!.Pool.Tokens[0].Address);
    }

    [Fact]
    public void An_empty_list_of_ticks_is_liquidity_over_the_whole_range()
    {
        var curve = (ConcentratedCurve)PoolJson.Read(PoolJson.Of("concentrated").With("ticks", "[]"))
            .Find("p")!.Pool.Curve;

        Assert.Equal(2, curve.Ticks.Count);
        Assert.Equal((-887270, 887270), (curve.Ticks[0].Index, curve.Ticks[1].Index));
        var none = PoolJson.Of("concentrated").With("ticks", "[]").With("liquidity", "0");
        Assert.Equal(PoolFaultCodes.NoLiquidity, Assert.Single(PoolJson.Read(none).Faults).Code);
    }
}
