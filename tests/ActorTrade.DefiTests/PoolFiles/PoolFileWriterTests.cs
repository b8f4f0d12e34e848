using System.Buffers;
using System.Text;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.PoolFiles;

public class PoolFileWriterTests
{
    public static TheoryData<string> Kinds => [.. PoolJson.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void What_is_written_reads_as_the_same_state(string kind)
    {
        var random = new Random(7);
        var pool = PoolJson.Read(PoolJson.Of(kind)).Find("p")!.Pool;
        for (var trade = 0; trade < 50; trade++)
        {
            var again = Again(pool);
            Assert.Equal(Text(new FiledPool(pool)), Text(new FiledPool(again)));
            var tokenIn = random.Next(2);
            var amount = new UInt256((ulong)random.NextInt64(1, 1L << random.Next(1, 62)), 0, 0, 0);
            var (here, there) = (Quote(pool, tokenIn, amount), Quote(again, tokenIn, amount));
            Assert.Equal(here, there);
            if (here.Error == QuoteError.None)
            {
                pool = pool.With(pool.Curve.Apply(here.Quote));
            }
        }
    }

    [Fact]
    public void A_tricrypto_pool_is_written_with_what_moves_its_scale_or_without_it()
    {
        var full = PoolJson.Of("curve-tricrypto");
        var pool = PoolJson.Read(full).Find("p")!.Pool;
        var state = ((Tricrypto)pool.Curve).Rebalancing!;
        Assert.Equal(state, ((Tricrypto)Again(pool).Curve).Rebalancing);
        Assert.Equal((UInt256)866, state.MaTime);
        Assert.Equal(1_704_412_823UL, state.LastPricesTimestamp);
        Assert.Equal(QuoteError.None, pool.Curve.QuoteExactIn(0, 1, 1_000_000_000, out var quote));
        var later = (Tricrypto)((Tricrypto)pool.Curve).ApplyAt(quote, state.LastPricesTimestamp + 60);
        Assert.Equal(later.Rebalancing, ((Tricrypto)Again(pool.With(later)).Curve).Rebalancing);

        foreach (var field in PoolKinds.Find("curve-tricrypto")!.Fields.Where(f => !f.IsRequired))
        {
            full.Remove(field.Name);
        }

        var bare = PoolJson.Read(full).Find("p")!.Pool;
        Assert.Null(((Tricrypto)bare.Curve).Rebalancing);
        Assert.Null(((Tricrypto)Again(bare).Curve).Rebalancing);
    }

    [Fact]
    public void A_file_of_all_kinds_is_read_again_with_what_is_said_of_each_pool()
    {
        var at = new DateTimeOffset(2024, 1, 5, 0, 0, 23, 125, TimeSpan.Zero);
        var pools = PoolJson.Read(PoolJson.Kinds.Select(k => PoolJson.Of(k, k)
            .With("dex", "\"Some \\\"DEX\\\"\"").With("tokens.0.transferFeePips", "7")
            .With("updatedAt", "\"2024-01-05T01:00:23.125+01:00\"")));

        var file = PoolFile.Read(Encoding.UTF8.GetBytes(Text([.. pools.Pools])));

        Assert.Empty(file.Faults);
        Assert.Equal(PoolJson.Kinds, file.Pools.Select(p => p.Pool.Id));
        Assert.All(file.Pools, p =>
        {
            Assert.Equal(at, p.UpdatedAt);
            Assert.Equal("Some \"DEX\"", p.Pool.Dex);
            Assert.Equal(7, p.Pool.Tokens[0].TransferFee.Value);
        });
    }

    private static (QuoteError Error, CurveQuote Quote) Quote(
        ListedPool pool, int tokenIn, UInt256 amount) =>
        (pool.Curve.QuoteExactIn(tokenIn, 1 - tokenIn, amount, out var quote), quote);

    private static ListedPool Again(ListedPool pool) =>
        PoolFile.Read(Encoding.UTF8.GetBytes(Text(new FiledPool(pool)))).Find(pool.Id)!.Pool;

    private static string Text(params FiledPool[] pools)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        PoolFileWriter.Write(utf8, pools);
        return Encoding.UTF8.GetString(utf8.WrittenSpan);
    }
}
