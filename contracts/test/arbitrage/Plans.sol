// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFlashArbitrage} from "../../src/arbitrage/IFlashArbitrage.sol";

/// @notice Writes plans, as the layout in IFlashArbitrage says.
library Plans {
    struct Loan {
        IFlashArbitrage.Venue funding;
        bool lendsToken1;
        address lender;
        address token;
        uint128 amount;
        uint128 minProfit;
        uint40 deadline;
        uint40 firstBlock;
        uint40 lastBlock;
        uint24 lenderFeePips;
        uint8 hopsBeforeRepayment;
    }

    function encode(Loan memory loan) internal pure returns (bytes memory) {
        return abi.encodePacked(
            abi.encodePacked(uint8(loan.funding), loan.lendsToken1, loan.lender, loan.token, loan.amount),
            abi.encodePacked(loan.minProfit, loan.deadline, loan.firstBlock, loan.lastBlock),
            abi.encodePacked(loan.lenderFeePips, loan.hopsBeforeRepayment)
        );
    }

    function v2(address pair, address tokenOut, uint24 feePips) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(IFlashArbitrage.Venue.V2Pair), pair, tokenOut, feePips);
    }

    function v3(address pool, address tokenOut) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(IFlashArbitrage.Venue.V3Pool), pool, tokenOut);
    }

    function curve(bool unsigned, address pool, address tokenOut, uint8 i, uint8 j)
        internal
        pure
        returns (bytes memory)
    {
        IFlashArbitrage.Venue venue = unsigned ? IFlashArbitrage.Venue.CurveUint256 : IFlashArbitrage.Venue.CurveInt128;
        return abi.encodePacked(uint8(venue), pool, tokenOut, i, j);
    }

    function balancer(address vault, address tokenOut, bytes32 poolId) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(IFlashArbitrage.Venue.BalancerVault), vault, tokenOut, poolId);
    }
}
