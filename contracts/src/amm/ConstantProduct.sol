// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The arithmetic of a constant-product pair with a fee of 0.30 % of the input
/// @dev Pure, and all that decides about money in a swap, so that a model checker can look at it alone. Rounding is
/// always for the pool: outputs down, inputs up.
library ConstantProduct {
    /// @dev 0.30 % of what goes in is the fee.
    uint256 internal constant FEE_PER_MILLE = 3;
    uint256 internal constant MILLE = 1000;

    /// @notice An amount must not be zero.
    error ZeroAmount();

    /// @notice A pool without liquidity, or with less than what is asked of it.
    error InsufficientReserves(uint256 reserveIn, uint256 reserveOut);

    /// @notice Whether balances pay for a swap: (1000·b0 − 3·in0) · (1000·b1 − 3·in1) ≥ r0 · r1 · 1000².
    /// @dev With balances and reserves below 2^112, and inputs not above the balances, nothing overflows: each factor
    /// is below 2^122.
    function keepsInvariant(
        uint256 balance0,
        uint256 balance1,
        uint256 amount0In,
        uint256 amount1In,
        uint256 reserve0,
        uint256 reserve1
    ) internal pure returns (bool) {
        uint256 adjusted0 = balance0 * MILLE - amount0In * FEE_PER_MILLE;
        uint256 adjusted1 = balance1 * MILLE - amount1In * FEE_PER_MILLE;
        return adjusted0 * adjusted1 >= reserve0 * reserve1 * (MILLE * MILLE);
    }

    /// @notice What has come in: the balance above what the payment left of the reserve; zero if there is none.
    /// @param output At most the reserve.
    function amountPaid(uint256 balance, uint256 reserve, uint256 output) internal pure returns (uint256) {
        uint256 left = reserve - output;
        return balance > left ? balance - left : 0;
    }

    /// @notice The most that an input buys, rounded down.
    function amountOut(uint256 input, uint256 reserveIn, uint256 reserveOut) internal pure returns (uint256) {
        if (input == 0) revert ZeroAmount();
        if (reserveIn == 0 || reserveOut == 0) revert InsufficientReserves(reserveIn, reserveOut);
        uint256 inputAfterFee = input * (MILLE - FEE_PER_MILLE);
        return (inputAfterFee * reserveOut) / (reserveIn * MILLE + inputAfterFee);
    }

    /// @notice What an output costs, rounded up, and at most one unit above the least input that pays for it.
    function amountIn(uint256 output, uint256 reserveIn, uint256 reserveOut) internal pure returns (uint256) {
        if (output == 0) revert ZeroAmount();
        if (reserveIn == 0 || reserveOut <= output) revert InsufficientReserves(reserveIn, reserveOut);
        return (reserveIn * output * MILLE) / ((reserveOut - output) * (MILLE - FEE_PER_MILLE)) + 1;
    }

    /// @notice The amount of the other token at the reserves' ratio, without a fee, rounded down.
    function quote(uint256 amountA, uint256 reserveA, uint256 reserveB) internal pure returns (uint256) {
        if (amountA == 0) revert ZeroAmount();
        if (reserveA == 0 || reserveB == 0) revert InsufficientReserves(reserveA, reserveB);
        return (amountA * reserveB) / reserveA;
    }

    /// @notice Liquidity worth a sixth of the growth from √kLast to √k: supply · (√k − √kLast) / (5·√k + √kLast),
    /// rounded down; zero if there is no growth.
    /// @param rootK √(reserve0 · reserve1) now.
    /// @param rootKLast The same when the share was last taken.
    function protocolShare(uint256 supply, uint256 rootK, uint256 rootKLast) internal pure returns (uint256) {
        return rootK > rootKLast ? (supply * (rootK - rootKLast)) / (rootK * 5 + rootKLast) : 0;
    }
}
