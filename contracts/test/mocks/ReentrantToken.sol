// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MockToken} from "./MockToken.sol";

/// @notice Calls a target back in the middle of a transfer, once armed, and notes how that ended.
contract ReentrantToken is MockToken {
    address private _target;
    bytes private _call;
    /// @notice How often it called back, and whether the last call went through.
    uint256 public calls;
    bool public wentThrough;
    bytes public answer;

    constructor() MockToken("REENTER", 18) {}

    function arm(address target, bytes calldata call) external {
        _target = target;
        _call = call;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        calls++;
        // solhint-disable-next-line avoid-low-level-calls
        (wentThrough, answer) = target.call(_call);
    }
}
