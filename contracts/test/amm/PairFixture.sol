// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ActorTradeFactory} from "../../src/amm/ActorTradeFactory.sol";
import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {Base} from "../Base.sol";
import {MockToken} from "../mocks/MockToken.sol";

/// @notice A factory, and pairs of tokens that anyone may mint.
abstract contract PairFixture is Base {
    address internal constant ADMIN = address(0xA11CE);
    address internal constant GUARDIAN = address(0x6A4D);
    address internal constant TREASURY = address(0x7EA5);
    address internal constant ALICE = address(0xA1);
    address internal constant BOB = address(0xB0B);
    uint256 internal constant START = 1_700_000_000;

    ActorTradeFactory internal factory;
    ActorTradePair internal pair;
    MockToken internal token0;
    MockToken internal token1;

    function setUp() public virtual {
        vm.warp(START);
        factory = newFactory();
        (token0, token1) = newTokens();
        pair = ActorTradePair(factory.createPair(address(token0), address(token1)));
    }

    function newFactory() internal returns (ActorTradeFactory made) {
        made = new ActorTradeFactory(1 days, ADMIN, TREASURY);
        bytes32 role = made.PAUSER_ROLE();
        vm.prank(ADMIN);
        made.grantRole(role, GUARDIAN);
    }

    function newTokens() internal returns (MockToken lower, MockToken higher) {
        MockToken a = new MockToken("A", 18);
        MockToken b = new MockToken("B", 18);
        return address(a) < address(b) ? (a, b) : (b, a);
    }

    /// @dev Pays both amounts in and mints liquidity to `to`.
    function addLiquidity(address to, uint256 amount0, uint256 amount1) internal returns (uint256 liquidity) {
        token0.mint(address(pair), amount0);
        token1.mint(address(pair), amount1);
        return pair.mint(to);
    }

    /// @dev Hands liquidity back and pays out to its owner.
    function removeLiquidity(address owner, uint256 liquidity) internal returns (uint256 amount0, uint256 amount1) {
        vm.prank(owner);
        IERC20(address(pair)).transfer(address(pair), liquidity);
        return pair.burn(owner);
    }

    /// @dev Sells an exact input for the most that it buys, paid to `to`; nothing where it buys nothing.
    function sell(address to, bool zeroForOne, uint256 amountIn) internal returns (uint256 amountOut) {
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        amountOut = zeroForOne
            ? ConstantProduct.amountOut(amountIn, reserve0, reserve1)
            : ConstantProduct.amountOut(amountIn, reserve1, reserve0);
        if (amountOut == 0) return 0;
        (zeroForOne ? token0 : token1).mint(address(pair), amountIn);
        pair.swap(zeroForOne ? 0 : amountOut, zeroForOne ? amountOut : 0, to, "");
    }
}
