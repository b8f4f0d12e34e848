// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {IStaking} from "./IStaking.sol";
import {RewardIndex} from "./RewardIndex.sol";

/// @title Staking of FLS
/// @notice See `IStaking`.
contract Staking is IStaking, IPausable, AccessControlDefaultAdminRules, Pausable, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using RewardIndex for RewardIndex.Index;

    /// @notice May pause.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    /// @notice May fund the stream, and renew a running one.
    bytes32 public constant REWARDER_ROLE = keccak256("REWARDER_ROLE");

    uint32 private constant MULTIPLIER_BPS_ONE = 10_000;
    uint32 private constant MULTIPLIER_BPS_MAX = 50_000;
    uint32 private constant LOCK_MAX = 4 * 365 days;
    uint256 private constant TIERS_MAX = 32;
    /// @dev Five times it, the greatest weight, is below 2^128.
    uint256 private constant STAKES_MAX = type(uint120).max;
    uint64 private constant STREAM_DURATION_MIN = 1 days;
    uint64 private constant STREAM_DURATION_MAX = 365 days;

    /// @dev `total` is released evenly from `start` to `end`; both move on while nothing is staked.
    struct Stream {
        uint128 total;
        uint128 released;
        uint64 start;
        uint64 end;
        uint64 updatedAt;
    }

    /// @notice What is staked, and what it earns.
    IERC20 public immutable TOKEN;

    /// @inheritdoc IStaking
    uint256 public override totalStaked;
    /// @inheritdoc IStaking
    uint256 public override totalWeight;
    /// @inheritdoc IStaking
    uint256 public override rewardsHeld;
    /// @inheritdoc IStaking
    uint256 public override positionCount;
    /// @notice Seconds over which later streams run.
    uint64 public streamDuration = 7 days;

    Stream private _stream;
    RewardIndex.Index private _index;
    Tier[] private _tiers;
    mapping(uint256 position => Position) private _positions;

    /// @param token FLS, or any token that moves exactly the amounts it is told.
    /// @param adminDelay Seconds that a change of the admin takes.
    constructor(IERC20 token, uint48 adminDelay, address admin) AccessControlDefaultAdminRules(adminDelay, admin) {
        TOKEN = token;
        _addTier(0, MULTIPLIER_BPS_ONE);
    }

    /// @inheritdoc IStaking
    function stake(uint256 amount, uint256 tier) external override nonReentrant whenNotPaused returns (uint256) {
        return _stake(amount, tier);
    }

    /// @inheritdoc IStaking
    function stakeWithPermit(uint256 amount, uint256 tier, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        override
        nonReentrant
        whenNotPaused
        returns (uint256)
    {
        // Somebody may have sent the permit ahead of us: then the allowance stands already.
        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return _stake(amount, tier);
    }

    /// @inheritdoc IStaking
    function claim(uint256 position) external override nonReentrant whenNotPaused returns (uint256 amount) {
        Position storage held = _ownPosition(position);
        _settle(held);
        amount = held.accrued / RewardIndex.PARTS;
        held.accrued %= RewardIndex.PARTS;
        rewardsHeld -= amount;
        emit Claimed(position, msg.sender, amount);
        if (amount != 0) TOKEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStaking
    function withdraw(uint256 position, uint256 amount) external override nonReentrant {
        Position storage held = _ownPosition(position);
        if (amount == 0) revert ZeroAmount();
        if (amount > held.amount) revert AmountExceedsStake(amount, held.amount);
        if (block.timestamp < held.unlockAt) revert Locked(held.unlockAt);
        _settle(held);
        // The lock is over, and with it the boost.
        held.amount -= amount.toUint128();
        _setWeight(position, held, held.amount);
        totalStaked -= amount;
        emit Withdrawn(position, msg.sender, amount);
        TOKEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStaking
    function emergencyWithdraw(uint256 position) external override nonReentrant returns (uint256 amount) {
        Position storage held = _ownPosition(position);
        amount = held.amount;
        if (amount == 0) revert ZeroAmount();
        if (block.timestamp < held.unlockAt && !paused()) revert Locked(held.unlockAt);
        // The stream is left as it stands: this way out must not depend on it.
        uint256 forfeited = held.accrued + _index.earned(held.weight, held.paidIndex);
        _index.left += forfeited;
        totalWeight -= held.weight;
        totalStaked -= amount;
        held.amount = 0;
        held.weight = 0;
        held.accrued = 0;
        emit EmergencyWithdrawn(position, msg.sender, amount, forfeited / RewardIndex.PARTS);
        TOKEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStaking
    function endBoost(uint256 position) external override {
        Position storage held = _positions[position];
        if (block.timestamp < held.unlockAt) revert Locked(held.unlockAt);
        _settle(held);
        _setWeight(position, held, held.amount);
    }

    /// @inheritdoc IStaking
    function fund(uint256 amount) external override nonReentrant whenNotPaused onlyRole(REWARDER_ROLE) {
        if (amount == 0) revert ZeroAmount();
        ExactTransfer.pull(address(TOKEN), msg.sender, amount);
        _startStream(amount);
    }

    /// @inheritdoc IStaking
    function streamReceived() external override nonReentrant whenNotPaused returns (uint256 amount) {
        _release();
        amount = TOKEN.balanceOf(address(this)) - totalStaked - rewardsHeld;
        if (amount == 0) revert NothingToStream();
        if (_wouldSlow(amount) && !hasRole(REWARDER_ROLE, msg.sender)) revert StreamRunning(_stream.end);
        _startStream(amount);
    }

    /// @inheritdoc IStaking
    function addTier(uint32 duration, uint32 multiplierBps)
        external
        override
        onlyRole(DEFAULT_ADMIN_ROLE)
        returns (uint256)
    {
        return _addTier(duration, multiplierBps);
    }

    /// @inheritdoc IStaking
    function setTierOpen(uint256 tier, bool isOpen) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (tier >= _tiers.length) revert TierUnknown(tier);
        _tiers[tier].isOpen = isOpen;
        emit TierOpened(tier, isOpen);
    }

    /// @inheritdoc IStaking
    function setStreamDuration(uint64 duration) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (duration < STREAM_DURATION_MIN || duration > STREAM_DURATION_MAX) revert StreamDurationInvalid(duration);
        streamDuration = duration;
        emit StreamDurationChanged(duration);
    }

    /// @inheritdoc IPausable
    function pause() external override onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @inheritdoc IPausable
    function unpause() external override onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc IStaking
    function claimable(uint256 position) external view override returns (uint256) {
        (, uint256 released) = _advanced();
        Position memory held = _positions[position];
        RewardIndex.Index memory index = _index.share(released, totalWeight);
        return (held.accrued + index.earned(held.weight, held.paidIndex)) / RewardIndex.PARTS;
    }

    /// @inheritdoc IStaking
    function positionOf(uint256 position) external view override returns (Position memory) {
        return _positions[position];
    }

    /// @inheritdoc IStaking
    function tierOf(uint256 tier) external view override returns (Tier memory) {
        if (tier >= _tiers.length) revert TierUnknown(tier);
        return _tiers[tier];
    }

    /// @inheritdoc IStaking
    function tierCount() external view override returns (uint256) {
        return _tiers.length;
    }

    /// @inheritdoc IStaking
    function unreleased() external view override returns (uint256) {
        (Stream memory stream,) = _advanced();
        return stream.total - stream.released;
    }

    /// @notice The stream as it stands now: what it releases in all, when it began and when it ends.
    function streamOf() external view returns (uint256 total, uint64 start, uint64 end) {
        (Stream memory stream,) = _advanced();
        return (stream.total, stream.start, stream.end);
    }

    /// @inheritdoc IPausable
    function paused() public view override(IPausable, Pausable) returns (bool) {
        return super.paused();
    }

    function _stake(uint256 amount, uint256 tier) private returns (uint256 position) {
        if (amount == 0) revert ZeroAmount();
        if (amount > STAKES_MAX || totalStaked + amount > STAKES_MAX) revert AmountTooLarge(amount);
        if (tier >= _tiers.length) revert TierUnknown(tier);
        Tier memory chosen = _tiers[tier];
        if (!chosen.isOpen) revert TierClosed(tier);

        _release();
        ExactTransfer.pull(address(TOKEN), msg.sender, amount);
        uint256 weight = amount * chosen.multiplierBps / MULTIPLIER_BPS_ONE;
        uint64 unlockAt = uint64(block.timestamp) + chosen.duration;
        position = ++positionCount;
        _positions[position] =
            Position(msg.sender, unlockAt, amount.toUint128(), weight.toUint128(), _index.perWeight, 0);
        totalStaked += amount;
        totalWeight += weight;
        emit Staked(position, msg.sender, amount, weight, tier, unlockAt);
    }

    function _addTier(uint32 duration, uint32 multiplierBps) private returns (uint256 tier) {
        if (duration > LOCK_MAX || multiplierBps < MULTIPLIER_BPS_ONE || multiplierBps > MULTIPLIER_BPS_MAX) {
            revert TierInvalid(duration, multiplierBps);
        }
        tier = _tiers.length;
        if (tier == TIERS_MAX) revert TooManyTiers();
        _tiers.push(Tier(duration, multiplierBps, true));
        emit TierAdded(tier, duration, multiplierBps);
    }

    function _ownPosition(uint256 position) private view returns (Position storage held) {
        held = _positions[position];
        if (held.owner != msg.sender) revert NotOwner(position, msg.sender);
    }

    /// @dev Brings the index and the position's rewards up to now.
    function _settle(Position storage held) private {
        _release();
        held.accrued += _index.earned(held.weight, held.paidIndex);
        held.paidIndex = _index.perWeight;
    }

    /// @dev Of a settled position whose boost has ended. What is left of a unit in an empty one goes to the others.
    function _setWeight(uint256 position, Position storage held, uint128 weight) private {
        if (weight == held.weight) return;
        totalWeight = totalWeight - held.weight + weight;
        held.weight = weight;
        emit BoostEnded(position, weight);
    }

    function _release() private {
        (Stream memory stream, uint256 released) = _advanced();
        _index = _index.share(released, totalWeight);
        _stream = stream;
    }

    /// @dev The stream brought up to now, and what it releases by that.
    function _advanced() private view returns (Stream memory stream, uint256 released) {
        stream = _stream;
        uint64 time = uint64(block.timestamp);
        if (totalWeight == 0 && stream.updatedAt < stream.end) {
            // Nobody is there to earn: the stream stands still.
            uint64 idle = time - stream.updatedAt;
            stream.start += idle;
            stream.end += idle;
        }
        stream.updatedAt = time;
        uint256 due = time >= stream.end
            ? stream.total
            : uint256(stream.total) * (time - stream.start) / (stream.end - stream.start);
        released = due - stream.released;
        stream.released = due.toUint128();
    }

    /// @dev Whether what is left of a running stream and an amount are less a second, over a new duration, than the
    /// stream is now.
    function _wouldSlow(uint256 amount) private view returns (bool) {
        Stream memory stream = _stream;
        if (block.timestamp >= stream.end) return false;
        uint256 left = stream.total - stream.released;
        return (left + amount) * (stream.end - stream.start) < uint256(stream.total) * streamDuration;
    }

    /// @dev What is left of the running stream goes on with the new amount.
    function _startStream(uint256 amount) private {
        _release();
        uint256 total = _stream.total - _stream.released + amount;
        if (total > type(uint128).max) revert AmountTooLarge(amount);
        rewardsHeld += amount;
        uint64 time = uint64(block.timestamp);
        _stream = Stream(total.toUint128(), 0, time, time + streamDuration, time);
        emit StreamStarted(total, time, time + streamDuration);
    }
}
