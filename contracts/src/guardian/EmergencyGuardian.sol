// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {IEmergencyGuardian} from "./IEmergencyGuardian.sol";
import {IPausable} from "./IPausable.sol";

/// @title The emergency stop of the whole suite
/// @notice See `IEmergencyGuardian`.
///     GUARDIAN_ROLE  the Safe, and the key with which the cluster mirrors its emergencies: declares one
///     admin          the timelock: the list of contracts, the end of an emergency
/// @dev A stolen guardian key can stop everything until the timelock revokes it and unpauses: that is the price of a
/// stop that works in one block.
contract EmergencyGuardian is IEmergencyGuardian, AccessControlDefaultAdminRules {
    using EnumerableSet for EnumerableSet.AddressSet;

    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    /// @notice The most contracts there can be: all of them paused stay below eight million gas.
    uint256 public constant TARGETS_MAX = 32;

    /// @notice Gas that one target may use to pause.
    uint256 public constant PAUSE_GAS = 200_000;

    /// @dev For the question whether a target is paused, asked before and after.
    uint256 private constant QUERY_GAS = 30_000;

    /// @dev What must be left before a target, so that the sixty-fourth that a call keeps back takes nothing from it.
    uint256 private constant GAS_PER_TARGET = (PAUSE_GAS + 2 * QUERY_GAS) * 64 / 63 + 20_000;

    EnumerableSet.AddressSet private _targets;
    Emergency private _emergency;

    constructor(uint48 adminDelay, address admin) AccessControlDefaultAdminRules(adminDelay, admin) {}

    /// @inheritdoc IEmergencyGuardian
    function declareEmergency(bytes32 reason, uint64 clusterVersion)
        external
        override
        onlyRole(GUARDIAN_ROLE)
        returns (uint256 pausedCount, uint256 failedCount)
    {
        _emergency = Emergency(uint48(block.timestamp), true, clusterVersion, _msgSender(), reason);
        uint256 count = _targets.length();
        for (uint256 i = 0; i < count; ++i) {
            if (_pause(_targets.at(i))) ++pausedCount;
            else ++failedCount;
        }
        emit EmergencyDeclared(_msgSender(), reason, clusterVersion, pausedCount, failedCount);
    }

    /// @inheritdoc IEmergencyGuardian
    function endEmergency(uint64 clusterVersion) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (!_emergency.active) revert NoEmergency();
        _emergency.active = false;
        emit EmergencyEnded(clusterVersion);
    }

    /// @inheritdoc IEmergencyGuardian
    function addTarget(address target) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (target.code.length == 0) revert TargetHasNoCode(target);
        if (_targets.length() == TARGETS_MAX) revert TooManyTargets(TARGETS_MAX);
        if (!_targets.add(target)) revert TargetKnown(target);
        emit TargetAdded(target);
    }

    /// @inheritdoc IEmergencyGuardian
    function removeTarget(address target) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (!_targets.remove(target)) revert TargetUnknown(target);
        emit TargetRemoved(target);
    }

    /// @inheritdoc IEmergencyGuardian
    function emergency() external view override returns (Emergency memory) {
        return _emergency;
    }

    /// @inheritdoc IEmergencyGuardian
    function targets() external view override returns (address[] memory) {
        return _targets.values();
    }

    /// @inheritdoc IEmergencyGuardian
    function isTarget(address target) external view override returns (bool) {
        return _targets.contains(target);
    }

    /// @return True where the target says that it is paused after all.
    function _pause(address target) private returns (bool) {
        if (gasleft() < GAS_PER_TARGET) revert TooLittleGas(GAS_PER_TARGET);
        if (_isPaused(target)) return true;
        _call(target, abi.encodeCall(IPausable.pause, ()), PAUSE_GAS);
        if (_isPaused(target)) return true;
        emit PauseFailed(target);
        return false;
    }

    function _isPaused(address target) private returns (bool) {
        return _call(target, abi.encodeCall(IPausable.paused, ()), QUERY_GAS) == 1;
    }

    /// @dev By hand, so that no answer, however long, is copied: a target must not be able to stop the others.
    /// @return answer The first word of what a call that went well returned; else 0.
    function _call(address target, bytes memory data, uint256 gasLimit) private returns (uint256 answer) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(0x00, 0)
            if call(gasLimit, target, 0, add(data, 0x20), mload(data), 0x00, 0x20) {
                if gt(returndatasize(), 0x1f) { answer := mload(0x00) }
            }
        }
    }
}
