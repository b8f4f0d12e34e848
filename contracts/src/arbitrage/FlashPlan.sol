// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFlashArbitrage} from "./IFlashArbitrage.sol";

/// @title Reads the fields of a plan out of the call's data
/// @dev The layout is in IFlashArbitrage. `requireLoan` and `hopEnd` check lengths once; the readers rely on them.
library FlashPlan {
    uint256 internal constant LOAN_BYTES = 93;
    uint256 private constant HOP_HEAD_BYTES = 41;

    /// @dev Reverts unless the loan's fields are all there.
    function requireLoan(bytes calldata plan) internal pure {
        if (plan.length < LOAN_BYTES) revert IFlashArbitrage.InvalidPlan();
    }

    function funding(bytes calldata plan) internal pure returns (IFlashArbitrage.Venue) {
        return _venue(plan, 0);
    }

    function lendsToken1(bytes calldata plan) internal pure returns (bool) {
        return _read(plan, 1, 1) != 0;
    }

    function lender(bytes calldata plan) internal pure returns (address) {
        return address(uint160(_read(plan, 2, 20)));
    }

    function tokenLent(bytes calldata plan) internal pure returns (address) {
        return address(uint160(_read(plan, 22, 20)));
    }

    function amountLent(bytes calldata plan) internal pure returns (uint256) {
        return _read(plan, 42, 16);
    }

    function minProfit(bytes calldata plan) internal pure returns (uint256) {
        return _read(plan, 58, 16);
    }

    function deadline(bytes calldata plan) internal pure returns (uint256) {
        return _read(plan, 74, 5);
    }

    function firstBlock(bytes calldata plan) internal pure returns (uint256) {
        return _read(plan, 79, 5);
    }

    function lastBlock(bytes calldata plan) internal pure returns (uint256) {
        return _read(plan, 84, 5);
    }

    function lenderFeePips(bytes calldata plan) internal pure returns (uint256) {
        return _read(plan, 89, 3);
    }

    function hopsBeforeRepayment(bytes calldata plan) internal pure returns (uint256) {
        return _read(plan, 92, 1);
    }

    /// @return venue What the hop at an offset trades with.
    /// @return end Where the hop ends, inside the plan.
    function hopVenue(bytes calldata plan, uint256 offset)
        internal
        pure
        returns (IFlashArbitrage.Venue venue, uint256 end)
    {
        if (offset >= plan.length) revert IFlashArbitrage.InvalidPlan();
        venue = _venue(plan, offset);
        end = offset + HOP_HEAD_BYTES;
        if (venue == IFlashArbitrage.Venue.V2Pair) end += 3;
        else if (venue == IFlashArbitrage.Venue.CurveInt128 || venue == IFlashArbitrage.Venue.CurveUint256) end += 2;
        else if (venue == IFlashArbitrage.Venue.BalancerVault) end += 32;
        else if (venue != IFlashArbitrage.Venue.V3Pool) revert IFlashArbitrage.InvalidPlan();
        if (end > plan.length) revert IFlashArbitrage.InvalidPlan();
    }

    function hopPool(bytes calldata plan, uint256 offset) internal pure returns (address) {
        return address(uint160(_read(plan, offset + 1, 20)));
    }

    function hopTokenOut(bytes calldata plan, uint256 offset) internal pure returns (address) {
        return address(uint160(_read(plan, offset + 21, 20)));
    }

    function hopFeePips(bytes calldata plan, uint256 offset) internal pure returns (uint256) {
        return _read(plan, offset + 41, 3);
    }

    function hopIndexIn(bytes calldata plan, uint256 offset) internal pure returns (uint8) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(_read(plan, offset + 41, 1));
    }

    function hopIndexOut(bytes calldata plan, uint256 offset) internal pure returns (uint8) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(_read(plan, offset + 42, 1));
    }

    function hopPoolId(bytes calldata plan, uint256 offset) internal pure returns (bytes32) {
        return bytes32(_read(plan, offset + 41, 32));
    }

    function _venue(bytes calldata plan, uint256 offset) private pure returns (IFlashArbitrage.Venue) {
        uint256 value = _read(plan, offset, 1);
        if (value > uint256(type(IFlashArbitrage.Venue).max)) revert IFlashArbitrage.InvalidPlan();
        return IFlashArbitrage.Venue(value);
    }

    /// @dev The number in `size` bytes, 1 to 32, from an offset. A word may reach behind the plan: what lies there is
    /// shifted out.
    function _read(bytes calldata plan, uint256 offset, uint256 size) private pure returns (uint256 value) {
        // Slices would copy and check lengths once more for each field.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), calldataload(add(plan.offset, offset)))
        }
    }
}
