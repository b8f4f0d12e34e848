using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Tokens;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Tokens.Token;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Tokens;

/// <summary>Any commands in any order: the invariants of a token's summary that it can see alone.</summary>
public sealed class TokenPropertyTests
{
    [Fact]
    public void Any_commands_in_any_order_keep_the_invariants()
    {
        for (var seed = 1; seed <= 1_000; seed++)
        {
            var random = new Random(seed);
            var token = RegisteredToken();
            for (var i = 0; i < 60; i++)
            {
                token.Now += TimeSpan.FromMilliseconds(random.Next(1_500));
                var account = AccountId.Parse(random.Next(2) == 0 ? "alice" : "bob");
                var id = Id(random.Next(1, 20));
                var deadline = token.Now + TimeSpan.FromSeconds(random.Next(-3, 20));
                token.When(random.Next(5) switch
                {
                    0 => new Command.Mint(id, account, (uint)random.Next(100), deadline),
                    1 => new Command.Burn(id, account, (uint)random.Next(100), deadline),
                    2 => new Command.AcknowledgeBurns([id]),
                    _ => new Command.RecordMintOutcome(id, random.Next(3) == 0 ? "refused" : null),
                });
                AssertHolds(token, seed);
            }

            token.RestartFromSnapshot();
            token.RestartFromJournal();
        }
    }

    private static void AssertHolds(EntityHarness token, int seed)
    {
        var state = token.State<TokenState>();
        var minted = token.Journal.OfType<Event.Minted>().Aggregate(UInt256.Zero, (sum, e) => sum + e.Amount);
        var undone = token.Journal.OfType<Event.MintUndone>().Aggregate(UInt256.Zero, (sum, e) => sum + e.Amount);
        var burned = token.Journal.OfType<Event.Burned>().Aggregate(UInt256.Zero, (sum, e) => sum + e.Amount);
        Assert.True(state.Minted == minted - undone && state.Burned == burned, $"seed {seed}: the sums are wrong");
        var ended = token.Journal.Count(e => e is Event.MintDelivered or Event.MintUndone);
        Assert.Equal(token.Journal.OfType<Event.Minted>().Count(), ended + state.OpenMints.Count);
        Assert.Equal(state.OpenMints.Count, token.Fold.Outstanding().Count);
    }
}
