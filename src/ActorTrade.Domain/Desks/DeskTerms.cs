using ActorTrade.Domain.Markets;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Orders.Triggers;

namespace ActorTrade.Domain.Desks;

/// <summary>
/// How a desk is to work an order, apart from whose it is and how much it trades. Each field means what it means in
/// <see cref="VenueOrder"/>; what a mix of them must be is <see cref="VenueOrder.Problem"/>'s to say.
/// </summary>
public sealed record DeskTerms(
    VenueLeg[] Legs,
    TriggerSource Source = TriggerSource.Last,
    TimeInForce TimeInForce = TimeInForce.Gtc,
    DateTimeOffset? ExpiresAt = null,
    bool PostOnly = false,
    ExecutionStyle Style = ExecutionStyle.Whole,
    UInt256 Visible = default,
    int Slices = 0,
    TimeSpan SliceEvery = default);
