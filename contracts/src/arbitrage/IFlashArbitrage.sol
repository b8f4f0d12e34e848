// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Runs a cycle over pools of several kinds with lent or own money, and keeps nothing
/// @notice A route is a *plan*: packed bytes, big-endian, without padding. First the loan:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | funding: the lender's venue (V2Pair 1, V3Pool 2, BalancerVault 5, AavePool 7); 0 is the caller's money |
/// | 1 | 1 | 1 if the token lent is token1 of a V2Pair or V3Pool, else 0 |
/// | 2 | 20 | lender; zero for own money |
/// | 22 | 20 | token lent: the input of the first hop |
/// | 42 | 16 | amount lent, in units |
/// | 58 | 16 | least profit, in units of the profit token |
/// | 74 | 5 | deadline, in seconds since 1970, inclusive |
/// | 79 | 5 | first block it may run in |
/// | 84 | 5 | last block it may run in; equal to the first for one block alone |
/// | 89 | 3 | fee of a V2Pair that lends, in 1e-6 (3000 is 0.30 %); else 0 |
/// | 92 | 1 | hops before the repayment |
/// | 93 | | the hops |
///
/// then the hops, each selling all that the one before it brought:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | venue: V2Pair 1, V3Pool 2, CurveInt128 3, CurveUint256 4, BalancerVault 5 |
/// | 1 | 20 | pool; for Balancer the vault |
/// | 21 | 20 | token bought |
/// | 41 | 3 | V2Pair: fee in 1e-6 |
/// | 41 | 1 + 1 | Curve: index of the token sold, index of the token bought |
/// | 41 | 32 | Balancer: pool id |
///
/// The hops before the repayment end in the token that is repaid: the token lent or, to a V2Pair, its other token (so
/// that the flash swap is itself a hop, with the pair's own price). Hops behind them sell what is left, so that the
/// profit comes in a token of choice; with none, the profit is in the token repaid. A lender that is a pool is locked
/// while it lends and cannot be a hop, and Balancer's vault neither.
/// @dev Only EXECUTOR_ROLE runs plans, only venues on the list are called, and a callback counts once, from the venue
/// that was called, with the data it was given. Tokens that take a fee on transfers make a plan revert. All profit goes
/// to the treasury. Amounts are followed hop by hop, so what strays into the contract is not taken for profit.
interface IFlashArbitrage {
    /// @notice What a listed address is, and so how it is called.
    enum Venue {
        None,
        V2Pair,
        V3Pool,
        CurveInt128,
        CurveUint256,
        BalancerVault,
        BalancerPool,
        AavePool,
        Denied
    }

    /// @notice A plan ran.
    /// @param executor Who sent it.
    /// @param lender Who lent; zero for own money.
    /// @param profitToken What the profit is in.
    /// @param amountLent Units of the token lent.
    /// @param profit Units of the profit token that the treasury received.
    event ArbitrageExecuted(
        address indexed executor,
        address indexed lender,
        address indexed profitToken,
        uint256 amountLent,
        uint256 profit
    );

    /// @notice An address is listed as this from now on; None and Denied are not called. Denied cannot be listed by
    /// anyone but the admin.
    event VenueSet(address indexed target, Venue venue);

    /// @notice The pools of a factory may be listed by anyone (V2Pair, V3Pool), or no more (None).
    event FactorySet(address indexed factory, Venue venue);

    /// @notice Profits go to another address from now on.
    event TreasuryChanged(address indexed previous, address indexed treasury);

    /// @notice What had strayed in here went to the treasury.
    event Swept(address indexed token, uint256 amount);

    /// @notice An address that must be something is zero.
    error ZeroAddress();

    /// @notice The transaction came too late.
    error Expired(uint256 deadline);

    /// @notice The block is not one that the plan allows.
    error WrongBlock(uint256 firstBlock, uint256 lastBlock);

    /// @notice A plan ends in the middle of a field, names a kind of venue that cannot stand there, or has no hops
    /// before the repayment.
    error InvalidPlan();

    /// @notice An address is not listed as what the plan takes it for.
    error NotListed(address target, Venue venue);

    /// @notice Less came out than the loan or the least profit asks for.
    error Unprofitable(uint256 got, uint256 wanted);

    /// @notice The hops before the repayment do not end in the token that was lent.
    error WrongRepaymentToken(address token);

    /// @notice A pool would have taken only a part of what was to be sold.
    error PartialFill(uint256 taken, uint256 offered);

    /// @notice Nobody expects this call: it is not from the venue called last, or not with its data, or the second.
    error UnexpectedCallback(address caller);

    /// @notice A venue returned without the callback that it owes.
    error CallbackMissing(address venue);

    /// @notice A factory is not trusted with its pools.
    error FactoryNotTrusted(address factory);

    /// @notice A factory does not know this pool as its own.
    error NotOfFactory(address factory, address pool);

    /// @notice An address is listed, or denied, already.
    error AlreadyListed(address target, Venue venue);

    /// @notice A factory can be trusted with V2 pairs or V3 pools, or not at all.
    error InvalidFactoryVenue(Venue venue);

    /// @notice Runs a plan. Only EXECUTOR_ROLE, and not while paused. For own money the caller has allowed this
    /// contract the amount; it comes back to the caller, and the profit goes to the treasury.
    /// @dev Reverts with Expired, WrongBlock, InvalidPlan, NotListed, WrongRepaymentToken, Unprofitable, PartialFill,
    /// CallbackMissing, or as a venue or token does; nothing has moved then.
    /// @return profit Units of the profit token that the treasury received.
    function execute(bytes calldata plan) external returns (uint256 profit);

    /// @notice Lists a pool of a trusted factory, after asking the factory. Anyone may.
    /// @dev Reverts with FactoryNotTrusted, NotOfFactory, AlreadyListed.
    function listPool(address factory, address pool) external;

    /// @notice Lists an address as a venue, takes it off the list (None), or keeps it off (Denied). Only the admin.
    function setVenue(address target, Venue venue) external;

    /// @notice Trusts a factory with V2 pairs or V3 pools, or no more (None); what is listed stays. Only the admin.
    function setFactory(address factory, Venue venue) external;

    /// @notice Names who receives the profits. Only the admin. Reverts with ZeroAddress.
    function setTreasury(address treasury) external;

    /// @notice Sends all of a token that is here to the treasury. Anyone may, but not in the middle of a plan.
    /// @return amount Units sent.
    function sweep(address token) external returns (uint256 amount);

    /// @return Who receives the profits; never zero.
    function treasury() external view returns (address);

    /// @return What an address is listed as.
    function venueOf(address target) external view returns (Venue);

    /// @return What the pools of a factory may be listed as.
    function venueOfFactory(address factory) external view returns (Venue);
}
