// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IUniswapV2Callee} from "../../src/amm/IUniswapV2Callee.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";

/// @notice Borrows by flash swap, makes one prepared call while it does, and pays back what it was told to.
contract FlashBorrower is IUniswapV2Callee {
    address public target;
    bytes public data;
    bool public wentThrough;
    bytes public answer;
    address public sender;
    uint256 public payback0;
    uint256 public payback1;

    function prepare(address target_, bytes calldata data_, uint256 payback0_, uint256 payback1_) external {
        (target, data, payback0, payback1) = (target_, data_, payback0_, payback1_);
    }

    function borrow(address pair, uint256 amount0, uint256 amount1) external {
        IActorTradePair(pair).swap(amount0, amount1, address(this), hex"01");
    }

    function uniswapV2Call(address sender_, uint256, uint256, bytes calldata) external {
        sender = sender_;
        if (target != address(0)) (wentThrough, answer) = target.call(data);
        if (payback0 > 0) IERC20(IActorTradePair(msg.sender).token0()).transfer(msg.sender, payback0);
        if (payback1 > 0) IERC20(IActorTradePair(msg.sender).token1()).transfer(msg.sender, payback1);
    }
}
