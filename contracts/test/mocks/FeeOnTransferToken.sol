// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MockToken} from "./MockToken.sol";

/// @notice Burns a part of each transfer.
contract FeeOnTransferToken is MockToken {
    uint256 public immutable FEE_BPS;

    constructor(uint256 feeBps) MockToken("FEE", 18) {
        FEE_BPS = feeBps;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0) || to == address(0)) {
            super._update(from, to, amount);
            return;
        }
        uint256 fee = amount * FEE_BPS / 10_000;
        super._update(from, to, amount - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }
}
