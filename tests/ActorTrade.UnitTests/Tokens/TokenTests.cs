using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.UnitTests.EntitySupport;
using static ActorTrade.Domain.Tokens.Token;
using static ActorTrade.UnitTests.EntitySupport.Given;

namespace ActorTrade.UnitTests.Tokens;

public sealed class TokenTests
{
    private static readonly AccountId Alice = AccountId.Parse("alice");
    private static readonly AccountId Bob = AccountId.Parse("bob");

    private static Command.Mint Mint(int id = 1, ulong amount = 100) => new(Id(id), Alice, amount, Deadline);

    private static Command.Burn Burn(int id = 2, ulong amount = 30) => new(Id(id), Alice, amount, Deadline);

    [Fact]
    public void Bug_a_late_answer_undid_a_later_mint_with_the_same_id()
    {
        var token = RegisteredToken().Given(Mint());
        token.Given(new Command.RecordMintOutcome(Id(1), "account-not-open", Deadline));
        token.Now = LongAfter(Deadline) + TimeSpan.FromMinutes(1);
        token.Given(Mint() with { Deadline = token.Now + TimeSpan.FromSeconds(30) });
        Assert.Empty(token.When(new Command.RecordMintOutcome(Id(1), "account-not-open", Deadline)).Events);
        Assert.Single(token.State<TokenState>().OpenMints);
    }

    [Fact]
    public void Shares_of_a_pool_cannot_be_registered_or_minted_beside_it()
    {
        var shares = new EntityHarness(Definition, "lp:A-B");
        shares.IsRejected<Rejection.ReservedForPool>(new Command.Register("lp", new TokenDecimals(0)));
        shares.IsRejected<Rejection.NotRegistered>(
            new Command.Mint(Id(1), AccountId.Parse("alice"), 1, Deadline));
    }

    [Fact]
    public void A_mint_is_delivered_once_and_acknowledged()
    {
        var token = RegisteredToken();
        token.Happens<Event.Minted>(Mint());
        Assert.IsType<Account.Command.Credit>(Assert.Single(token.Effects).Command);
        var waiting = token.When(Mint());
        Assert.Equal(Id(1), waiting.AnswerKey);
        token.Happens<Event.MintDelivered>(new Command.RecordMintOutcome(Id(1), null));
        Assert.IsType<Account.Command.AcknowledgeCredits>(Assert.Single(token.Effects).Command);
        Assert.Empty(token.When(new Command.RecordMintOutcome(Id(1), "late")).Events);
        token.IsRepeat<Event.MintDelivered>(Mint());
        Assert.Empty(token.Fold.Outstanding());
    }

    [Fact]
    public void A_refused_mint_is_undone()
    {
        var token = RegisteredToken().Given(Mint());
        token.Happens<Event.MintUndone>(new Command.RecordMintOutcome(Id(1), "account-not-open"));
        Assert.Equal(UInt256.Zero, token.State<TokenState>().Minted);
        token.IsRepeat<Event.MintUndone>(Mint());
    }

    [Fact]
    public void A_burn_id_burns_once_and_never_after_its_deadline()
    {
        var token = RegisteredToken().Given(Mint(), new Command.RecordMintOutcome(Id(1), null));
        token.Happens<Event.Burned>(Burn());
        token.IsRepeat<Event.Burned>(Burn());
        token.Now = LongAfter(Deadline);
        token.IsRepeat<Event.Burned>(Burn());
        token.Given(new Command.AcknowledgeBurns([Id(2)]));
        Assert.Equal("deadline-passed", token.Happens<Event.BurnRefused>(Burn()).Reason);
        Assert.Equal(30UL, (ulong)token.State<TokenState>().Burned);
    }

    [Fact]
    public void Bug_what_a_venue_paid_out_can_be_withdrawn_though_it_was_never_minted()
    {
        var token = RegisteredToken();
        token.Happens<Event.Burned>(Burn());
        token.Given(Mint(), new Command.RecordMintOutcome(Id(1), null));
        token.IsRejected<Rejection.SupplyOverflow>(new Command.Mint(Id(5), Alice, UInt256.MaxValue, Deadline));
    }

    [Fact]
    public void Guards_name_what_is_wrong()
    {
        var token = new EntityHarness(Definition, "A");
        token.IsRejected<Rejection.NotRegistered>(Mint());
        token.IsRejected<Rejection.NotPermitted>(Mint(), "ann");
        token.Given(new Command.Register("A", new TokenDecimals(6)));
        Assert.Empty(token.When(new Command.Register("A", new TokenDecimals(6))).Events);
        token.IsRejected<Rejection.AlreadyRegistered>(new Command.Register("A", new TokenDecimals(7)));
        token.IsRejected<Rejection.ZeroAmount>(Mint(amount: 0));
        token.IsRejected<Rejection.DeadlineTooFar>(Mint() with { Deadline = token.Now + TimeSpan.FromHours(2) });
        token.Mode = SystemMode.Emergency;
        token.IsRejected<Rejection.Halted>(Mint());
        token.Mode = SystemMode.Active;
        token.Now = Deadline + TimeSpan.FromTicks(1);
        token.IsRejected<Rejection.Expired>(Mint());
    }

    [Fact]
    public void Bug_a_burn_with_anothers_id_took_the_first_ones_answer()
    {
        var token = RegisteredToken().Given(Mint(), new Command.RecordMintOutcome(Id(1), null));
        token.Happens<Event.Burned>(Burn());
        token.IsRejected<Rejection.IdReused>(Burn() with { Account = Bob });
        token.IsRejected<Rejection.IdReused>(Burn() with { Amount = 31 });
        token.IsRejected<Rejection.IdReused>(Burn(id: 1));
    }

    [Fact]
    public void Bug_a_burn_with_the_id_of_an_open_mint_was_overwritten_by_its_end()
    {
        var token = RegisteredToken().Given(Mint(9), new Command.RecordMintOutcome(Id(9), null), Mint(1));
        token.IsRejected<Rejection.IdReused>(Burn(id: 1));
        token.Now = LongAfter(Deadline);
        token.Happens<Event.BurnRefused>(Burn(id: 1));
    }
}
