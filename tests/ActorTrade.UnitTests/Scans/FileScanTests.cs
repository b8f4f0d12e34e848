using System.Text;
using System.Text.Json;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Commands;
using ActorTrade.Node.Scans;
using ActorTrade.Operator;

namespace ActorTrade.UnitTests.Scans;

public class FileScanTests
{
    private const string A = "0xaa";
    private const string B = "0xbb";
    private const string C = "0xcc";
    private static readonly DateTimeOffset Now = new(2024, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_best_size_is_that_of_a_search_over_all_sizes()
    {
        // B is cheaper in the second pool: buy it there, sell it in the first.
        var file = Read(Pool("p1", A, B, 50_000, 100_000), Pool("p2", A, B, 50_000, 120_000));

        var found = Assert.Single(Assert.Single(FileScan.Run(file, Request(A), Now)).Found);

        Assert.Equal(["p2", "p1"], found.Hops.Select(h => h.Pool.Id));
        Assert.Equal(BestByHand(file), (ulong)(found.AmountOut - found.AmountIn));
        Assert.Equal(found.NetProfit, (SignedAmount)found.GrossProfit - found.LoanFee - found.GasCost);
        Assert.True(found.LoanFee.IsZero && found.GasCost.IsZero);
        Assert.Equal(found.Hops[0].AmountOut, found.Hops[1].AmountIn);
        Assert.Equal((found.AmountIn, found.AmountOut), (found.Hops[0].AmountIn, found.Hops[1].AmountOut));
    }

    [Fact]
    public void A_lender_and_gas_are_paid_from_the_gain()
    {
        var file = Read(
            Pool("p1", A, B, 50_000_000_000, 100_000_000_000), Pool("p2", A, B, 50_000_000_000, 120_000_000_000));
        var free = Best(file, Request(A));
        var lent = Best(file, Request(A) with { Lenders = ["aave"] });
        var paid = Best(file, Request(A) with { Native = A, GasPrice = 100 });

        Assert.Equal((lent.AmountIn * 5u / 10_000u) + UInt256.One, lent.LoanFee + ((lent.AmountIn * 5u % 10_000u).IsZero
            ? UInt256.One
            : UInt256.Zero));
        Assert.True(lent.NetProfit < free.NetProfit);
        Assert.Equal("own-capital", free.Lender.Name);
        Assert.Equal((UInt256)(ulong)(paid.GasUnits * 100), paid.GasCost);
        Assert.Equal(free.NetProfit - paid.GasCost, paid.NetProfit);
        Assert.Empty(FileScan.Run(file, Request(A) with { Native = A, GasPrice = 10_000 }, Now)[0].Found);
    }

    [Fact]
    public void The_least_profit_bounds_what_is_shown()
    {
        var file = Read(Pool("p1", A, B, 50_000, 100_000), Pool("p2", A, B, 50_000, 120_000));
        var profit = Best(file, Request(A)).NetProfit.Magnitude;

        Assert.Single(FileScan.Run(file, Request(A) with { NetValueMin = profit - UInt256.One }, Now)[0].Found);
        Assert.Empty(FileScan.Run(file, Request(A) with { NetValueMin = profit }, Now)[0].Found);
    }

    [Fact]
    public void Chains_are_scanned_apart_and_ranked_without_overlaps()
    {
        var file = Read(
            Pool("a1", A, B, 50_000, 100_000), Pool("a2", A, B, 50_000, 120_000), Pool("a3", A, B, 50_000, 130_000),
            Pool("b1", A, B, 50_000, 100_000, chain: 10), Pool("b2", A, C, 50_000, 100_000, chain: 10),
            Pool("b3", B, C, 50_000, 60_000, chain: 10));

        var chains = FileScan.Run(file, new ScanRequest(), Now);
        var all = FileScan.Run(file, new ScanRequest { Overlapping = true }, Now);

        Assert.Equal([1L, 10L], chains.Select(c => c.ChainId));
        Assert.Equal(["a3", "a1"], Assert.Single(chains[0].Found).Hops.Select(h => h.Pool.Id));
        Assert.Equal(3, Assert.Single(chains[1].Found).Hops.Length);
        Assert.Equal(3, all[0].Found.Length);
        Assert.Single(Assert.Single(FileScan.Run(file, Request(C), Now)).Found);
        Assert.Empty(FileScan.Run(file, new ScanRequest { HopsMax = 2 }, Now)[1].Found);
    }

    [Fact]
    public void Old_states_and_tokens_that_keep_a_part_are_left_out()
    {
        var fresh = "2024-01-05T11:59:30Z";
        var file = Read(
            Pool("p1", A, B, 50_000, 100_000, at: fresh), Pool("p2", A, B, 50_000, 120_000, at: fresh),
            Pool("p3", A, B, 50_000, 200_000, at: "2024-01-05T11:00:00Z"), Pool("p4", A, B, 50_000, 300_000));
        var recent = FileScan.Run(file, Request(A) with { AgeMax = TimeSpan.FromMinutes(1) }, Now)[0];
        Assert.Equal(["p2", "p1"], Assert.Single(recent.Found).Hops.Select(h => h.Pool.Id));
        Assert.Equal((TimeSpan.FromSeconds(30), 2), (recent.AgeOf("p1"), recent.Pools));
        var any = FileScan.Run(file, Request(A), Now)[0];
        Assert.Equal("p4", any.Found[0].Hops[0].Pool.Id);
        Assert.Null(any.AgeOf("p4"));

        var taxed = Read(
            Pool("p1", A, B, 50_000, 100_000, tax: 10_000), Pool("p2", A, B, 50_000, 200_000, tax: 10_000));
        Assert.Empty(FileScan.Run(taxed, Request(A), Now)[0].Found);
        var gain = Best(taxed, Request(A) with { AllowsTransferFees = true });
        Assert.True(gain.NetProfit < Best(
            Read(Pool("p1", A, B, 50_000, 100_000), Pool("p2", A, B, 50_000, 200_000)), Request(A)).NetProfit);
    }

    [Fact]
    public void What_cannot_be_scanned_is_said()
    {
        var file = Read(Pool("p1", A, B, 50_000, 100_000), Pool("p2", A, B, 50_000, 120_000));

        CommandException Refused(ScanRequest request) =>
            Assert.Throws<CommandException>(() => FileScan.Run(file, request, Now));

        Assert.Equal(ExitCode.NotFound, Refused(Request("0xdd")).Code);
        Assert.Equal(ExitCode.NotFound, Refused(Request(A) with { Native = "0xdd" }).Code);
        Assert.Equal(ExitCode.Configuration, Refused(Request(A) with { GasPrice = 1 }).Code);
        Assert.Empty(FileScan.Run(Read(), new ScanRequest(), Now));
    }

    [Fact]
    public void A_pair_lends_what_it_is_not_part_of()
    {
        var file = Read(
            Pool("p1", A, B, 50_000, 100_000), Pool("p2", A, B, 50_000, 120_000),
            Pool("lends", A, C, 10_000_000, 10_000_000));

        var found = Best(file, Request(A) with { Lenders = ["pairs"] });

        Assert.Equal("flash-swap lends", found.Lender.Name);
        Assert.False(found.LoanFee.IsZero);
    }

    [Fact]
    public void Json_has_every_term_and_text_its_route()
    {
        var file = Read(Pool("p1", A, B, 50_000, 100_000), Pool("p2", A, B, 50_000, 120_000));
        var chains = FileScan.Run(file, Request(A) with { Lenders = ["aave"] }, Now);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            ScanJson.Write(json, chains);
        }

        var root = JsonDocument.Parse(buffer.ToArray()).RootElement;
        var first = root.GetProperty("opportunities")[0];
        var found = chains[0].Found[0];
        Assert.Equal(1, root.GetProperty("chains")[0].GetProperty("chainId").GetInt64());
        Assert.Equal(found.NetProfit.ToString(), first.GetProperty("netProfit").GetString());
        Assert.Equal(found.LoanFee.ToString(), first.GetProperty("loanFee").GetString());
        var hops = first.GetProperty("hops");
        Assert.Equal(["p2", "p1"], hops.EnumerateArray().Select(h => h.GetProperty("pool").GetString()!));
        Assert.Equal(JsonValueKind.Null, hops[0].GetProperty("ageSeconds").ValueKind);
    }

    private static Arbitrage.Opportunities.Opportunity Best(PoolFile file, ScanRequest request) =>
        FileScan.Run(file, request, Now)[0].Found[0];

    private static ulong BestByHand(PoolFile file)
    {
        ulong best = 0;
        var (buy, sell) = (file.Find("p2")!.Pool, file.Find("p1")!.Pool);
        for (ulong amount = 1; amount < 50_000; amount++)
        {
            if (buy.QuoteExactIn(0, 1, amount, out _, out var bought) == QuoteError.None
                && sell.QuoteExactIn(1, 0, bought, out _, out var received) == QuoteError.None && received > amount)
            {
                best = Math.Max(best, (ulong)received - amount);
            }
        }

        return best;
    }

    private static ScanRequest Request(string token) => new() { Tokens = [token], Lenders = ["own"] };

    private static PoolFile Read(params string[] pools) =>
        PoolFile.Read(Encoding.UTF8.GetBytes($"{{\"pools\":[{string.Join(',', pools)}]}}"));

    private static string Pool(
        string id,
        string a,
        string b,
        ulong reserveA,
        ulong reserveB,
        long chain = 1,
        string? at = null,
        int tax = 0) =>
        $$"""
        {"id":"{{id}}","chainId":{{chain}},"kind":"constant-product",
         "tokens":[{"address":"{{a}}","symbol":"A","decimals":0},
         {"address":"{{b}}","symbol":"B","decimals":0,"transferFeePips":{{tax}}}],
         "reserves":["{{reserveA}}","{{reserveB}}"],"fee":{"numerator":3,"denominator":1000},
         "updatedAt":{{(at is null ? "null" : $"\"{at}\"")}}}
        """;
}
