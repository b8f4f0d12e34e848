// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

interface IPancakeV3Callee {
    function pancakeV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external;
    function pancakeV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata data) external;
}

/// @notice A V3 pool at a fixed price that calls back under PancakeSwap's names.
contract MockPancakeV3Pool {
    address public token0;
    address public token1;
    /// @notice Units of token1 for 1e18 units of token0.
    uint256 public priceE18;

    constructor(address tokenA, address tokenB, uint256 priceE18_) {
        (token0, token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        priceE18 = priceE18_;
    }

    function swap(address recipient, bool zeroForOne, int256 amount, uint160, bytes calldata data)
        external
        returns (int256 amount0, int256 amount1)
    {
        uint256 input = uint256(amount);
        uint256 output = zeroForOne ? (input * priceE18) / 1e18 : (input * 1e18) / priceE18;
        (amount0, amount1) = zeroForOne ? (amount, -int256(output)) : (-int256(output), amount);
        IERC20(zeroForOne ? token1 : token0).transfer(recipient, output);
        uint256 before = IERC20(zeroForOne ? token0 : token1).balanceOf(address(this));
        IPancakeV3Callee(msg.sender).pancakeV3SwapCallback(amount0, amount1, data);
        require(IERC20(zeroForOne ? token0 : token1).balanceOf(address(this)) >= before + input, "IIA");
    }

    function flash(address recipient, uint256 amount0, uint256 amount1, bytes calldata data) external {
        address token = amount0 > 0 ? token0 : token1;
        uint256 amount = amount0 + amount1;
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).transfer(recipient, amount);
        (uint256 fee0, uint256 fee1) = ((amount0 + 9_999) / 10_000, (amount1 + 9_999) / 10_000);
        IPancakeV3Callee(msg.sender).pancakeV3FlashCallback(fee0, fee1, data);
        require(IERC20(token).balanceOf(address(this)) >= before + fee0 + fee1, "F");
    }
}
