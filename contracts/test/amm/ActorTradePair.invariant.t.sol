// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ActorTradeFactory} from "../../src/amm/ActorTradeFactory.sol";
import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {Base} from "../Base.sol";
import {MockToken} from "../mocks/MockToken.sol";

/// @notice Trades, provides and donates in one pair, and keeps what was paid in and out. What must hold of one call is
/// noted as a breach where the call breaks it.
contract PairHandler is Base {
    /// @dev Small enough for k · supply² to fit into 256 bits, and so that rounding matters.
    uint256 private constant AMOUNT_MAX = 1e15;
    address private constant TREASURY = address(0x7EA5);

    ActorTradePair public immutable PAIR;
    MockToken public immutable TOKEN0;
    MockToken public immutable TOKEN1;
    address[3] public providers = [address(0xA1), address(0xA2), address(0xA3)];

    uint256 public paidIn0;
    uint256 public paidIn1;
    uint256 public paidOut0;
    uint256 public paidOut1;
    string public breach;

    constructor(ActorTradePair pair, MockToken token0, MockToken token1) {
        (PAIR, TOKEN0, TOKEN1) = (pair, token0, token1);
    }

    function mint(uint256 who, uint256 amount0, uint256 amount1) external {
        PAIR.collectProtocolFee();
        (uint256 k, uint256 supply) = _worth();
        _payIn(bound(amount0, 1, AMOUNT_MAX), bound(amount1, 1, AMOUNT_MAX));
        PAIR.mint(providers[who % 3]);
        _requireShareKept(k, supply, "a mint took from the other providers");
    }

    function burn(uint256 who, uint256 share) external {
        PAIR.collectProtocolFee();
        (uint256 k, uint256 supply) = _worth();
        address provider = providers[who % 3];
        uint256 liquidity = (PAIR.balanceOf(provider) * bound(share, 1, 1000)) / 1000;
        vm.prank(provider);
        PAIR.transfer(address(PAIR), liquidity);
        (uint256 amount0, uint256 amount1) = PAIR.burn(address(this));
        _paidOut(amount0, amount1);
        _requireShareKept(k, supply, "a burn took from the other providers");
    }

    function swapExactIn(bool zeroForOne, uint256 amountIn) external {
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        amountIn = bound(amountIn, 1, reserveIn * 2);
        _swap(zeroForOne, amountIn, ConstantProduct.amountOut(amountIn, reserveIn, reserveOut));
    }

    function swapExactOut(bool zeroForOne, uint256 out) external {
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        out = bound(out, 1, reserveOut / 2);
        _swap(zeroForOne, ConstantProduct.amountIn(out, reserveIn, reserveOut), out);
    }

    /// @dev Any inputs and outputs: most are refused, and those that are not must keep k.
    function swapAnything(uint256 in0, uint256 in1, uint256 out0, uint256 out1) external {
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        uint256 k = uint256(reserve0) * reserve1;
        (out0, out1) = (bound(out0, 0, reserve0 / 100), bound(out1, 0, reserve1 / 100));
        _payIn(bound(in0, out0 - out0 / 200, out0 + out0 / 50), bound(in1, out1 - out1 / 200, out1 + out1 / 50));
        PAIR.swap(out0, out1, address(this), "");
        _paidOut(out0, out1);
        _requireKGrew(k);
    }

    function flash(uint256 amount0) external {
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        uint256 k = uint256(reserve0) * reserve1;
        amount0 = bound(amount0, 1, reserve0 - 1);
        PAIR.swap(amount0, 0, address(this), hex"01");
        _paidOut(amount0, 0);
        _requireKGrew(k);
    }

    function uniswapV2Call(address, uint256 amount0, uint256, bytes calldata) external {
        _payIn((amount0 * 1000) / 997 + 1, 0);
    }

    /// @dev Swaps of up to a hundred units, as the attacks that lived on rounding made them.
    function tinySwaps(uint256 seed) external {
        for (uint256 i = 0; i < 6; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
            (bool zeroForOne, uint256 amountIn) = (seed % 2 == 0, 1 + ((seed >> 8) % 100));
            uint256 out = zeroForOne
                ? ConstantProduct.amountOut(amountIn, reserve0, reserve1)
                : ConstantProduct.amountOut(amountIn, reserve1, reserve0);
            if (out > 0) _swap(zeroForOne, amountIn, out);
        }
    }

    function donate(uint256 amount0, uint256 amount1, uint256 kind) external {
        (uint256 k,) = _worth();
        _payIn(bound(amount0, 0, 1e6), bound(amount1, 0, 1e6));
        if (kind % 3 == 0) PAIR.sync();
        if (kind % 3 == 1) _skim();
        _requireKGrew(k);
    }

    function collect() external {
        uint256 last = PAIR.kLast();
        (uint256 k,) = _worth();
        uint256 liquidity = PAIR.collectProtocolFee();
        (uint256 rootK, uint256 rootKLast) = (Math.sqrt(k), Math.sqrt(last));
        uint256 growth = rootK > rootKLast ? rootK - rootKLast : 0;
        // The treasury's new part of √k is at most a sixth of its growth.
        if (6 * liquidity * rootK > PAIR.totalSupply() * growth) breach = "the treasury took more than a sixth";
    }

    function wait(uint256 time) external {
        vm.warp(vm.getBlockTimestamp() + bound(time, 1, 1 days));
    }

    function sumOfLiquidity() external view returns (uint256 sum) {
        sum = PAIR.balanceOf(address(0xdEaD)) + PAIR.balanceOf(TREASURY) + PAIR.balanceOf(address(PAIR));
        for (uint256 i = 0; i < 3; i++) {
            sum += PAIR.balanceOf(providers[i]);
        }
    }

    function _swap(bool zeroForOne, uint256 amountIn, uint256 out) private {
        (uint256 k,) = _worth();
        _payIn(zeroForOne ? amountIn : 0, zeroForOne ? 0 : amountIn);
        (uint256 out0, uint256 out1) = zeroForOne ? (uint256(0), out) : (out, uint256(0));
        PAIR.swap(out0, out1, address(this), "");
        _paidOut(out0, out1);
        _requireKGrew(k);
    }

    function _skim() private {
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        uint256 surplus0 = TOKEN0.balanceOf(address(PAIR)) - reserve0;
        uint256 surplus1 = TOKEN1.balanceOf(address(PAIR)) - reserve1;
        PAIR.skim(address(this));
        _paidOut(surplus0, surplus1);
    }

    function _payIn(uint256 amount0, uint256 amount1) private {
        TOKEN0.mint(address(PAIR), amount0);
        TOKEN1.mint(address(PAIR), amount1);
        paidIn0 += amount0;
        paidIn1 += amount1;
    }

    function _paidOut(uint256 amount0, uint256 amount1) private {
        paidOut0 += amount0;
        paidOut1 += amount1;
    }

    function _worth() private view returns (uint256 k, uint256 supply) {
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        return (uint256(reserve0) * reserve1, PAIR.totalSupply());
    }

    function _requireKGrew(uint256 before) private {
        (uint256 k,) = _worth();
        if (k < before) breach = "k fell";
    }

    /// @dev √k per unit of liquidity, compared by squares: exactly, without a division.
    function _requireShareKept(uint256 kBefore, uint256 supplyBefore, string memory what) private {
        (uint256 k, uint256 supply) = _worth();
        if (k * supplyBefore * supplyBefore < kBefore * supply * supply) breach = what;
    }
}

contract ActorTradePairInvariantTest is Base {
    PairHandler private handler;
    ActorTradePair private pair;
    MockToken private token0;
    MockToken private token1;

    function setUp() external {
        vm.warp(1_700_000_000);
        ActorTradeFactory factory = new ActorTradeFactory(0, address(this), address(0x7EA5));
        (MockToken a, MockToken b) = (new MockToken("A", 18), new MockToken("B", 18));
        (token0, token1) = address(a) < address(b) ? (a, b) : (b, a);
        pair = ActorTradePair(factory.createPair(address(a), address(b)));
        handler = new PairHandler(pair, token0, token1);
        handler.mint(0, 5_000, 3_000_000);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = handler.mint.selector;
        selectors[1] = handler.burn.selector;
        selectors[2] = handler.swapExactIn.selector;
        selectors[3] = handler.swapExactOut.selector;
        selectors[4] = handler.swapAnything.selector;
        selectors[5] = handler.flash.selector;
        selectors[6] = handler.tinySwaps.selector;
        selectors[7] = handler.donate.selector;
        selectors[8] = handler.collect.selector;
        selectors[9] = handler.wait.selector;
        targetSelectors(address(handler), selectors);
    }

    /// @dev One function, because each costs a campaign of its own.
    function invariant_K_shares_and_balances_hold() external view {
        vm.assertEq(handler.breach(), "");
        _assertConserved();
        vm.assertEq(pair.totalSupply(), handler.sumOfLiquidity());
        vm.assertEq(pair.balanceOf(address(0xdEaD)), 1000);
        vm.assertFalse(pair.isLocked(), "locked at rest");
    }

    /// @dev What went in is there or went out, and reserves are covered and never drained.
    function _assertConserved() private view {
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        (uint256 balance0, uint256 balance1) = (token0.balanceOf(address(pair)), token1.balanceOf(address(pair)));
        vm.assertEq(handler.paidIn0(), handler.paidOut0() + balance0);
        vm.assertEq(handler.paidIn1(), handler.paidOut1() + balance1);
        vm.assertTrue(reserve0 > 0 && reserve0 <= balance0, "token0 is missing or drained");
        vm.assertTrue(reserve1 > 0 && reserve1 <= balance1, "token1 is missing or drained");
    }
}
