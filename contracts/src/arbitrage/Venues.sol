// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// What is called of others' contracts, and no more of each than that.

/// @notice A pair as Uniswap V2's.
interface IV2Pair {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

/// @notice A factory of pairs as Uniswap V2's.
interface IV2Factory {
    function getPair(address tokenA, address tokenB) external view returns (address pair);
}

/// @notice A pool as Uniswap V3's.
interface IV3Pool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function fee() external view returns (uint24);
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
    function flash(address recipient, uint256 amount0, uint256 amount1, bytes calldata data) external;
}

/// @notice A factory of pools as Uniswap V3's.
interface IV3Factory {
    function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
}

/// @notice A pool as Curve's with signed indices. What it returns differs between versions, and is not read.
interface ICurveInt128 {
    function exchange(int128 i, int128 j, uint256 dx, uint256 minDy) external;
}

/// @notice A pool as Curve's with unsigned indices. What it returns differs between versions, and is not read.
interface ICurveUint256 {
    function exchange(uint256 i, uint256 j, uint256 dx, uint256 minDy) external;
}

/// @notice A vault as Balancer V2's.
interface IBalancerVault {
    /// @dev kind 0 is a given input.
    struct SingleSwap {
        bytes32 poolId;
        uint8 kind;
        address assetIn;
        address assetOut;
        uint256 amount;
        bytes userData;
    }

    struct FundManagement {
        address sender;
        bool fromInternalBalance;
        address payable recipient;
        bool toInternalBalance;
    }

    function swap(SingleSwap calldata singleSwap, FundManagement calldata funds, uint256 limit, uint256 deadline)
        external
        payable
        returns (uint256 amountOut);

    function flashLoan(address recipient, address[] calldata tokens, uint256[] calldata amounts, bytes calldata data)
        external;
}

/// @notice A lending pool as Aave V3's.
interface IAavePool {
    function flashLoanSimple(
        address receiver,
        address asset,
        uint256 amount,
        bytes calldata params,
        uint16 referralCode
    ) external;
}
