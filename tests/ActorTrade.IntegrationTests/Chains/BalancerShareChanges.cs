using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>A deposit or a withdrawal, and what tells Balancer's vault of it.</summary>
internal sealed record ShareChange(bool IsJoin, LiquidityChange Change, IReadOnlyList<object> UserData);

/// <summary>Deposits and withdrawals of every kind that a pool of Balancer's knows and our curve quotes.</summary>
/// <param name="largest">What part of a balance, or of all shares, the largest deposit is of: 3 for a third.</param>
internal sealed class BalancerShareChanges(DeployedPool pool, BalancerCurve first, Random random, int largest)
{
    // As the pools number them. Generations differ in how a balanced withdrawal is called.
    private const uint JoinWithAmounts = 1;
    private const uint JoinWithOne = 2;
    private const uint JoinForShares = 3;
    private const uint ExitToOne = 0;

    private readonly RandomSwaps _amounts = new(first, random, largest);

    private readonly int[] _tokens =
        [.. Enumerable.Range(0, pool.Tokens.Length).Where(t => pool.Tokens[t] != pool.Name)];

    private bool KnowsJoinForShares =>
        pool.Name is "BalancerWeighted2022" or "BalancerWeighted2023" or "BalancerComposable2023";

    private uint? ExitToAll => pool.Name switch
    {
        "BalancerComposable2022" => null,
        "BalancerComposable2023" => 2,
        _ => 1,
    };

    /// <summary>One that the curve quotes.</summary>
    /// <param name="held">How many shares can be given back.</param>
    public ShareChange Next(BalancerCurve curve, UInt256 total, UInt256 held)
    {
        var refused = QuoteError.None;
        for (var tries = 0; tries < 100; tries++)
        {
            var (error, change) = random.Next(held.IsZero ? 3 : 5) switch
            {
                0 => WithAmounts(curve, total),
                1 => WithOne(curve, total),
                2 => ForShares(curve, total),
                3 => ToOne(curve, total, _amounts.Below(held)),
                _ => ToAll(curve, total, _amounts.Below(held)),
            };
            if (error == QuoteError.None)
            {
                return change!;
            }

            refused = error == QuoteError.NotOfThisKind ? refused : error;
        }

        throw new InvalidOperationException($"no change of 100 was possible, the last for {refused}.");
    }

    private (QuoteError, ShareChange?) WithAmounts(BalancerCurve curve, UInt256 total)
    {
        var amounts = new UInt256[pool.Tokens.Length];
        foreach (var token in _tokens)
        {
            amounts[token] = random.Next(3) == 0 ? UInt256.Zero : _amounts.RandomAmount(token);
        }

        var error = curve.QuoteDeposit(amounts, total, out var change);
        object[] given = [.. _tokens.Select(t => (object)amounts[t])];
        return (error, new(true, change, [Number(JoinWithAmounts), new AbiArray(given), change.Shares]));
    }

    private (QuoteError, ShareChange?) WithOne(BalancerCurve curve, UInt256 total)
    {
        var shares = _amounts.Below(total / (UInt256)(uint)largest);
        var slot = random.Next(_tokens.Length);
        var error = curve.QuoteDepositOfOne(_tokens[slot], shares, total, out var change);
        return (error, new(true, change, [Number(JoinWithOne), shares, Number((uint)slot)]));
    }

    private (QuoteError, ShareChange?) ForShares(BalancerCurve curve, UInt256 total)
    {
        var shares = _amounts.Below(total / (UInt256)(uint)largest);
        var error = curve.QuoteDepositForShares(shares, total, out var change);
        return KnowsJoinForShares
            ? (error, new(true, change, [Number(JoinForShares), shares]))
            : (QuoteError.NotOfThisKind, null);
    }

    private (QuoteError, ShareChange?) ToOne(BalancerCurve curve, UInt256 total, UInt256 shares)
    {
        var slot = random.Next(_tokens.Length);
        var error = curve.QuoteWithdrawalOfOne(_tokens[slot], shares, total, out var change);
        return (error, new(false, change, [Number(ExitToOne), shares, Number((uint)slot)]));
    }

    private (QuoteError, ShareChange?) ToAll(BalancerCurve curve, UInt256 total, UInt256 shares)
    {
        var error = curve.QuoteWithdrawal(shares, total, out var change);
        return ExitToAll is { } kind
            ? (error, new(false, change, [Number(kind), shares]))
            : (QuoteError.NotOfThisKind, null);
    }

    private static UInt256 Number(uint value) => value;
}
