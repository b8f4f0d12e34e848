// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActorTradeFactory} from "../../src/amm/ActorTradeFactory.sol";
import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {IRouter} from "../../src/amm/IRouter.sol";
import {Artifacts} from "../mocks/Artifacts.sol";
import {MockToken} from "../mocks/MockToken.sol";

interface IUniswapV2Factory {
    function createPair(address tokenA, address tokenB) external returns (address pair);
    function setFeeTo(address feeTo) external;
}

/// @notice Our pair against the bytecode of Uniswap V2, of the same two tokens, with its protocol fee on.
contract UniswapV2DifferentialTest is Artifacts {
    address private constant TREASURY = address(0x7EA5);
    address private constant TRADER = address(0xB0B);
    uint256 private constant STEPS = 10_000;

    ActorTradePair private ours;
    ActorTradePair private theirs;
    IRouter private theirRouter;
    MockToken private token0;
    MockToken private token1;
    uint256 private random = 20_240_611;

    function setUp() external {
        vm.warp(1_700_000_000);
        ActorTradeFactory factory = new ActorTradeFactory(0, address(this), TREASURY);
        IUniswapV2Factory uniswap = IUniswapV2Factory(deployUniswapV2Factory(address(this)));
        uniswap.setFeeTo(TREASURY);
        theirRouter = IRouter(deployUniswapV2Router(address(uniswap), deployWeth()));
        (MockToken a, MockToken b) = (new MockToken("A", 18), new MockToken("B", 18));
        (token0, token1) = address(a) < address(b) ? (a, b) : (b, a);
        ours = ActorTradePair(factory.createPair(address(a), address(b)));
        theirs = ActorTradePair(uniswap.createPair(address(a), address(b)));
        _pay(5e21, 3e24);
        vm.assertEq(ours.mint(address(this)), theirs.mint(address(this)));
        token0.mint(TRADER, 1);
        token1.mint(TRADER, 1);
    }

    function test_Ten_thousand_steps_are_equal_to_the_unit() external {
        vm.pauseGasMetering();
        uint256 swaps;
        uint256 minted;
        uint256 burned;
        for (uint256 i = 0; swaps < STEPS; i++) {
            vm.warp(1_700_000_000 + i * 12 + _next(2) * 13);
            uint256 kind = _next(100);
            if (kind < 3) minted += _mintBoth();
            else if (kind < 6) burned += _burnBoth();
            else if (kind < 8) _donateBoth();
            else if (kind < 12) swaps += _swapBothOutputs();
            else swaps += _swapExactIn();
            _assertSame();
        }
        vm.assertGt(minted, 100, "too few mints");
        vm.assertGt(burned, 100, "too few burns");
        vm.resumeGasMetering();
    }

    /// @dev The same swap of the same tokens in the same state, each as a transaction of its own with nothing warm.
    /// forge-config: default.isolate = true
    function test_Gas_of_a_swap_is_at_most_uniswaps_and_three_percent() external {
        vm.warp(1_700_000_012);
        // As in any pair that has traded: the price sums are not zero.
        ours.sync();
        theirs.sync();
        _pay(1e18, 0);
        vm.warp(1_700_000_024);
        uint256 out = ConstantProduct.amountOut(1e18, 5e21, 3e24);
        theirs.swap(0, out, TRADER, "");
        uint256 theirGas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("amm", "pair swap (Uniswap V2)", theirGas);
        ours.swap(0, out, TRADER, "");
        uint256 ourGas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("amm", "pair swap", ourGas);
        if (!vm.isContext(2)) vm.assertLe(ourGas * 100, theirGas * 103, "a swap costs more than 3 % above Uniswap's");
    }

    function _swapExactIn() private returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = ours.getReserves();
        bool zeroForOne = _next(2) == 0;
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 amountIn = 1 + _next(reserveIn / (10 ** (1 + _next(20))) + 1);
        uint256 out = ConstantProduct.amountOut(amountIn, reserveIn, reserveOut);
        vm.assertEq(out, theirRouter.getAmountOut(amountIn, reserveIn, reserveOut));
        _pay(zeroForOne ? amountIn : 0, zeroForOne ? 0 : amountIn);
        if (_next(8) == 0) _assertBothRefuse(zeroForOne ? 0 : out + 1, zeroForOne ? out + 1 : 0);
        if (out == 0) {
            _skimBoth();
            return 0;
        }
        vm.assertEq(
            ConstantProduct.amountIn(out, reserveIn, reserveOut), theirRouter.getAmountIn(out, reserveIn, reserveOut)
        );
        _swap(zeroForOne ? 0 : out, zeroForOne ? out : 0);
        return 1;
    }

    /// @dev Both tokens in and out at once: whether it passes must be the same.
    function _swapBothOutputs() private returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = ours.getReserves();
        uint256 out0 = 1 + _next(reserve0 / 1000);
        uint256 out1 = 1 + _next(reserve1 / 1000);
        _pay((out0 * (990 + _next(30))) / 1000, (out1 * (990 + _next(30))) / 1000);
        (bool weDid,) = address(ours).call(abi.encodeCall(ours.swap, (out0, out1, TRADER, "")));
        (bool theyDid,) = address(theirs).call(abi.encodeCall(ours.swap, (out0, out1, TRADER, "")));
        vm.assertEq(weDid, theyDid, "only one of them refused");
        if (!weDid) _skimBoth();
        return weDid ? 1 : 0;
    }

    function _mintBoth() private returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = ours.getReserves();
        _pay(1e9 + _next(reserve0 / 100), 1e9 + _next(reserve1 / 100));
        vm.assertEq(ours.mint(address(this)), theirs.mint(address(this)));
        return 1;
    }

    function _burnBoth() private returns (uint256) {
        uint256 liquidity = 1e6 + _next(ours.balanceOf(address(this)) / 100);
        ours.transfer(address(ours), liquidity);
        theirs.transfer(address(theirs), liquidity);
        (uint256 our0, uint256 our1) = ours.burn(TRADER);
        (uint256 their0, uint256 their1) = theirs.burn(TRADER);
        vm.assertEq(our0, their0);
        vm.assertEq(our1, their1);
        return 1;
    }

    function _donateBoth() private {
        _pay(_next(1e15), _next(1e15));
        if (_next(2) == 0) return _skimBoth();
        ours.sync();
        theirs.sync();
    }

    function _skimBoth() private {
        ours.skim(TRADER);
        theirs.skim(TRADER);
    }

    function _swap(uint256 out0, uint256 out1) private {
        ours.swap(out0, out1, TRADER, "");
        theirs.swap(out0, out1, TRADER, "");
    }

    function _assertBothRefuse(uint256 out0, uint256 out1) private {
        (bool weDid, bytes memory why) = address(ours).call(abi.encodeCall(ours.swap, (out0, out1, TRADER, "")));
        (bool theyDid,) = address(theirs).call(abi.encodeCall(ours.swap, (out0, out1, TRADER, "")));
        vm.assertFalse(weDid || theyDid, "more than the quote was paid out");
        vm.assertEq(why, abi.encodeWithSelector(IActorTradePair.KDecreased.selector));
    }

    function _pay(uint256 amount0, uint256 amount1) private {
        token0.mint(address(ours), amount0);
        token0.mint(address(theirs), amount0);
        token1.mint(address(ours), amount1);
        token1.mint(address(theirs), amount1);
    }

    function _assertSame() private view {
        (uint112 our0, uint112 our1, uint32 ourTime) = ours.getReserves();
        (uint112 their0, uint112 their1, uint32 theirTime) = theirs.getReserves();
        vm.assertTrue(our0 == their0 && our1 == their1 && ourTime == theirTime, "reserves differ");
        vm.assertEq(ours.price0CumulativeLast(), theirs.price0CumulativeLast());
        vm.assertEq(ours.price1CumulativeLast(), theirs.price1CumulativeLast());
        vm.assertEq(ours.kLast(), theirs.kLast());
        vm.assertEq(ours.totalSupply(), theirs.totalSupply());
        vm.assertEq(ours.balanceOf(TREASURY), theirs.balanceOf(TREASURY));
    }

    function _next(uint256 below) private returns (uint256) {
        random = uint256(keccak256(abi.encode(random)));
        return random % below;
    }
}
