// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Prices that consumers may act on
/// @notice Answers only what it trusts: a price that is stale, out of bounds, disagreeing with its second source, or
/// read while the L2 sequencer is down reverts.
interface IPriceOracle {
    /// @param token The ERC-20 token.
    /// @return priceE18 US dollars for one whole token (10^decimals units), 18 decimals; never zero.
    /// @return updatedAt When its oldest source was updated, in seconds since 1970.
    function price(address token) external view returns (uint256 priceE18, uint256 updatedAt);
}
