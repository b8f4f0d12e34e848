// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice A pool of two coins of one price, called as Curve's with indices of either type; old pools return nothing.
contract MockCurvePool {
    using SafeERC20 for IERC20;

    address[2] public coins;
    /// @notice Units of coin 1 for 1e18 units of coin 0.
    uint256 public priceE18;
    uint256 public constant FEE_BPS = 4;

    constructor(address coin0, address coin1, uint256 priceE18_) {
        coins = [coin0, coin1];
        priceE18 = priceE18_;
    }

    function setPrice(uint256 priceE18_) external {
        priceE18 = priceE18_;
    }

    function exchange(int128 i, int128 j, uint256 dx, uint256 minDy) external {
        _exchange(uint256(uint128(i)), uint256(uint128(j)), dx, minDy);
    }

    function exchange(uint256 i, uint256 j, uint256 dx, uint256 minDy) external returns (uint256) {
        return _exchange(i, j, dx, minDy);
    }

    function quote(uint256 i, uint256 dx) public view returns (uint256) {
        uint256 dy = i == 0 ? (dx * priceE18) / 1e18 : (dx * 1e18) / priceE18;
        return dy - (dy * FEE_BPS) / 10_000;
    }

    function _exchange(uint256 i, uint256 j, uint256 dx, uint256 minDy) private returns (uint256 dy) {
        require(i != j, "same coin");
        dy = quote(i, dx);
        require(dy >= minDy, "too little");
        IERC20(coins[i]).safeTransferFrom(msg.sender, address(this), dx);
        IERC20(coins[j]).safeTransfer(msg.sender, dy);
    }
}
