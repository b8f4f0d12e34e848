// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MockToken} from "./MockToken.sol";

/// @notice Answers false instead of reverting where a transfer fails, or always, once told to.
contract ReturnsFalseToken is MockToken {
    bool public failing;

    constructor() MockToken("FALSE", 18) {}

    function setFailing(bool on) external {
        failing = on;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (failing || balanceOf(msg.sender) < amount) return false;
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (failing || balanceOf(from) < amount || allowance(from, msg.sender) < amount) return false;
        return super.transferFrom(from, to, amount);
    }
}
