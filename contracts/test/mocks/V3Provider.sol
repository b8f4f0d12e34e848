// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MockToken} from "./MockToken.sol";

interface IV3FactoryFull {
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
    function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
}

interface IV3PoolFull {
    function initialize(uint160 sqrtPriceX96) external;
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
    function token0() external view returns (address);
    function token1() external view returns (address);
    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool);
}

/// @notice Gives liquidity to V3 pools of tokens that anyone may mint.
contract V3Provider {
    function provide(address pool, int24 lower, int24 upper, uint128 liquidity) external {
        IV3PoolFull(pool).mint(address(this), lower, upper, liquidity, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        MockToken(IV3PoolFull(msg.sender).token0()).mint(msg.sender, amount0);
        MockToken(IV3PoolFull(msg.sender).token1()).mint(msg.sender, amount1);
    }
}
