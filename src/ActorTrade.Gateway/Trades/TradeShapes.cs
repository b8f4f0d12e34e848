namespace ActorTrade.Gateway.Trades;

/// <summary>A swap through one pool, or along a route of pools, all or nothing.</summary>
/// <param name="Account">Whose money.</param>
/// <param name="Pool">The pool, where it is one.</param>
/// <param name="Route">The pools in order, where there are several; instead of <paramref name="Pool"/>.</param>
/// <param name="TokenIn">What is paid.</param>
/// <param name="TokenOut">What is received; may be left out, since the route says it.</param>
/// <param name="AmountIn">A decimal string in whole tokens.</param>
/// <param name="MinAmountOut">The least to receive, a decimal string; or <paramref name="MaxSlippageBps"/>.</param>
/// <param name="MaxSlippageBps">How much less than now quoted is accepted, in 1e-4; 50 if neither is given.</param>
/// <param name="Deadline">Until when it may happen; 30 s from now if left out, at most an hour ahead.</param>
/// <param name="Nonce">Where given, one more than the account's last.</param>
/// <param name="Flash">The route returns to its first token and pays itself: the account needs only what it may
/// lose. If neither a minimum nor a slippage is given, it may lose nothing.</param>
/// <param name="Via">The tokens between the pools of a route, one fewer than pools; needed only where pools of more
/// than two tokens leave a choice.</param>
public sealed record SwapRequest(
    string? Account,
    string? Pool,
    string[]? Route,
    string? TokenIn,
    string? TokenOut,
    string? AmountIn,
    string? MinAmountOut,
    int? MaxSlippageBps,
    DateTimeOffset? Deadline,
    ulong? Nonce,
    bool? Flash = null,
    string[]? Via = null);

/// <summary>What a swap did. A repeat of the request gets the same receipt, to the byte.</summary>
/// <param name="Fee">Of the first pool, in the input token.</param>
/// <param name="Price">Output tokens for one input token, cut to 18 decimals.</param>
/// <param name="PriceImpactBps">Of a single pool; zero for a route.</param>
/// <param name="SequenceNr">The account's, of the event that settled it.</param>
/// <param name="At">When it was settled.</param>
public sealed record SwapReceipt(
    Guid TradeId,
    string Account,
    string[] Route,
    string TokenIn,
    string AmountIn,
    string TokenOut,
    string AmountOut,
    string Fee,
    string Price,
    int PriceImpactBps,
    long SequenceNr,
    DateTimeOffset At);

/// <summary>Money into an account from outside, or out of it.</summary>
public sealed record MoneyRequest(string? Token, string? Amount, DateTimeOffset? Deadline);

public sealed record TransferRequest(string? To, string? Token, string? Amount, DateTimeOffset? Deadline);

/// <summary>What moved; a repeat gets the same receipt.</summary>
/// <param name="To">The receiver of a transfer.</param>
/// <param name="SequenceNr">Of the entity that records the movement: the token for a deposit, else the account.</param>
public sealed record MovementReceipt(
    Guid Id, string Kind, string Account, string? To, string Token, string Amount, long SequenceNr, DateTimeOffset At);

/// <summary>At most these amounts for at least so many shares.</summary>
/// <param name="Amounts">Of any number of tokens, instead of the two maxima: all of the pool's tokens in its order, or
/// with <paramref name="Exact"/> some of them.</param>
/// <param name="TickLower">With <paramref name="TickUpper"/> the range, of a concentrated pool; one amount may be left
/// out where the price is outside of it.</param>
/// <param name="Exact">Just these amounts, in whatever ratio; of kinds whose contracts have such deposits.</param>
public sealed record AddLiquidityRequest(
    string? Account,
    string? MaxAmount0,
    string? MaxAmount1,
    string? MinShares,
    DateTimeOffset? Deadline,
    AmountView[]? Amounts = null,
    bool? Exact = null,
    int? TickLower = null,
    int? TickUpper = null);

/// <summary>Shares back for at least these amounts.</summary>
/// <param name="MinAmounts">Of any number of tokens, instead of the two minima: all of the pool's tokens in its
/// order.</param>
/// <param name="TickLower">With <paramref name="TickUpper"/> the range, of a concentrated pool.</param>
/// <param name="OnlyToken">All is paid in this token, of which <paramref name="MinAmount"/> is the least; of kinds
/// whose contracts have such withdrawals.</param>
public sealed record RemoveLiquidityRequest(
    string? Account,
    string? Shares,
    string? MinAmount0,
    string? MinAmount1,
    DateTimeOffset? Deadline,
    AmountView[]? MinAmounts = null,
    string? OnlyToken = null,
    string? MinAmount = null,
    int? TickLower = null,
    int? TickUpper = null);

/// <summary>What went into a pool of any number of tokens or came out of it, token by token. Shares are whole base
/// units.</summary>
public sealed record SharesReceipt(
    Guid Id,
    string Kind,
    string Account,
    string Pool,
    AmountView[] Amounts,
    string ShareToken,
    string Shares,
    long SequenceNr,
    DateTimeOffset At);

/// <summary>What went into a pool or came out of it. Shares are whole base units.</summary>
public sealed record LiquidityReceipt(
    Guid Id,
    string Kind,
    string Account,
    string Pool,
    string Token0,
    string Amount0,
    string Token1,
    string Amount1,
    string Shares,
    long SequenceNr,
    DateTimeOffset At);
