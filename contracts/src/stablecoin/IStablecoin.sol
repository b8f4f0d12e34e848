// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IPausable} from "../guardian/IPausable.sol";

/// @title qUSD, a dollar backed by vaults
/// @notice ERC-20 with 18 decimals and permit. Only the vaults that created it mint and burn; no role can.
/// @dev While paused nothing is transferred or minted. Burning stays open, so that debts can always be repaid.
interface IStablecoin is IERC20, IERC20Permit, IPausable {
    /// @notice The caller is not the vaults.
    error NotVaults(address caller);

    /// @notice The contract that alone mints and burns.
    function vaults() external view returns (address);

    /// @notice Mints to an account. Only the vaults; not while paused.
    /// @param amount qUSD, 18 decimals.
    function mint(address to, uint256 amount) external;

    /// @notice Burns from an account without allowance. Only the vaults, which burn from their caller alone.
    /// @param amount qUSD, 18 decimals.
    function burn(address from, uint256 amount) external;
}
