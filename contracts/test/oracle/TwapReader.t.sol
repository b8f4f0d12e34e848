// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {ITwapReader} from "../../src/oracle/ITwapReader.sol";
import {TwapReader} from "../../src/oracle/TwapReader.sol";
import {Base} from "../Base.sol";
import {Artifacts} from "../mocks/Artifacts.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {PairFixture} from "../amm/PairFixture.sol";

interface IV2Maker {
    function createPair(address tokenA, address tokenB) external returns (address pair);
}

contract TwapReaderTest is PairFixture, Artifacts {
    TwapReader private reader;

    function setUp() public override {
        super.setUp();
        reader = new TwapReader(600, 3600);
        addLiquidity(ALICE, 1e20, 4e20);
    }

    function test_Windows_that_make_no_sense_are_refused() external {
        vm.expectRevert(abi.encodeWithSelector(ITwapReader.InvalidWindow.selector, 0, 10));
        new TwapReader(0, 10);
        vm.expectRevert(abi.encodeWithSelector(ITwapReader.InvalidWindow.selector, 10, 19));
        new TwapReader(10, 19);
        TwapReader least = new TwapReader(10, 20);
        vm.assertEq(least.minWindow(), 10);
        vm.assertEq(least.maxWindow(), 20);
    }

    function test_Checkpoints_are_at_least_the_shortest_window_apart() external {
        vm.expectEmit(address(reader));
        emit ITwapReader.Poked(address(pair), 0, 0);
        vm.assertTrue(reader.poke(address(pair)), "the first was too early");
        vm.warp(START + 599);
        vm.assertFalse(reader.poke(address(pair)), "the second was not too early");
        vm.warp(START + 600);
        vm.assertTrue(reader.poke(address(pair)), "the second was too early");
    }

    function test_An_average_needs_a_checkpoint_of_the_right_age() external {
        _expectTooYoung();
        reader.poke(address(pair));
        _expectTooYoung();
        vm.warp(START + 599);
        _expectTooYoung();
        vm.warp(START + 600);
        (uint256 average0, uint256 average1, uint256 window) = reader.consult(address(pair));
        vm.assertEq(average0, 4 << 112);
        vm.assertEq(average1, (uint256(1) << 112) / 4);
        vm.assertEq(window, 600);
        vm.warp(START + 3600);
        reader.consult(address(pair));
        vm.warp(START + 3601);
        vm.expectRevert(abi.encodeWithSelector(ITwapReader.TooOld.selector, address(pair), 3601));
        reader.consult(address(pair));
    }

    function test_A_fresh_checkpoint_does_not_shorten_the_window() external {
        reader.poke(address(pair));
        vm.warp(START + 700);
        reader.poke(address(pair));
        (,, uint256 window) = reader.consult(address(pair));
        vm.assertEq(window, 700);
        vm.warp(START + 1299);
        (,, window) = reader.consult(address(pair));
        vm.assertEq(window, 1299);
        vm.warp(START + 1300);
        (,, window) = reader.consult(address(pair));
        vm.assertEq(window, 600);
    }

    function test_An_empty_pair_has_no_price() external {
        (MockToken a, MockToken b) = newTokens();
        address empty = factory.createPair(address(a), address(b));
        vm.expectRevert(abi.encodeWithSelector(ITwapReader.EmptyPair.selector, empty));
        reader.poke(empty);
    }

    function test_A_pair_of_uniswap_is_read_as_ours() external {
        IV2Maker uniswap = IV2Maker(deployUniswapV2Factory(address(this)));
        pair = ActorTradePair(uniswap.createPair(address(token0), address(token1)));
        addLiquidity(ALICE, 1e20, 4e20);
        reader.poke(address(pair));
        vm.warp(START + 300);
        sell(BOB, true, 1e20);
        vm.warp(START + 600);
        (uint256 average0,,) = reader.consult(address(pair));
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        vm.assertEq(average0, ((4 << 112) * 300 + ((uint256(reserve1) << 112) / reserve0) * 300) / 600);
    }

    function test_Time_and_sums_wrap() external {
        vm.warp(2 ** 32 - 300);
        pair.sync();
        reader.poke(address(pair));
        vm.warp(2 ** 32 + 300);
        (uint256 average0,,) = reader.consult(address(pair));
        vm.assertEq(average0, 4 << 112);
        sell(BOB, true, 1);
        (average0,,) = reader.consult(address(pair));
        vm.assertEq(average0, 4 << 112);
    }

    function _expectTooYoung() private {
        vm.expectRevert(abi.encodeWithSelector(ITwapReader.TooYoung.selector, address(pair)));
        reader.consult(address(pair));
    }
}

/// @notice Trades, waits and pokes, and sums the prices itself.
contract TwapHandler is Base {
    ActorTradePair private immutable PAIR;
    TwapReader private immutable READER;
    MockToken private immutable TOKEN0;
    MockToken private immutable TOKEN1;

    uint256 public sum;
    uint256 public sumOlder;
    uint256 public sumNewer;
    uint256 public older;
    uint256 public newer;

    constructor(ActorTradePair pair, TwapReader reader, MockToken token0, MockToken token1) {
        (PAIR, READER, TOKEN0, TOKEN1) = (pair, reader, token0, token1);
    }

    function trade(bool zeroForOne, uint256 amount) external {
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        amount = bound(amount, reserveIn / 1e6, reserveIn / 2);
        (zeroForOne ? TOKEN0 : TOKEN1).mint(address(PAIR), amount);
        uint256 out = ConstantProduct.amountOut(amount, reserveIn, reserveOut);
        PAIR.swap(zeroForOne ? 0 : out, zeroForOne ? out : 0, address(0xdEaD), "");
    }

    function sync() external {
        PAIR.sync();
    }

    function wait(uint256 time) external {
        time = bound(time, 1, 900);
        (uint112 reserve0, uint112 reserve1,) = PAIR.getReserves();
        sum += ((uint256(reserve1) << 112) / reserve0) * time;
        vm.warp(vm.getBlockTimestamp() + time);
    }

    function poke() external {
        if (!READER.poke(address(PAIR))) return;
        (sumOlder, older) = (sumNewer, newer);
        (sumNewer, newer) = (sum, vm.getBlockTimestamp());
    }
}

contract TwapReaderInvariantTest is PairFixture {
    TwapReader private reader;
    TwapHandler private handler;

    function setUp() public override {
        super.setUp();
        reader = new TwapReader(600, type(uint32).max);
        addLiquidity(ALICE, 1e20, 4e20);
        handler = new TwapHandler(pair, reader, token0, token1);
        handler.poke();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](4);
        selectors[0] = handler.trade.selector;
        selectors[1] = handler.sync.selector;
        selectors[2] = handler.wait.selector;
        selectors[3] = handler.poke.selector;
        targetSelectors(address(handler), selectors);
    }

    /// @dev The average is the sum of price times seconds that was watched, over at least the shortest window.
    function invariant_The_average_is_that_of_the_prices_there_were() external view {
        uint256 time = vm.getBlockTimestamp();
        bool newerServes = time - handler.newer() >= 600;
        (uint256 start, uint256 from) =
            newerServes ? (handler.sumNewer(), handler.newer()) : (handler.sumOlder(), handler.older());
        if (from == 0) return;
        (uint256 average0,, uint256 window) = reader.consult(address(pair));
        vm.assertEq(average0, (handler.sum() - start) / (time - from));
        vm.assertGe(window, 600, "too short");
    }
}
