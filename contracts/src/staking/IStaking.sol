// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Staking of FLS
/// @notice Stakes of one token share a stream of the same token, by weight: amount times the multiplier of the lock
/// tier. Rewards are released second by second, exactly: no unit is lost by rounding, and while nothing is staked the
/// stream stands still. Stakes and rewards are counted apart, and neither by the contract's balance.
///
/// All amounts are in units of the token. At all times: balance ≥ stakes + rewards not yet paid.
interface IStaking {
    /// @param duration Seconds a stake is locked from the day it is made.
    /// @param multiplierBps Weight of one unit, in 1/10,000: 10,000 to 50,000.
    /// @param isOpen Whether new stakes may choose it.
    struct Tier {
        uint32 duration;
        uint32 multiplierBps;
        bool isOpen;
    }

    /// @param owner Who may withdraw and is paid.
    /// @param unlockAt Seconds since 1970.
    /// @param amount Units staked.
    /// @param weight Units times multiplier; the amount itself once the lock's boost has ended.
    /// @param paidIndex `perWeight` of the index when `accrued` was last brought up to date.
    /// @param accrued Earned and not yet paid, in 1/2^96 units.
    struct Position {
        address owner;
        uint64 unlockAt;
        uint128 amount;
        uint128 weight;
        uint256 paidIndex;
        uint256 accrued;
    }

    event TierAdded(uint256 indexed tier, uint32 duration, uint32 multiplierBps);
    event TierOpened(uint256 indexed tier, bool isOpen);
    event StreamDurationChanged(uint64 duration);
    event StreamStarted(uint256 amount, uint64 start, uint64 end);
    event Staked(
        uint256 indexed position, address indexed owner, uint256 amount, uint256 weight, uint256 tier, uint64 unlockAt
    );
    event BoostEnded(uint256 indexed position, uint256 weight);
    event Claimed(uint256 indexed position, address indexed owner, uint256 amount);
    event Withdrawn(uint256 indexed position, address indexed owner, uint256 amount);
    event EmergencyWithdrawn(uint256 indexed position, address indexed owner, uint256 amount, uint256 forfeited);

    error ZeroAmount();
    error AmountTooLarge(uint256 amount);
    error AmountExceedsStake(uint256 amount, uint256 staked);
    error NotOwner(uint256 position, address caller);
    error Locked(uint64 unlockAt);
    error TierUnknown(uint256 tier);
    error TierClosed(uint256 tier);
    error TierInvalid(uint32 duration, uint32 multiplierBps);
    error TooManyTiers();
    error StreamDurationInvalid(uint64 duration);
    /// @dev Before then only the rewarder may make the stream slower.
    error StreamRunning(uint64 end);
    error NothingToStream();

    /// @notice Stakes `amount`, pulled from the caller, for the lock of a tier. Not while paused.
    /// @return position The new stake's number.
    function stake(uint256 amount, uint256 tier) external returns (uint256 position);

    /// @notice As `stake`, with an EIP-2612 permit. A permit that was used before does no harm if the allowance stands.
    function stakeWithPermit(uint256 amount, uint256 tier, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 position);

    /// @notice Pays all whole units a stake has earned to its owner. Only its owner; not while paused.
    function claim(uint256 position) external returns (uint256 amount);

    /// @notice Gives back part or all of an unlocked stake; what it has earned stays to be claimed. Also while paused.
    function withdraw(uint256 position, uint256 amount) external;

    /// @notice Gives the whole stake back without its rewards, which go to the others. For an unlocked stake at any
    /// time; while paused for every stake.
    function emergencyWithdraw(uint256 position) external returns (uint256 amount);

    /// @notice Takes the tier's multiplier off a stake whose lock is over. Anybody may.
    function endBoost(uint256 position) external;

    /// @notice Adds to the stream, pulled from the caller; what is left of it and the amount are released over a new
    /// duration. Only the rewarder; not while paused.
    function fund(uint256 amount) external;

    /// @notice Streams what was sent to the contract outside of `stake` and `fund`, as the token's tax is. Anybody may
    /// once the stream has ended, and before where it does not become slower: so nobody can stretch a running one, nor
    /// hold up what comes later by a stream of next to nothing. The rewarder may at any time.
    function streamReceived() external returns (uint256 amount);

    /// @notice Adds a lock tier. Only the admin. A tier never changes; it can be closed to new stakes.
    function addTier(uint32 duration, uint32 multiplierBps) external returns (uint256 tier);

    /// @notice Opens or closes a tier to new stakes. Only the admin.
    function setTierOpen(uint256 tier, bool isOpen) external;

    /// @notice Sets over how many seconds later streams run, one day to 365 days. Only the admin.
    function setStreamDuration(uint64 duration) external;

    /// @notice Whole units that `claim` would pay now.
    function claimable(uint256 position) external view returns (uint256);

    function positionOf(uint256 position) external view returns (Position memory);

    function tierOf(uint256 tier) external view returns (Tier memory);

    /// @notice Numbers run from 0 to one less than this.
    function tierCount() external view returns (uint256);

    /// @notice Numbers run from 1 to this.
    function positionCount() external view returns (uint256);

    function totalStaked() external view returns (uint256);

    function totalWeight() external view returns (uint256);

    /// @notice Rewards received and not yet paid: released or not, claimed by nobody.
    function rewardsHeld() external view returns (uint256);

    /// @notice Of `rewardsHeld`, what is not yet released.
    function unreleased() external view returns (uint256);
}
