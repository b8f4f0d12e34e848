// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RayMath} from "../libraries/RayMath.sol";
import {IInterestRateModel} from "./IInterestRateModel.sol";

/// @title A rate that rises gently up to a kink and steeply beyond it
/// @notice base + slope1 x (utilisation / kink) up to the kink; beyond, slope2 x (excess / (1 - kink)) on top.
contract InterestRateModel is IInterestRateModel {
    /// @notice Most that the rate may reach: about 1,000 % a year without compounding.
    uint256 public constant RATE_MAX = 10 * RayMath.RAY / 365 days;

    /// @notice Rays per second.
    uint256 public immutable BASE;
    /// @notice Rays per second, reached at the kink on top of the base.
    uint256 public immutable SLOPE1;
    /// @notice Rays per second, reached at full utilisation on top of both.
    uint256 public immutable SLOPE2;
    /// @notice A utilisation, a ray between 0 and 1, neither included.
    uint256 public immutable KINK;

    /// @param base Rays per second at no utilisation.
    constructor(uint256 base, uint256 slope1, uint256 slope2, uint256 kink) {
        if (kink == 0 || kink >= RayMath.RAY) revert InvalidModel();
        if (base > RATE_MAX || slope1 > RATE_MAX || slope2 > RATE_MAX) revert InvalidModel();
        if (base + slope1 + slope2 > RATE_MAX) revert InvalidModel();
        (BASE, SLOPE1, SLOPE2, KINK) = (base, slope1, slope2, kink);
    }

    /// @inheritdoc IInterestRateModel
    function ratePerSecond(uint256 liquidity, uint256 debt) external view returns (uint256) {
        if (debt == 0) return BASE;
        uint256 utilisation = Math.mulDiv(debt, RayMath.RAY, liquidity + debt);
        if (utilisation <= KINK) return BASE + Math.mulDiv(SLOPE1, utilisation, KINK);
        return BASE + SLOPE1 + Math.mulDiv(SLOPE2, utilisation - KINK, RayMath.RAY - KINK);
    }
}
