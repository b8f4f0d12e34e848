// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FlashArbitrage} from "../../src/arbitrage/FlashArbitrage.sol";

/// @notice Stands for a listed pair or pool that does not play by the rules of callbacks.
contract HostileVenue {
    enum Trick {
        Silent,
        OtherData,
        OtherSender,
        Accomplice,
        Twice
    }

    Trick public trick;
    bytes public other;
    bool public wentThrough;
    bytes public answer;

    function prepare(Trick trick_, bytes calldata other_) external {
        (trick, other) = (trick_, other_);
    }

    /// @dev A V2 pair's swap.
    function swap(uint256, uint256, address to, bytes calldata data) external {
        FlashArbitrage arbitrage = FlashArbitrage(to);
        if (trick == Trick.Silent) return;
        if (trick == Trick.OtherData) arbitrage.uniswapV2Call(to, 0, 0, other);
        if (trick == Trick.OtherSender) arbitrage.uniswapV2Call(address(this), 0, 0, data);
        if (trick == Trick.Accomplice) new Accomplice().callBack(arbitrage, data);
        if (trick == Trick.Twice) {
            arbitrage.uniswapV2Call(to, 0, 0, data);
            _note(address(arbitrage), abi.encodeCall(arbitrage.uniswapV2Call, (to, 0, 0, data)));
        }
    }

    /// @dev A V3 pool's swap.
    function swap(address recipient, bool zeroForOne, int256 amount, uint160, bytes calldata data)
        external
        returns (int256, int256)
    {
        FlashArbitrage arbitrage = FlashArbitrage(recipient);
        (int256 amount0, int256 amount1) = zeroForOne ? (amount, int256(0)) : (int256(0), amount);
        if (trick == Trick.OtherData) arbitrage.uniswapV3SwapCallback(amount0, amount1, other);
        if (trick == Trick.Twice) {
            arbitrage.uniswapV3SwapCallback(amount0, amount1, data);
            _note(address(arbitrage), abi.encodeCall(arbitrage.uniswapV3SwapCallback, (amount0, amount1, data)));
        }
        return (amount0, amount1);
    }

    /// @dev An Aave pool's loan that another asked for.
    function lendFor(FlashArbitrage arbitrage, address initiator, bytes calldata plan) external {
        arbitrage.executeOperation(address(0), 0, 0, initiator, plan);
    }

    function flashLoanSimple(address receiver, address, uint256, bytes calldata plan, uint16) external {
        FlashArbitrage(receiver).executeOperation(address(0), 0, 0, address(this), plan);
    }

    function getReserves() external pure returns (uint112, uint112, uint32) {
        return (1e24, 1e24, 0);
    }

    function _note(address target, bytes memory data) private {
        (wentThrough, answer) = target.call(data);
    }
}

/// @notice Calls back with the right data from the wrong address.
contract Accomplice {
    function callBack(FlashArbitrage arbitrage, bytes calldata data) external {
        arbitrage.uniswapV2Call(address(arbitrage), 0, 0, data);
    }
}
