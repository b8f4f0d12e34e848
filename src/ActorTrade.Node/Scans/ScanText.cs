using System.Globalization;
using ActorTrade.Arbitrage.Opportunities;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;
using ActorTrade.Node.Commands;

namespace ActorTrade.Node.Scans;

/// <summary>What a scan found, for people: amounts in whole tokens.</summary>
internal static class ScanText
{
    public static void Write(CommandOutput output, IReadOnlyList<ChainScan> chains)
    {
        if (chains.Count == 0)
        {
            output.Line("The file has no pools to scan.");
        }

        foreach (var chain in chains)
        {
            var cycles = chain.IsTruncated ? $"the shortest {chain.Cycles:N0}" : $"{chain.Cycles:N0}";
            output.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"Chain {chain.ChainId}: {chain.Pools:N0} pools, {cycles} cycles; compared in {chain.Unit.Symbol}."));
            if (chain.Found.IsEmpty)
            {
                output.Line("  Nothing gains after fees, gas and the loan.");
            }

            for (var i = 0; i < chain.Found.Length; i++)
            {
                Write(output, chain, chain.Found[i], rank: i + 1);
            }
        }
    }

    private static void Write(CommandOutput output, ChainScan chain, Opportunity found, int rank)
    {
        var token = found.Token;
        List<(string Name, string Value)> facts =
        [
            ("Route", string.Join(
                " ", found.Hops.Select(h => $"{h.TokenIn.Symbol} [{h.Pool.Id}]").Append(token.Symbol))),
            ("In", Amount(found.AmountIn, token)),
        ];
        facts.AddRange(found.Hops.Select(h => (
            $"  {h.Pool.Id}",
            $"{Amount(h.AmountIn, h.TokenIn)} for {Amount(h.AmountOut, h.TokenOut)}, impact "
                + $"{Percent(h.PriceImpact)}, state {Age(chain.AgeOf(h.Pool.Id))}")));
        facts.AddRange(
        [
            ("Gross profit", Amount(found.GrossProfit, token)),
            ("Loan fee", $"{Amount(found.LoanFee, token)} ({found.Lender.Name})"),
            ("Gas", $"{Amount(found.GasCost, token)} ({found.GasUnits.ToString("N0", CultureInfo.InvariantCulture)} "
                + $"units, {(found.IsGasMeasured ? "measured" : "in part estimated")})"),
            ("Net profit", $"{found.NetProfit.Format(token.Decimals)} {token.Symbol}"),
            ("Price impact", $"{Percent(found.PriceImpact)}, of it fees {Percent(found.FeeShare)}"),
            ("Sandwich", found.IsSandwichExposed
                ? "exposed: send it privately, or smaller"
                : "not exposed at this size"),
        ]);
        output.Facts(string.Create(CultureInfo.InvariantCulture, $"{rank}."), [.. facts]);
    }

    private static string Age(TimeSpan? age) => age is { } known
        ? $"{known.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s old"
        : "of unknown age";

    private static string Percent(double part) => part.ToString("0.####%", CultureInfo.InvariantCulture);

    private static string Amount(UInt256 amount, ListedToken token) =>
        $"{Units.Format(amount, token.Decimals)} {token.Symbol}";
}
