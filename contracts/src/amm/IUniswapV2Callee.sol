// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a pair calls in the middle of a flash swap
/// @notice The name is Uniswap V2's, so that one callee serves pairs of both.
interface IUniswapV2Callee {
    /// @notice The output has been paid; the input must be in the pair when this returns.
    /// @param sender Who called `swap`.
    /// @param amount0 Units of token0 that were paid out.
    /// @param amount1 Units of token1 that were paid out.
    /// @param data What the caller of `swap` passed on; never empty.
    function uniswapV2Call(address sender, uint256 amount0, uint256 amount1, bytes calldata data) external;
}
