// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IFlashLoanSimpleReceiver} from "../../src/lending/IFlashLoanSimpleReceiver.sol";

/// @notice Takes an Aave-like flash loan, makes one prepared call while it has it, approves what it was told to, and
/// notes what it was told.
contract FlashReceiver is IFlashLoanSimpleReceiver {
    address private _target;
    bytes private _call;
    uint256 private _approval = type(uint256).max;
    bool private _accepts = true;

    bool public wentThrough;
    bytes public answer;
    address public initiator;
    uint256 public premium;
    bytes public params;

    function prepare(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function setApproval(uint256 amount) external {
        _approval = amount;
    }

    function setAccepts(bool accepts) external {
        _accepts = accepts;
    }

    function executeOperation(
        address asset,
        uint256 amount,
        uint256 premium_,
        address initiator_,
        bytes calldata params_
    ) external returns (bool) {
        (initiator, premium, params) = (initiator_, premium_, params_);
        if (_target != address(0)) (wentThrough, answer) = _target.call(_call);
        uint256 owed = amount + premium_;
        IERC20(asset).approve(msg.sender, _approval < owed ? _approval : owed);
        return _accepts;
    }
}
