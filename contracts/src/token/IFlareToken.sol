// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What Flare (FLS) adds to ERC-20, ERC-2612 and ERC-5805
/// @notice Amounts are in units of 1e-18 FLS, times in seconds since 1970, rates in basis points (1e-4).
interface IFlareToken {
    /// @notice What a trade with a registered pair pays, and who gets it.
    /// @param buyBps Part of what leaves a pair.
    /// @param sellBps Part of what enters a pair; also of what goes from one pair to another.
    /// @param stakersBps The stakers' part of the collected tax.
    /// @param liquidityBps The part of the collected tax that buys liquidity. The treasury has the rest.
    struct TaxRates {
        uint16 buyBps;
        uint16 sellBps;
        uint16 stakersBps;
        uint16 liquidityBps;
    }

    /// @param treasury Has what the two others leave, with all remainders of the division.
    struct TaxReceivers {
        address treasury;
        address stakers;
        address liquidity;
    }

    /// @notice A snapshot of all balances was taken.
    event SnapshotTaken(uint48 indexed timepoint, uint256 totalSupply);
    event FreezeScheduled(address indexed account, uint48 executableAt, uint48 expiresAt);
    event FreezeCancelled(address indexed account, address indexed by);
    event Frozen(address indexed account);
    event Unfrozen(address indexed account, address indexed by);
    event MarketPairSet(address indexed pair, bool registered);
    event TaxExemptSet(address indexed account, bool exempt);
    event TaxRatesSet(uint16 buyBps, uint16 sellBps, uint16 stakersBps, uint16 liquidityBps);
    event TaxReceiversSet(address treasury, address stakers, address liquidity);
    /// @notice A trade paid tax. The token holds it until it is distributed.
    event TaxCollected(address indexed from, address indexed to, uint256 tax);
    event TaxDistributed(uint256 toTreasury, uint256 toStakers, uint256 toLiquidity);

    /// @notice The account is frozen: it neither sends nor receives.
    error AccountFrozen(address account);
    /// @notice Pairs, exempt contracts of the protocol, the admin and the token itself cannot be frozen.
    error FreezeRefused(address account);
    error FreezeAlreadyScheduled(address account);
    error FreezeNotScheduled(address account);
    /// @notice Too early or too late.
    error FreezeOutsideWindow(uint48 executableAt, uint48 expiresAt);
    error NotFrozen(address account);
    error SupplyCapExceeded(uint256 supply, uint256 cap);
    /// @notice The snapshot before this is younger than the least interval.
    error SnapshotTooSoon(uint48 allowedAt);
    error SnapshotMissing(uint256 timepoint);
    error TaxTooHigh(uint16 bps, uint16 maxBps);
    error TaxSplitTooHigh(uint256 sumBps);
    error InvalidAccount(address account);
    error MissingRole(address account);

    /// @notice Takes a snapshot of every balance, held by anybody, delegated or not, as it is at this very call.
    /// @dev For SNAPSHOT_ROLE. The first change of an account after it costs that account's history one slot. Reverts
    /// with SnapshotTooSoon within SNAPSHOT_INTERVAL of the last.
    /// @return timepoint By which balanceOfAt and totalSupplyAt know it.
    function snapshot() external returns (uint48 timepoint);

    /// @return The newest snapshot's timepoint; 0 where there is none.
    function latestSnapshot() external view returns (uint48);

    /// @return The timepoint of the snapshot before this one; 0 where it is the first. Reverts with SnapshotMissing.
    function previousSnapshot(uint256 timepoint) external view returns (uint48);

    /// @param timepoint A snapshot's; any other reverts with SnapshotMissing.
    function balanceOfAt(address account, uint256 timepoint) external view returns (uint256);

    /// @param timepoint A snapshot's; any other reverts with SnapshotMissing.
    function totalSupplyAt(uint256 timepoint) external view returns (uint256);

    /// @return The highest total supply there can be on one chain.
    function cap() external view returns (uint256);

    /// @notice Announces that an account will be frozen after FREEZE_DELAY. For BLACKLISTER_ROLE.
    function scheduleFreeze(address account) external;

    /// @notice Freezes an account within FREEZE_WINDOW of its delay. For BLACKLISTER_ROLE.
    function executeFreeze(address account) external;

    /// @notice Takes a scheduled freeze back. For BLACKLISTER_ROLE and the admin.
    function cancelFreeze(address account) external;

    /// @notice Lets an account send and receive again, at once. For BLACKLISTER_ROLE and the admin.
    function unfreeze(address account) external;

    function isFrozen(address account) external view returns (bool);

    /// @return executableAt 0 where none is scheduled.
    /// @return expiresAt The last second in which it can be executed.
    function scheduledFreeze(address account) external view returns (uint48 executableAt, uint48 expiresAt);

    /// @notice Transfers to and from a registered pair pay tax. For TAX_SETTER_ROLE.
    function setMarketPair(address pair, bool registered) external;

    /// @notice Transfers of which one side is exempt pay none. For TAX_SETTER_ROLE.
    function setTaxExempt(address account, bool exempt) external;

    /// @notice Reverts with TaxTooHigh above MAX_TAX_BPS. For TAX_SETTER_ROLE.
    function setTaxRates(TaxRates calldata rates) external;

    /// @notice For TAX_SETTER_ROLE. None may be zero or the token itself.
    function setTaxReceivers(TaxReceivers calldata receivers) external;

    /// @notice Sends the collected tax (all that the token itself holds) to the three receivers. For anybody.
    /// @dev Stakers' and liquidity's parts round down, so the treasury has the remainders: nothing stays.
    function distributeTax() external returns (uint256 toTreasury, uint256 toStakers, uint256 toLiquidity);

    function isMarketPair(address account) external view returns (bool);
    function isTaxExempt(address account) external view returns (bool);
    function taxRates() external view returns (TaxRates memory);
    function taxReceivers() external view returns (TaxReceivers memory);

    /// @return What a transfer of this amount would pay, rounded down: at most MAX_TAX_BPS of any amount.
    function taxOf(address from, address to, uint256 value) external view returns (uint256);
}
