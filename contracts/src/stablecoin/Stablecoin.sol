// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {IStablecoin} from "./IStablecoin.sol";

/// @title qUSD, minted and burnt by the vaults alone: see IStablecoin
contract Stablecoin is IStablecoin, ERC20Permit, Pausable, AccessControlDefaultAdminRules {
    /// @notice May pause; held by the guardian.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    /// @inheritdoc IStablecoin
    address public immutable vaults;

    modifier onlyVaults() {
        _checkVaults();
        _;
    }

    /// @dev Created by the vaults in their constructor: the minter is fixed before anything can be minted.
    /// @param adminDelay Seconds that a change of the admin waits.
    constructor(uint48 adminDelay, address admin)
        ERC20("ActorTrade Dollar", "qUSD")
        ERC20Permit("ActorTrade Dollar")
        AccessControlDefaultAdminRules(adminDelay, admin)
    {
        vaults = msg.sender;
    }

    /// @inheritdoc IStablecoin
    function mint(address to, uint256 amount) external onlyVaults {
        _mint(to, amount);
    }

    /// @inheritdoc IStablecoin
    function burn(address from, uint256 amount) external onlyVaults {
        _burn(from, amount);
    }

    /// @inheritdoc IPausable
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @inheritdoc IPausable
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc IPausable
    function paused() public view override(Pausable, IPausable) returns (bool) {
        return super.paused();
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(ERC20Permit, IERC20Permit) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev A burn is a repayment or a way out, and needs no permission of the guardian.
    function _update(address from, address to, uint256 value) internal override {
        if (to != address(0)) _requireNotPaused();
        super._update(from, to, value);
    }

    function _checkVaults() private view {
        if (msg.sender != vaults) revert NotVaults(msg.sender);
    }
}
