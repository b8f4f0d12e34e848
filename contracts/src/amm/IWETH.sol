// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The chain's own coin as a token
interface IWETH {
    /// @notice Turns the coins sent along into as many units of the token.
    function deposit() external payable;

    /// @notice Turns units of the token of the caller back into coins.
    function withdraw(uint256 amount) external;
}
