// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {ITreasury} from "./ITreasury.sol";

/// @title What holds the protocol's money
/// @notice See `ITreasury`.
///     SPENDER_ROLE   the timelock: pays anything
///     OPERATOR_ROLE  the Safe: pays running costs within the allowances
///     PAUSER_ROLE    the emergency guardian: stops all payments
///     admin          the timelock: allowances, roles, the end of a pause
contract Treasury is ITreasury, IPausable, AccessControlDefaultAdminRules, Pausable {
    using SafeERC20 for IERC20;

    bytes32 public constant SPENDER_ROLE = keccak256("SPENDER_ROLE");
    bytes32 public constant OPERATOR_ROLE = keccak256("OPERATOR_ROLE");
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    /// @notice Seconds of a period of the operating allowances.
    uint48 public constant OPERATING_PERIOD = 30 days;

    mapping(address asset => Allowance) private _allowances;

    constructor(uint48 adminDelay, address admin) AccessControlDefaultAdminRules(adminDelay, admin) {}

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @inheritdoc ITreasury
    function spend(address asset, address to, uint256 amount) external override onlyRole(SPENDER_ROLE) whenNotPaused {
        emit Spent(asset, to, amount);
        _pay(asset, to, amount);
    }

    /// @inheritdoc ITreasury
    function payOperating(address asset, address to, uint256 amount)
        external
        override
        onlyRole(OPERATOR_ROLE)
        whenNotPaused
    {
        uint256 left = operatingAllowanceLeft(asset);
        if (amount > left) revert AllowanceExceeded(asset, amount, left);
        Allowance storage allowed = _allowances[asset];
        if (_hasEnded(allowed)) {
            allowed.periodStart = uint48(block.timestamp);
            allowed.spent = 0;
        }
        // Before the payment: a receiver that calls back finds it spent.
        allowed.spent += SafeCast.toUint128(amount);
        emit OperatingPaid(asset, to, amount, left - amount);
        _pay(asset, to, amount);
    }

    /// @inheritdoc ITreasury
    function setOperatingAllowance(address asset, uint128 perPeriod) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        _allowances[asset].perPeriod = perPeriod;
        emit OperatingAllowanceSet(asset, perPeriod);
    }

    function pause() external override onlyRole(PAUSER_ROLE) {
        _pause();
    }

    function unpause() external override onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc ITreasury
    function operatingAllowance(address asset) external view override returns (Allowance memory) {
        return _allowances[asset];
    }

    /// @inheritdoc ITreasury
    function operatingAllowanceLeft(address asset) public view override returns (uint256) {
        Allowance storage allowed = _allowances[asset];
        uint256 spent = _hasEnded(allowed) ? 0 : allowed.spent;
        return spent >= allowed.perPeriod ? 0 : allowed.perPeriod - spent;
    }

    function paused() public view override(IPausable, Pausable) returns (bool) {
        return super.paused();
    }

    function _hasEnded(Allowance storage allowed) private view returns (bool) {
        // forge-lint: disable-next-line(block-timestamp)
        return block.timestamp >= uint256(allowed.periodStart) + OPERATING_PERIOD;
    }

    function _pay(address asset, address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert InvalidReceiver(to);
        if (asset == address(0)) Address.sendValue(payable(to), amount);
        else IERC20(asset).safeTransfer(to, amount);
    }
}
