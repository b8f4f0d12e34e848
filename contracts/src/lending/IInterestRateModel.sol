// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a market's borrowers pay
interface IInterestRateModel {
    /// @notice The parameters are out of bounds.
    error InvalidModel();

    /// @notice The rate at a utilisation of debt / (liquidity + debt).
    /// @dev Never reverts and depends on nothing else, since repayments wait for its answer.
    /// @param liquidity Units of the asset that can be borrowed.
    /// @param debt Units of the asset that are borrowed.
    /// @return A ray (27 decimals) per second, rounded down.
    function ratePerSecond(uint256 liquidity, uint256 debt) external view returns (uint256);
}
