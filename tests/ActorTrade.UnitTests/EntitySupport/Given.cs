using System.Buffers.Binary;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;

namespace ActorTrade.UnitTests.EntitySupport;

/// <summary>Entities in a state that tests begin with, and short names for values.</summary>
internal static class Given
{
    public const string Owner = "ann";

    public static readonly TokenId A = TokenId.Parse("A");
    public static readonly TokenId B = TokenId.Parse("B");
    public static readonly TokenId C = TokenId.Parse("C");
    public static readonly PoolId PoolAB = PoolId.Parse("A-B");

    public static DateTimeOffset Deadline => EntityHarness.Start + TimeSpan.FromSeconds(30);

    /// <summary>After which a deadline has passed on every clock.</summary>
    public static DateTimeOffset LongAfter(DateTimeOffset deadline) =>
        deadline + TradeTiming.ClockSkewMax + TimeSpan.FromTicks(1);

    /// <summary>Distinct readable ids: 1 is 00000001-….</summary>
    public static Guid Id(int n)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, n);
        return new Guid(bytes);
    }

    public static TokenAmount Of(this ulong amount, TokenId token) => new(token, amount);

    public static EntityHarness AccountWith(params TokenAmount[] balances) => AccountNamed("alice", balances);

    public static EntityHarness AccountNamed(string name, params TokenAmount[] balances)
    {
        var account = new EntityHarness(Account.Definition, name);
        account.Given(new Account.Command.Open(Owner));
        for (var i = 0; i < balances.Length; i++)
        {
            account.Given(new Account.Command.Credit(
                Id(1_000_000 + i), Token.IdOf(balances[i].Token), balances[i].Token, balances[i].Amount, Deadline));
        }

        return account;
    }

    public static EntityHarness EmptyPool(int liquidityFeePips = 2500, int treasuryFeePips = 500)
    {
        var pool = new EntityHarness(Pool.Definition, PoolAB.Value);
        pool.Given(new Pool.Command.Create(A, B, new FeePips(liquidityFeePips), new FeePips(treasuryFeePips)));
        return pool;
    }

    public static EntityHarness PoolWith(
        UInt256 reserve0, UInt256 reserve1, int liquidityFeePips = 2500, int treasuryFeePips = 500)
    {
        var pool = EmptyPool(liquidityFeePips, treasuryFeePips);
        pool.Given(new Pool.Command.AddLiquidity(
            Id(2_000_000),
            AccountId.Parse("provider"),
            new TokenAmount(A, reserve0),
            new TokenAmount(B, reserve1),
            UInt256.Zero,
            Deadline));
        return pool;
    }

    public static EntityHarness RegisteredToken(string name = "A")
    {
        var token = new EntityHarness(Token.Definition, name);
        token.Given(new Token.Command.Register(name, new TokenDecimals(18)));
        return token;
    }
}
