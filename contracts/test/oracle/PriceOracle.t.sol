// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ActorTradeFactory} from "../../src/amm/ActorTradeFactory.sol";
import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {IAggregatorV3} from "../../src/oracle/IAggregatorV3.sol";
import {IPriceFeeds} from "../../src/oracle/IPriceFeeds.sol";
import {ITwapReader} from "../../src/oracle/ITwapReader.sol";
import {PriceOracle} from "../../src/oracle/PriceOracle.sol";
import {TwapReader} from "../../src/oracle/TwapReader.sol";
import {Base} from "../Base.sol";
import {MockAggregator} from "../mocks/MockAggregator.sol";
import {MockToken} from "../mocks/MockToken.sol";

contract PriceOracleTest is Base {
    address private constant ADMIN = address(0xA11CE);
    address private constant STRANGER = address(0x57A6);
    uint256 private constant START = 1_700_000_000;
    uint32 private constant HEARTBEAT = 3600;
    uint32 private constant WINDOW = 1800;

    PriceOracle private oracle;
    TwapReader private reader;
    MockAggregator private coinFeed;
    MockAggregator private usdFeed;
    MockToken private coin;
    MockToken private usd;
    ActorTradePair private pair;

    function setUp() external {
        vm.warp(START);
        reader = new TwapReader(WINDOW, 4 * WINDOW);
        oracle = new PriceOracle(1 days, ADMIN, reader, IAggregatorV3(address(0)), 0);
        (coin, usd) = (new MockToken("COIN", 18), new MockToken("USD", 6));
        coinFeed = new MockAggregator(8, 3000e8);
        usdFeed = new MockAggregator(8, 1e8);
        ActorTradeFactory factory = new ActorTradeFactory(0, ADMIN, ADMIN);
        pair = ActorTradePair(factory.createPair(address(coin), address(usd)));
        coin.mint(address(pair), 1000e18);
        usd.mint(address(pair), 3_000_000e6);
        pair.mint(ADMIN);
        vm.startPrank(ADMIN);
        oracle.setFeed(address(usd), _feedBetween(usdFeed, 0, address(0), 5e17, 2e18));
        oracle.setFeed(address(coin), _feed(coinFeed, 0, address(0)));
        vm.stopPrank();
    }

    // Feeds

    function test_A_feeds_answer_is_scaled_to_18_decimals() external {
        (uint256 price, uint256 updatedAt) = oracle.price(address(coin));
        vm.assertEq(price, 3000e18);
        vm.assertEq(updatedAt, START);
        _assertScaled(18, 3000e18, 3000e18);
        _assertScaled(20, 3000e20 + 99, 3000e18);
        _assertScaled(36, 3000e36, 3000e18);
        _assertScaled(0, 3000, 3000e18);
    }

    function test_A_token_without_a_feed_has_no_price() external {
        _expect(abi.encodeWithSelector(IPriceFeeds.NoFeed.selector, address(pair)));
        oracle.price(address(pair));
        vm.prank(ADMIN);
        vm.expectEmit(address(oracle));
        emit IPriceFeeds.FeedRemoved(address(coin));
        oracle.removeFeed(address(coin));
        _expect(abi.encodeWithSelector(IPriceFeeds.NoFeed.selector, address(coin)));
        oracle.price(address(coin));
        _expect(abi.encodeWithSelector(IPriceFeeds.NoFeed.selector, address(coin)));
        vm.prank(ADMIN);
        oracle.removeFeed(address(coin));
    }

    function test_Audit13_A_price_is_stale_one_second_after_the_heartbeat() external {
        vm.warp(START + HEARTBEAT);
        oracle.price(address(coin));
        vm.warp(START + HEARTBEAT + 1);
        _expect(abi.encodeWithSelector(IPriceFeeds.StalePrice.selector, address(coin), START));
        oracle.price(address(coin));
    }

    function test_Audit13_Answers_that_are_none_are_refused() external {
        coinFeed.set(0);
        _expect(abi.encodeWithSelector(IPriceFeeds.InvalidAnswer.selector, address(coin), int256(0)));
        oracle.price(address(coin));
        coinFeed.set(-1);
        _expect(abi.encodeWithSelector(IPriceFeeds.InvalidAnswer.selector, address(coin), int256(-1)));
        oracle.price(address(coin));
        coinFeed.setRound(7, 3000e8, START, 0, 7);
        _expectIncomplete(7);
        coinFeed.setRound(8, 3000e8, START, START, 7);
        _expectIncomplete(8);
        coinFeed.setRound(9, 3000e8, START, START + 1, 9);
        _expectIncomplete(9);
    }

    function test_Audit13_A_price_at_a_bound_is_the_aggregators_and_not_the_markets() external {
        _expectOutOfBounds(10e8, 10e18);
        coinFeed.set(10e8 + 1);
        oracle.price(address(coin));
        _expectOutOfBounds(1_000_000e8, 1_000_000e18);
        coinFeed.set(1_000_000e8 - 1);
        oracle.price(address(coin));
    }

    // The second source

    function test_The_pairs_average_is_scaled_by_both_tokens_and_the_quotes_price() external {
        _withPair(500);
        vm.assertApproxEqAbs(oracle.pairPrice(address(coin)), 3000e18, 1e6, "average");
        usdFeed.set(98e6);
        vm.assertApproxEqAbs(oracle.pairPrice(address(coin)), 2940e18, 1e6, "the quote's price");
        (uint256 price,) = oracle.price(address(coin));
        vm.assertEq(price, 3000e18);
    }

    function test_A_pair_prices_the_token_on_either_side() external {
        // Dollars against coins: a price of one, out of units a trillion times smaller.
        _poke();
        vm.startPrank(ADMIN);
        oracle.setFeed(address(usd), _feedBetween(usdFeed, 100, address(pair), 1, 2e18));
        vm.stopPrank();
        vm.assertApproxEqAbs(oracle.pairPrice(address(usd)), 1e18, 1e9, "inverse");
        oracle.price(address(usd));
    }

    function test_Sources_must_agree_to_the_bound() external {
        _withPair(100);
        uint256 average = oracle.pairPrice(address(coin));
        coinFeed.set(3030e8);
        oracle.price(address(coin));
        coinFeed.set(3031e8);
        _expect(abi.encodeWithSelector(IPriceFeeds.SourcesDisagree.selector, address(coin), 3031e18, average));
        oracle.price(address(coin));
        coinFeed.set(2971e8);
        oracle.price(address(coin));
        coinFeed.set(2970e8);
        _expect(abi.encodeWithSelector(IPriceFeeds.SourcesDisagree.selector, address(coin), 2970e18, average));
        oracle.price(address(coin));
    }

    function test_The_time_told_is_the_oldest_sources() external {
        _withPair(100);
        vm.warp(vm.getBlockTimestamp() + 60);
        coinFeed.set(3000e8);
        (, uint256 updatedAt) = oracle.price(address(coin));
        vm.assertEq(updatedAt, vm.getBlockTimestamp() - 60);
    }

    function test_Without_an_average_there_is_no_price() external {
        vm.prank(ADMIN);
        oracle.setFeed(address(coin), _feed(coinFeed, 100, address(pair)));
        _expect(abi.encodeWithSelector(ITwapReader.TooYoung.selector, address(pair)));
        oracle.price(address(coin));
        _withPair(100);
        vm.warp(vm.getBlockTimestamp() + 4 * WINDOW);
        coinFeed.set(3000e8);
        usdFeed.set(1e8);
        _expect(abi.encodeWithSelector(ITwapReader.TooOld.selector, address(pair), 5 * uint256(WINDOW)));
        oracle.price(address(coin));
        vm.prank(ADMIN);
        oracle.removeFeed(address(usd));
        reader.poke(address(pair));
        vm.warp(vm.getBlockTimestamp() + WINDOW);
        coinFeed.set(3000e8);
        _expect(abi.encodeWithSelector(IPriceFeeds.NoFeed.selector, address(usd)));
        oracle.price(address(coin));
    }

    /// @dev A trade of ten times the pool in one block moves what the pair says now, and not the average.
    function test_Audit02_One_blocks_manipulation_does_not_move_the_price() external {
        _withPair(100);
        uint256 before = oracle.pairPrice(address(coin));
        _sellCoins(10_000e18);
        vm.assertEq(oracle.pairPrice(address(coin)), before);
        oracle.price(address(coin));
        reader.poke(address(pair));
        vm.assertEq(oracle.pairPrice(address(coin)), before);
    }

    /// @dev Held on, it weighs by its time, and the oracle refuses before it follows.
    function test_Audit07_A_manipulation_that_lasts_is_refused_not_believed() external {
        _withPair(100);
        _sellCoins(10_000e18);
        vm.warp(vm.getBlockTimestamp() + 120);
        vm.expectPartialRevert(IPriceFeeds.SourcesDisagree.selector);
        oracle.price(address(coin));
    }

    function testFuzz_The_answer_is_the_feeds_or_none(uint256 traded, uint256 time, uint256 answer) external {
        _withPair(300);
        _sellCoins(bound(traded, 1e15, 1e22));
        vm.warp(vm.getBlockTimestamp() + bound(time, 0, HEARTBEAT));
        // forge-lint: disable-next-line(unsafe-typecast)
        coinFeed.set(int256(bound(answer, 1, 1e16)));
        try oracle.price(address(coin)) returns (uint256 price, uint256) {
            vm.assertEq(price, uint256(coinFeed.answer()) * 1e10);
            uint256 average = oracle.pairPrice(address(coin));
            vm.assertLe(average, (price * 103) / 100, "too far above");
            vm.assertGe(average, (price * 97) / 100, "too far below");
        } catch {}
    }

    // The sequencer

    function test_Audit13_No_price_while_the_sequencer_is_down_or_just_back() external {
        MockAggregator sequencer = new MockAggregator(0, 0);
        PriceOracle onL2 = new PriceOracle(0, ADMIN, reader, sequencer, 3600);
        vm.prank(ADMIN);
        onL2.setFeed(address(coin), _feed(coinFeed, 0, address(0)));
        sequencer.setRound(1, 0, START - 3600, START, 1);
        onL2.price(address(coin));
        sequencer.setRound(1, 0, START - 3599, START, 1);
        _expect(abi.encodeWithSelector(IPriceFeeds.SequencerGracePeriod.selector, START - 3599));
        onL2.price(address(coin));
        sequencer.setRound(1, 1, START - 9999, START, 1);
        _expect(abi.encodeWithSelector(IPriceFeeds.SequencerDown.selector));
        onL2.price(address(coin));
        sequencer.setRound(1, 0, 0, 0, 1);
        _expect(abi.encodeWithSelector(IPriceFeeds.SequencerDown.selector));
        onL2.price(address(coin));
        sequencer.setRound(1, 0, START + 1, START, 1);
        _expect(abi.encodeWithSelector(IPriceFeeds.SequencerDown.selector));
        onL2.price(address(coin));
    }

    // Configuration

    function test_Feeds_that_make_no_sense_are_refused() external {
        vm.startPrank(ADMIN);
        IPriceFeeds.Feed memory feed = _feed(coinFeed, 0, address(0));
        _expect(abi.encodeWithSelector(IPriceFeeds.ZeroAddress.selector));
        oracle.setFeed(address(0), feed);
        feed.aggregator = address(0);
        _expect(abi.encodeWithSelector(IPriceFeeds.ZeroAddress.selector));
        oracle.setFeed(address(coin), feed);
        feed = _feed(coinFeed, 0, address(0));
        feed.heartbeat = 0;
        _expectInvalid(address(coin), feed);
        feed = _feed(coinFeed, 0, address(0));
        feed.minPriceE18 = feed.maxPriceE18;
        _expectInvalid(address(coin), feed);
        _expectInvalid(address(coin), _feed(new MockAggregator(37, 1), 0, address(0)));
        _expectInvalid(address(coin), _feed(coinFeed, 0, address(pair)));
        _expectInvalid(address(coin), _feed(coinFeed, 10_001, address(pair)));
        _expectInvalid(address(new MockToken("X", 18)), _feed(coinFeed, 100, address(pair)));
        vm.stopPrank();
        _expect(abi.encodeWithSelector(IPriceFeeds.ZeroAddress.selector));
        new PriceOracle(0, ADMIN, ITwapReader(address(0)), IAggregatorV3(address(0)), 0);
    }

    function test_Tokens_with_absurd_decimals_have_no_pair() external {
        MockToken odd = new MockToken("ODD", 37);
        ActorTradePair other =
            ActorTradePair(new ActorTradeFactory(0, ADMIN, ADMIN).createPair(address(odd), address(usd)));
        vm.startPrank(ADMIN);
        _expectInvalid(address(odd), _feed(coinFeed, 100, address(other)));
        _expectInvalid(address(usd), _feed(coinFeed, 100, address(other)));
    }

    function test_A_feed_is_told_as_it_was_set() external {
        IPriceFeeds.Feed memory feed = _feed(coinFeed, 100, address(pair));
        vm.prank(ADMIN);
        vm.expectEmit(address(oracle));
        emit IPriceFeeds.FeedSet(address(coin), feed);
        oracle.setFeed(address(coin), feed);
        vm.assertEq(abi.encode(oracle.feedOf(address(coin))), abi.encode(feed));
        _expect(abi.encodeWithSelector(IPriceFeeds.NoFeed.selector, address(usd)));
        oracle.pairPrice(address(usd));
    }

    function test_Audit01_Role_matrix() external {
        bytes[2] memory calls = [
            abi.encodeCall(oracle.setFeed, (address(coin), _feed(coinFeed, 0, address(0)))),
            abi.encodeCall(oracle.removeFeed, (address(coin)))
        ];
        bytes32 admin = oracle.DEFAULT_ADMIN_ROLE();
        for (uint256 i = 0; i < calls.length; i++) {
            _expect(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, STRANGER, admin));
            vm.prank(STRANGER);
            (bool ok,) = address(oracle).call(calls[i]);
            vm.assertTrue(ok, "the refusal did not come");
            vm.prank(ADMIN);
            (ok,) = address(oracle).call(calls[i]);
            vm.assertTrue(ok, "the admin was refused");
        }
    }

    /// forge-config: default.isolate = true
    function test_Gas_of_a_price() external {
        _withPair(100);
        oracle.price(address(coin));
        vm.snapshotGasLastCall("oracle", "price of two sources");
        oracle.price(address(usd));
        vm.snapshotGasLastCall("oracle", "price of a feed");
        vm.warp(vm.getBlockTimestamp() + WINDOW);
        reader.poke(address(pair));
        vm.snapshotGasLastCall("oracle", "poke");
    }

    // Parts

    function _feed(MockAggregator aggregator, uint16 deviationBps, address source)
        private
        pure
        returns (IPriceFeeds.Feed memory)
    {
        return _feedBetween(aggregator, deviationBps, source, 10e18, 1_000_000e18);
    }

    function _feedBetween(MockAggregator aggregator, uint16 deviationBps, address source, uint128 least, uint128 most)
        private
        pure
        returns (IPriceFeeds.Feed memory)
    {
        return IPriceFeeds.Feed(address(aggregator), HEARTBEAT, deviationBps, least, most, source);
    }

    /// @dev A checkpoint of half an hour ago, and fresh feeds.
    function _poke() private {
        reader.poke(address(pair));
        vm.warp(vm.getBlockTimestamp() + WINDOW);
        coinFeed.set(3000e8);
        usdFeed.set(1e8);
    }

    function _withPair(uint16 deviationBps) private {
        vm.startPrank(ADMIN);
        oracle.setFeed(address(coin), _feed(coinFeed, deviationBps, address(pair)));
        vm.stopPrank();
        _poke();
    }

    function _sellCoins(uint256 amount) private {
        bool coinIs0 = address(coin) < address(usd);
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        (uint256 coins, uint256 dollars) = coinIs0 ? (reserve0, reserve1) : (reserve1, reserve0);
        coin.mint(address(pair), amount);
        uint256 out = ConstantProduct.amountOut(amount, coins, dollars);
        pair.swap(coinIs0 ? 0 : out, coinIs0 ? out : 0, STRANGER, "");
    }

    function _assertScaled(uint8 decimals, int256 answer, uint256 expected) private {
        MockAggregator aggregator = new MockAggregator(decimals, answer);
        vm.prank(ADMIN);
        oracle.setFeed(address(coin), _feed(aggregator, 0, address(0)));
        (uint256 price,) = oracle.price(address(coin));
        vm.assertEq(price, expected);
    }

    function _expect(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function _expectIncomplete(uint80 roundId) private {
        _expect(abi.encodeWithSelector(IPriceFeeds.IncompleteRound.selector, address(coin), roundId));
        oracle.price(address(coin));
    }

    function _expectOutOfBounds(int256 answer, uint256 priceE18) private {
        coinFeed.set(answer);
        _expect(abi.encodeWithSelector(IPriceFeeds.PriceOutOfBounds.selector, address(coin), priceE18));
        oracle.price(address(coin));
    }

    function _expectInvalid(address token, IPriceFeeds.Feed memory feed) private {
        _expect(abi.encodeWithSelector(IPriceFeeds.InvalidFeed.selector, token));
        oracle.setFeed(token, feed);
    }
}
