using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>
/// Price, active liquidity and the initialised ticks, each <c>[index, "liquidityGross", "liquidityNet"]</c>.
/// </summary>
/// <remarks>
/// The list has every initialised tick, unless <c>ticksKnownFrom</c> and <c>ticksKnownTo</c> say the range in which it
/// has them; outside, nothing is quoted. An empty list with liquidity is a pool with one position over the whole range,
/// whose ends need not be written.
/// </remarks>
internal sealed class ConcentratedKind : PoolKind
{
    public override string Name => "concentrated";

    public override ImmutableArray<PoolField> Fields { get; } =
    [
        PoolField.Required("feePips"), PoolField.Required("tickSpacing"), PoolField.Required("sqrtPriceX96"),
        PoolField.Required("tick"), PoolField.Required("liquidity"), PoolField.Required("ticks"),
        PoolField.Optional("ticksKnownFrom"), PoolField.Optional("ticksKnownTo"),
        PoolField.Optional("feeProtocol0"), PoolField.Optional("feeProtocol1"),
    ];

    public override Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens)
    {
        fields.CheckCount(tokens, count: 2);
        var spacing = fields.Whole("tickSpacing", 1, TickTable.TickSpacingMax);
        var liquidity = ToUInt128(fields.Amount("liquidity"), "liquidity");
        var ticks = ReadTicks(fields.List("ticks"));
        if (liquidity == 0 && ticks.Count == 0)
        {
            throw new PoolFaultException(
                "liquidity",
                PoolFaultCodes.NoLiquidity,
                "it is zero, and no tick has any: a pool trades only while it has liquidity. Leave the pool out.");
        }

        var from = fields.WholeOrNull("ticksKnownFrom", TickMath.TickMin, TickMath.TickMax);
        var to = fields.WholeOrNull("ticksKnownTo", TickMath.TickMin, TickMath.TickMax);
        if (ticks.Count == 0 && from is null && to is null)
        {
            ticks = WholeRange(spacing, liquidity);
        }

        return new ConcentratedCurve(
            fields.Whole("feePips", 0, FeePips.One - 1),
            fields.Amount("sqrtPriceX96"),
            fields.Whole("tick", TickMath.TickMin - 1, TickMath.TickMax),
            liquidity,
            new TickTable(spacing, ticks, from, to),
            fields.WholeOrNull("feeProtocol0", 0, byte.MaxValue) ?? 0,
            fields.WholeOrNull("feeProtocol1", 0, byte.MaxValue) ?? 0);
    }

    public override void Write(Curve curve, Utf8JsonWriter json)
    {
        var pool = (ConcentratedCurve)curve;
        var ticks = pool.Ticks;
        json.WriteNumber("feePips"u8, pool.Fee.Value);
        json.WriteNumber("tickSpacing"u8, ticks.TickSpacing);
        json.WriteAmount("sqrtPriceX96"u8, pool.SqrtPriceX96);
        json.WriteNumber("tick"u8, pool.Tick);
        json.WriteAmount("liquidity"u8, pool.Liquidity);
        json.WriteStartArray("ticks"u8);
        for (var i = 0; i < ticks.Count; i++)
        {
            var tick = ticks[i];
            json.WriteStartArray();
            json.WriteNumberValue(tick.Index);
            json.WriteAmountValue(tick.Gross);
            json.WriteStringValue(tick.Net.ToString(CultureInfo.InvariantCulture));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        if (!ticks.IsComplete)
        {
            json.WriteNumber("ticksKnownFrom"u8, ticks.KnownFrom);
            json.WriteNumber("ticksKnownTo"u8, ticks.KnownTo);
        }

        if (pool.FeeProtocol0 != 0 || pool.FeeProtocol1 != 0)
        {
            json.WriteNumber("feeProtocol0"u8, pool.FeeProtocol0);
            json.WriteNumber("feeProtocol1"u8, pool.FeeProtocol1);
        }
    }

    private static List<TickLiquidity> ReadTicks(JsonElement list)
    {
        var ticks = new List<TickLiquidity>(list.GetArrayLength());
        foreach (var one in list.EnumerateArray())
        {
            var field = $"ticks[{ticks.Count}]";
            if (one.ValueKind != JsonValueKind.Array || one.GetArrayLength() != 3)
            {
                throw new PoolFaultException(
                    field, PoolFaultCodes.WrongType, "it must be [index, \"liquidityGross\", \"liquidityNet\"].");
            }

            ticks.Add(new TickLiquidity(
                (int)PoolFields.WholeOf(one[0], $"{field}[0]", TickMath.TickMin, TickMath.TickMax),
                ToUInt128(PoolFields.AmountOf(one[1], $"{field}[1]"), $"{field}[1]"),
                ToInt128(PoolFields.SignedAmountOf(one[2], $"{field}[2]"), $"{field}[2]")));
        }

        return ticks;
    }

    private static List<TickLiquidity> WholeRange(int spacing, UInt128 liquidity)
    {
        if (liquidity > (UInt128)Int128.MaxValue)
        {
            throw Beyond("liquidity", "127");
        }

        var end = TickMath.TickMax / spacing * spacing;
        return
        [
            new TickLiquidity(-end, liquidity, (Int128)liquidity),
            new TickLiquidity(end, liquidity, -(Int128)liquidity),
        ];
    }

    private static UInt128 ToUInt128(UInt256 amount, string field) =>
        amount.BitLength <= 128 ? (UInt128)amount : throw Beyond(field, "128");

    private static Int128 ToInt128(SignedAmount amount, string field)
    {
        if (amount.Magnitude.BitLength > 127)
        {
            throw Beyond(field, "127");
        }

        var size = (Int128)(UInt128)amount.Magnitude;
        return amount.IsNegative ? -size : size;
    }

    private static PoolFaultException Beyond(string field, string bits) =>
        new(field, PoolFaultCodes.Overflow, $"it exceeds the {bits} bits that the contract has for it.");
}
