using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;

namespace ActorTrade.Domain.Ledger;

/// <summary>
/// The first law, checked over a whole journal: folds the events of all entities in journal order and finds where money
/// was made or lost. Apart from the totals it remembers only what is not zero, so its size is that of the open books.
/// </summary>
/// <remarks>
/// Checked at every event: no account, pool or treasury is ever overdrawn; the second side of an affair
/// brings it to exactly zero. A side that is recorded again after both have been (a doubled credit) opens the
/// affair anew and is found by <see cref="CheckQuiescent"/>, since remembering all closed affairs would not
/// be bounded. Not safe for concurrent use.
/// </remarks>
public sealed class ConservationLedger : IHistoryLaw
{
    /// <summary>Violations kept with their details; beyond it they are only counted.</summary>
    public const int ViolationsMax = 1_000;

    private readonly Dictionary<TokenId, Totals> _totals = [];
    private readonly Dictionary<Holding, SignedAmount> _holdings = [];
    private readonly Dictionary<Transfer, InTransit> _transit = [];
    private readonly List<LedgerViolation> _violations = [];
    private readonly HashSet<TokenId> _violated = [];
    private readonly List<Posting> _postings = [];

    /// <summary>Events seen, with those that move no money.</summary>
    public long Events { get; private set; }

    /// <summary>Position of the last event seen.</summary>
    public long Ordering { get; private set; }

    /// <summary>Violations found, also those beyond <see cref="ViolationsMax"/>.</summary>
    public long ViolationCount { get; private set; }

    /// <summary>Buckets that are not empty; with <see cref="OpenAffairs"/> the measure of its memory.</summary>
    public int OpenBuckets => _holdings.Count;

    /// <summary>Affairs and tokens that one side has recorded and the other not yet.</summary>
    public int OpenAffairs => _transit.Count;

    /// <summary>Books one event. Call in journal order.</summary>
    /// <param name="ordering">The event's position in the journal.</param>
    public void Apply(long ordering, EntityId entity, IEvent e)
    {
        Events++;
        Ordering = ordering;
        _postings.Clear();
        Postings.Post(entity, e, _postings);
        var postings = CollectionsMarshal.AsSpan(_postings);
        foreach (ref readonly var posting in postings)
        {
            Book(in posting, isUndoing: e is Token.Event.MintUndone);
        }

        foreach (ref readonly var posting in postings)
        {
            if (posting.Bucket.Kind == BucketKind.Transit)
            {
                CheckAffair(in posting, entity, mayGoOn: e is Pool.Event.LegCommitted);
            }
            else if (posting.Amount.IsNegative && posting.Bucket.IsHolding)
            {
                CheckHolding(in posting, entity);
            }
        }
    }

    /// <summary>What the books say is in a bucket; compared with the entities' own states by verification.</summary>
    public SignedAmount BalanceOf(Bucket bucket, TokenId token) => bucket.Kind == BucketKind.Transit
        ? _transit.GetValueOrDefault(new Transfer(bucket.Owner, bucket.Affair, token)).Left
        : _holdings.GetValueOrDefault(new Holding(bucket.Kind, bucket.Owner, token));

    /// <summary>All buckets of accounts, pools and venues that are not empty.</summary>
    public IEnumerable<Posting> Balances() => _holdings.Select(
        h => new Posting(new Bucket(h.Key.Kind, h.Key.Owner, default), h.Key.Token, h.Value));

    /// <summary>What has been found so far, and whether the sums agree; at any moment, also with affairs under
    /// way.</summary>
    public IReadOnlyList<LedgerViolation> Check()
    {
        var violations = new List<LedgerViolation>(_violations);
        foreach (var sums in Sums())
        {
            var found = sums.Held + sums.InTransit;
            if (sums.Exists != found)
            {
                violations.Add(new LedgerViolation.NotConserved(Ordering, sums.Token, sums.Exists, found));
            }
        }

        return violations;
    }

    public IReadOnlyList<string> Breaches() => [.. Check().Select(v => $"money is not conserved: {v}")];

    /// <summary>As <see cref="Check"/>, when no affair is under way any more: nothing may be in transit.</summary>
    public IReadOnlyList<LedgerViolation> CheckQuiescent() =>
    [
        .. Check(),
        .. _transit
            .OrderBy(t => t.Value.OpenedAt)
            .ThenBy(t => t.Key.Token)
            .Take(ViolationsMax)
            .Select(t => new LedgerViolation.AffairOpen(
                t.Value.OpenedAt, Bucket.Transit(t.Key.Owner, t.Key.Affair), t.Key.Token, t.Value.Left)),
    ];

    /// <summary>The sums of every token, by token.</summary>
    public IReadOnlyList<TokenConservation> Report() =>
    [
        .. Sums().OrderBy(s => s.Token).Select(s => new TokenConservation(
            s.Token,
            s.Totals.Minted,
            s.Totals.Burned,
            s.Totals.VenueIn,
            s.Totals.VenueOut,
            s.Held,
            s.InTransit,
            Ok: s.Exists == s.Held + s.InTransit && !_violated.Contains(s.Token))),
    ];

    private void Book(in Posting posting, bool isUndoing)
    {
        switch (posting.Bucket.Kind)
        {
            case BucketKind.Supply:
                TotalsOf(posting.Token).BookSupply(posting.Amount, isUndoing);
                break;
            case BucketKind.Transit:
                BookTransit(in posting);
                break;
            case BucketKind.Venue:
                TotalsOf(posting.Token).BookVenue(posting.Amount);
                BookHolding(in posting);
                break;
            default:
                BookHolding(in posting);
                break;
        }
    }

    private void BookHolding(in Posting posting)
    {
        var key = new Holding(posting.Bucket.Kind, posting.Bucket.Owner, posting.Token);
        ref var balance = ref CollectionsMarshal.GetValueRefOrAddDefault(_holdings, key, out _);
        balance += posting.Amount;
        if (balance.IsZero)
        {
            _holdings.Remove(key);
        }
    }

    private void BookTransit(in Posting posting)
    {
        var key = new Transfer(posting.Bucket.Owner, posting.Bucket.Affair, posting.Token);
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_transit, key, out var isOpen);
        entry = isOpen
            ? entry with { Left = entry.Left + posting.Amount }
            : new InTransit(posting.Amount, Ordering, IsRoute: false);
        if (entry.Left.IsZero)
        {
            _transit.Remove(key);
        }
    }

    // An entry that an earlier event opened must be gone now. Legs of one route add up until the route's account
    // settles it.
    private void CheckAffair(in Posting posting, EntityId entity, bool mayGoOn)
    {
        var key = new Transfer(posting.Bucket.Owner, posting.Bucket.Affair, posting.Token);
        ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_transit, key);
        if (Unsafe.IsNullRef(ref entry))
        {
            return;
        }

        if (entry.OpenedAt == Ordering)
        {
            entry = entry with { IsRoute = mayGoOn };
        }
        else if (!mayGoOn || !entry.IsRoute)
        {
            Add(new LedgerViolation.AffairMismatch(
                Ordering, entity, posting.Bucket, key.Token, entry.Left, entry.OpenedAt));
        }
    }

    private void CheckHolding(in Posting posting, EntityId entity)
    {
        var balance = BalanceOf(posting.Bucket, posting.Token);
        if (balance.IsNegative)
        {
            Add(new LedgerViolation.Overdrawn(Ordering, entity, posting.Bucket, posting.Token, balance));
        }
    }

    private void Add(LedgerViolation violation)
    {
        ViolationCount++;
        _violated.Add(violation.Token);
        if (_violations.Count < ViolationsMax)
        {
            _violations.Add(violation);
        }
    }

    private IEnumerable<TokenSums> Sums()
    {
        var held = new Dictionary<TokenId, SignedAmount>();
        foreach (var (holding, amount) in _holdings)
        {
            if (holding.Kind != BucketKind.Venue)
            {
                held[holding.Token] = held.GetValueOrDefault(holding.Token) + amount;
            }
        }

        var transit = new Dictionary<TokenId, SignedAmount>();
        foreach (var (transfer, entry) in _transit)
        {
            transit[transfer.Token] = transit.GetValueOrDefault(transfer.Token) + entry.Left;
        }

        return _totals.Keys.Concat(held.Keys).Concat(transit.Keys).Distinct().Select(token => new TokenSums(
            token,
            _totals.GetValueOrDefault(token) ?? new Totals(),
            held.GetValueOrDefault(token),
            transit.GetValueOrDefault(token)));
    }

    private Totals TotalsOf(TokenId token)
    {
        ref var totals = ref CollectionsMarshal.GetValueRefOrAddDefault(_totals, token, out _);
        return totals ??= new Totals();
    }

    private readonly record struct Holding(BucketKind Kind, string Owner, TokenId Token);

    private readonly record struct Transfer(string Owner, Guid Affair, TokenId Token);

    private readonly record struct InTransit(SignedAmount Left, long OpenedAt, bool IsRoute);

    private sealed record TokenSums(TokenId Token, Totals Totals, SignedAmount Held, SignedAmount InTransit)
    {
        /// <summary>What should be somewhere.</summary>
        public SignedAmount Exists =>
            SignedAmount.Plus(Totals.Minted) + SignedAmount.Minus(Totals.Burned)
            + SignedAmount.Plus(Totals.VenueIn) + SignedAmount.Minus(Totals.VenueOut);
    }

    private sealed class Totals
    {
        public UInt256 Minted { get; private set; }

        public UInt256 Burned { get; private set; }

        public UInt256 VenueIn { get; private set; }

        public UInt256 VenueOut { get; private set; }

        // What the supply loses has been minted.
        public void BookSupply(SignedAmount amount, bool isUndoing)
        {
            if (amount.IsNegative)
            {
                Minted += amount.Magnitude;
            }
            else if (isUndoing && Minted >= amount.Magnitude)
            {
                Minted -= amount.Magnitude;
            }
            else
            {
                Burned += amount.Magnitude;
            }
        }

        public void BookVenue(SignedAmount amount)
        {
            if (amount.IsNegative)
            {
                VenueIn += amount.Magnitude;
            }
            else
            {
                VenueOut += amount.Magnitude;
            }
        }
    }
}
