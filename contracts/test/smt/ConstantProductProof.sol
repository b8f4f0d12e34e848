// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";

/// @notice What the model checker proves of the pair's arithmetic, for all that reserves and balances can be.
/// @dev A `require` states what the pair has checked before, or a lemma that another function here proves.
contract ConstantProductProof {
    /// @dev A product of factors that are no smaller is no smaller: the solver wants it said once.
    function productGrows(uint128 a, uint128 b, uint128 c, uint128 d) external pure {
        require(a <= c && b <= d);
        assert(uint256(a) * b <= uint256(c) * d);
    }

    /// @dev k never falls: balances that pay for a swap have at least the product of the reserves.
    function keepsK(uint112 b0, uint112 b1, uint112 in0, uint112 in1, uint112 r0, uint112 r1) external pure {
        require(in0 <= b0 && in1 <= b1);
        require(ConstantProduct.keepsInvariant(b0, b1, in0, in1, r0, r1));
        uint256 after0 = uint256(b0) * 1000 - uint256(in0) * 3;
        uint256 after1 = uint256(b1) * 1000 - uint256(in1) * 3;
        // productGrows, of after0 <= 1000 b0 and after1 <= 1000 b1.
        require(after0 * after1 <= (uint256(b0) * 1000) * (uint256(b1) * 1000));
        assert(uint256(b0) * b1 >= uint256(r0) * r1);
    }

    /// @dev What is paid out of the reserve and what comes in make up the balance, wherever something came in.
    function amountPaid(uint112 balance, uint112 reserve, uint112 output) external pure {
        require(output <= reserve);
        uint256 paid = ConstantProduct.amountPaid(balance, reserve, output);
        assert(paid == 0 || uint256(reserve) - output + paid == balance);
        assert(paid <= balance);
    }

    /// @dev A quoted output is less than the reserve, and the pair accepts it for the input.
    function amountOut(uint112 input, uint112 reserveIn, uint112 reserveOut) external pure {
        require(input > 0 && reserveIn > 0 && reserveOut > 0);
        require(uint256(reserveIn) + input <= type(uint112).max);
        uint256 output = ConstantProduct.amountOut(input, reserveIn, reserveOut);
        assert(output < reserveOut);
        assert(
            ConstantProduct.keepsInvariant(
                uint256(reserveIn) + input, reserveOut - output, input, 0, reserveIn, reserveOut
            )
        );
    }

    /// @dev The pair accepts a quoted input for the output.
    function amountIn(uint112 output, uint112 reserveIn, uint112 reserveOut) external pure {
        require(output > 0 && reserveIn > 0 && reserveOut > output);
        uint256 input = ConstantProduct.amountIn(output, reserveIn, reserveOut);
        require(reserveIn + input <= type(uint112).max);
        assert(ConstantProduct.keepsInvariant(reserveIn + input, reserveOut - output, input, 0, reserveIn, reserveOut));
    }

    /// @dev The treasury's part of √k after its mint is at most a sixth of what √k has grown by.
    function protocolShare(uint112 supply, uint112 rootK, uint112 rootKLast) external pure {
        uint256 share = ConstantProduct.protocolShare(supply, rootK, rootKLast);
        assert(rootK > rootKLast || share == 0);
        if (rootK > rootKLast) assert(share * rootK * 6 <= (supply + share) * (uint256(rootK) - rootKLast));
    }
}
