// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Fixed-point numbers with 27 decimals, for interest indices
/// @notice A ray is a number with 27 decimals; an amount of a token times a ray is its value in rays. Debts are kept as
/// `normal amount x index` in rays and are turned into token units only where they leave the books, so that no rounding
/// is lost on the way and the books balance to the ray.
library RayMath {
    uint256 internal constant RAY = 1e27;

    /// @dev One accrual compounds over at most this long; what an untouched index would have earned beyond is waived.
    /// It keeps `pow` from overflowing, which would lock the index and with it every repayment.
    uint256 internal constant ACCRUAL_SECONDS_MAX = 365 days;

    /// @notice base to the power of exponent by squaring, each product rounded down: from RAY upwards it never falls.
    /// @param base A ray.
    function pow(uint256 base, uint256 exponent) internal pure returns (uint256 result) {
        result = RAY;
        while (exponent != 0) {
            if (exponent & 1 == 1) result = Math.mulDiv(result, base, RAY);
            exponent >>= 1;
            if (exponent != 0) base = Math.mulDiv(base, base, RAY);
        }
    }

    /// @notice An index after some time at a factor per second, rounded down.
    function compound(uint256 index, uint256 factorPerSecond, uint256 elapsed) internal pure returns (uint256) {
        if (elapsed == 0) return index;
        return Math.mulDiv(index, pow(factorPerSecond, Math.min(elapsed, ACCRUAL_SECONDS_MAX)), RAY);
    }

    /// @notice Token units that a normal amount stands for, rounded down (what is owed to somebody).
    function unitsDown(uint256 normal, uint256 index) internal pure returns (uint256) {
        return Math.mulDiv(normal, index, RAY);
    }

    /// @notice Token units that a normal amount stands for, rounded up (what somebody owes).
    function unitsUp(uint256 normal, uint256 index) internal pure returns (uint256) {
        return Math.mulDiv(normal, index, RAY, Math.Rounding.Ceil);
    }

    /// @notice The normal amount of token units, rounded down (a credit given, a debt taken off).
    function normalDown(uint256 units, uint256 index) internal pure returns (uint256) {
        return Math.mulDiv(units, RAY, index);
    }

    /// @notice The normal amount of token units, rounded up (a debt taken on, a credit taken off).
    function normalUp(uint256 units, uint256 index) internal pure returns (uint256) {
        return Math.mulDiv(units, RAY, index, Math.Rounding.Ceil);
    }
}
