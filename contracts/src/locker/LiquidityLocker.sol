// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {ILiquidityLocker} from "./ILiquidityLocker.sol";

/// @title Locks of liquidity tokens
/// @notice See `ILiquidityLocker`.
contract LiquidityLocker is ILiquidityLocker, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc ILiquidityLocker
    uint64 public constant override FOR_EVER = type(uint64).max;

    /// @inheritdoc ILiquidityLocker
    uint256 public override lockCount;
    /// @inheritdoc ILiquidityLocker
    mapping(address token => uint256) public override totalLocked;
    /// @inheritdoc ILiquidityLocker
    mapping(address token => uint256) public override lockedForEver;

    mapping(uint256 id => Lock) private _locks;
    mapping(address token => uint256[]) private _locksOf;

    /// @inheritdoc ILiquidityLocker
    function lock(address token, uint256 amount, address beneficiary, uint64 unlockAt)
        external
        override
        nonReentrant
        returns (uint256 id)
    {
        uint64 time = uint64(block.timestamp);
        if (amount == 0) revert ZeroAmount();
        if (beneficiary == address(0)) revert ZeroBeneficiary();
        if (unlockAt <= time) revert UnlockTooEarly(unlockAt, time + 1);
        id = ++lockCount;
        _locks[id] = Lock(token, beneficiary, amount, time, unlockAt);
        _locksOf[token].push(id);
        totalLocked[token] += amount;
        if (unlockAt == FOR_EVER) lockedForEver[token] += amount;
        emit Locked(id, token, beneficiary, amount, unlockAt);

        ExactTransfer.pull(token, msg.sender, amount);
    }

    /// @inheritdoc ILiquidityLocker
    function extend(uint256 id, uint64 unlockAt) external override {
        Lock storage held = _ownLock(id);
        if (held.amount == 0) revert ZeroAmount();
        if (held.unlockAt == FOR_EVER) revert StillLocked(FOR_EVER);
        uint64 time = uint64(block.timestamp);
        uint64 earliest = (held.unlockAt < time ? time : held.unlockAt) + 1;
        if (unlockAt < earliest) revert UnlockTooEarly(unlockAt, earliest);
        held.unlockAt = unlockAt;
        if (unlockAt == FOR_EVER) lockedForEver[held.token] += held.amount;
        emit Extended(id, unlockAt);
    }

    /// @inheritdoc ILiquidityLocker
    function withdraw(uint256 id) external override nonReentrant returns (uint256 amount) {
        Lock storage held = _ownLock(id);
        amount = held.amount;
        if (amount == 0) revert ZeroAmount();
        if (held.unlockAt == FOR_EVER || block.timestamp < held.unlockAt) revert StillLocked(held.unlockAt);
        held.amount = 0;
        totalLocked[held.token] -= amount;
        emit Withdrawn(id, held.token, msg.sender, amount);
        IERC20(held.token).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc ILiquidityLocker
    function lockOf(uint256 id) external view override returns (Lock memory) {
        return _locks[id];
    }

    /// @inheritdoc ILiquidityLocker
    function lockCountOf(address token) external view override returns (uint256) {
        return _locksOf[token].length;
    }

    /// @inheritdoc ILiquidityLocker
    function lockedAtLeastUntil(address token, uint64 time, uint256 from, uint256 count)
        external
        view
        override
        returns (uint256 amount)
    {
        uint256[] storage locks = _locksOf[token];
        uint256 length = locks.length;
        if (from >= length) return 0;
        uint256 end = count > length - from ? length : from + count;
        for (uint256 i = from; i < end; i++) {
            Lock storage held = _locks[locks[i]];
            if (held.unlockAt >= time) amount += held.amount;
        }
    }

    function _ownLock(uint256 id) private view returns (Lock storage held) {
        held = _locks[id];
        if (held.beneficiary != msg.sender) revert NotBeneficiary(id, msg.sender);
    }
}
