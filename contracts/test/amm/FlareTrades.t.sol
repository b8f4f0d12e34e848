// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {IRouter} from "../../src/amm/IRouter.sol";
import {Router} from "../../src/amm/Router.sol";
import {FlareToken} from "../../src/token/FlareToken.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {Artifacts} from "../mocks/Artifacts.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {PairFixture} from "./PairFixture.sol";

/// @notice Flare with its tax, traded on our own pairs through our own router.
contract FlareTradesTest is PairFixture, Artifacts {
    uint256 private constant LATER = START + 60;
    uint256 private constant HUNDRED = 10_000;
    uint256 private constant BUY_BPS = 100;
    uint256 private constant SELL_BPS = 300;

    FlareToken private flare;
    Router private router;
    address private weth;
    ActorTradePair private market;
    ActorTradePair private other;

    function setUp() public override {
        super.setUp();
        weth = deployWeth();
        router = new Router(address(factory), weth);
        flare = new FlareToken(1 days, address(this), TREASURY, 1_000_000e18);
        flare.grantRole(flare.TAX_SETTER_ROLE(), address(this));
        market = ActorTradePair(factory.createPair(address(flare), weth));
        other = ActorTradePair(factory.createPair(address(flare), address(token0)));
        vm.prank(TREASURY);
        flare.transfer(ALICE, 10_000e18);
        token0.mint(ALICE, 10_000e18);
        vm.deal(ALICE, 10_000e18);

        vm.startPrank(ALICE);
        flare.approve(address(router), type(uint256).max);
        token0.approve(address(router), type(uint256).max);
        market.approve(address(router), type(uint256).max);
        router.addLiquidityETH{value: 1_000e18}(address(flare), 1_000e18, 0, 0, ALICE, LATER);
        router.addLiquidity(address(flare), address(token0), 1_000e18, 1_000e18, 0, 0, ALICE, LATER);
        vm.stopPrank();
        flare.setMarketPair(address(market), true);
        flare.setMarketPair(address(other), true);
        flare.setTaxRates(IFlareToken.TaxRates(uint16(BUY_BPS), uint16(SELL_BPS), 0, 0));
    }

    function test_A_sale_is_by_what_arrives() external {
        address[] memory path = _path(address(flare), weth);
        uint256 out = router.getAmountsOut(_less(10e18, SELL_BPS), path)[1];
        vm.startPrank(ALICE);
        vm.expectRevert(IActorTradePair.KDecreased.selector);
        router.swapExactTokensForTokens(10e18, 0, path, BOB, LATER);
        router.swapExactTokensForTokensSupportingFeeOnTransferTokens(10e18, out, path, BOB, LATER);
        vm.assertEq(MockToken(weth).balanceOf(BOB), out);
        router.swapExactTokensForETHSupportingFeeOnTransferTokens(10e18, 0, path, BOB, LATER);
        vm.stopPrank();
        vm.assertEq(flare.balanceOf(address(flare)), 20e18 * SELL_BPS / HUNDRED, "collected");
        _assertWhole();
    }

    /// @dev The bound of the plain form is on what the pair pays; that of the other on what arrives.
    function test_A_purchase_is_bounded_by_what_arrives_in_the_form_for_it_alone() external {
        address[] memory path = _path(weth, address(flare));
        uint256 paid = router.getAmountsOut(1e18, path)[1];
        uint256 state = vm.snapshotState();
        vm.prank(ALICE);
        router.swapExactETHForTokens{value: 1e18}(paid, path, BOB, LATER);
        vm.assertEq(flare.balanceOf(BOB), _less(paid, BUY_BPS), "less than the bound");
        vm.revertToState(state);

        vm.startPrank(ALICE);
        bytes memory tooLittle = abi.encodeWithSelector(IRouter.InsufficientOutput.selector, _less(paid, BUY_BPS), paid);
        vm.expectRevert(tooLittle);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1e18}(paid, path, BOB, LATER);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1e18}(_less(paid, BUY_BPS), path, BOB, LATER);
        vm.stopPrank();
        vm.assertEq(flare.balanceOf(BOB), _less(paid, BUY_BPS));
        _assertWhole();
    }

    function test_From_pair_to_pair_the_tax_is_paid_once() external {
        address[] memory path = new address[](3);
        (path[0], path[1], path[2]) = (weth, address(flare), address(token0));
        uint256 between = router.getAmountsOut(1e18, _path(weth, address(flare)))[1];
        uint256 out = router.getAmountsOut(_less(between, SELL_BPS), _path(address(flare), address(token0)))[1];
        vm.prank(ALICE);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1e18}(out, path, BOB, LATER);
        vm.assertEq(token0.balanceOf(BOB), out);
        vm.assertEq(flare.balanceOf(address(flare)), between - _less(between, SELL_BPS));
        _assertWhole();
    }

    /// @dev Liquidity passes through the pair like a trade and is taxed like one, both ways; what the tax takes off the
    /// one side leaves as much of the other to the providers before. Exempt providers pay nothing.
    function test_Liquidity_is_taxed_in_and_out() external {
        uint256 supply = market.totalSupply();
        vm.startPrank(ALICE);
        (uint256 amount, uint256 coins, uint256 liquidity) =
            router.addLiquidityETH{value: 10e18}(address(flare), 10e18, 0, 0, ALICE, LATER);
        vm.assertEq(amount, coins);
        vm.assertEq(liquidity, _less(10e18, SELL_BPS) * supply / 1_000e18, "by the lesser side");
        uint256 before = flare.balanceOf(BOB);
        uint256 got =
            router.removeLiquidityETHSupportingFeeOnTransferTokens(address(flare), liquidity, 0, 0, BOB, LATER);
        vm.stopPrank();
        vm.assertLt(got, 10e18, "a part of the coins stays with the others");
        uint256 arrived = _less(_less(10e18, SELL_BPS), BUY_BPS);
        vm.assertApproxEqAbs(flare.balanceOf(BOB) - before, arrived, 1e6, "taxed twice");
        _assertWhole();

        flare.setTaxExempt(ALICE, true);
        uint256 collected = flare.balanceOf(address(flare));
        vm.prank(ALICE);
        router.addLiquidityETH{value: 10e18}(address(flare), 10e18, 0, 0, ALICE, LATER);
        vm.assertEq(flare.balanceOf(address(flare)), collected);
        _assertWhole();
    }

    /// @dev Trades of any sizes in both directions: no Flare appears or is lost, and the pair holds what it says.
    function testFuzz_Trades_conserve_flare(uint256 seed) external {
        address[] memory sell = _path(address(flare), weth);
        address[] memory buy = _path(weth, address(flare));
        vm.startPrank(ALICE);
        for (uint256 i = 0; i < 6; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 amount = bound(seed >> 8, 1e6, 100e18);
            uint256 k = _k();
            if (seed % 2 == 0) {
                router.swapExactTokensForETHSupportingFeeOnTransferTokens(amount, 0, sell, ALICE, LATER);
            } else {
                router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: amount}(0, buy, ALICE, LATER);
            }
            vm.assertGe(_k(), k, "the invariant grows");
            _assertWhole();
        }
        vm.stopPrank();
    }

    function _k() private view returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = market.getReserves();
        return uint256(reserve0) * reserve1;
    }

    function _assertWhole() private view {
        uint256 held = flare.balanceOf(TREASURY) + flare.balanceOf(ALICE) + flare.balanceOf(BOB)
            + flare.balanceOf(address(market)) + flare.balanceOf(address(other)) + flare.balanceOf(address(flare));
        vm.assertEq(held, flare.totalSupply(), "every unit");
        (uint112 reserve0, uint112 reserve1,) = market.getReserves();
        vm.assertEq(market.token0() == weth ? reserve1 : reserve0, flare.balanceOf(address(market)), "reserve");
        vm.assertEq(flare.balanceOf(address(router)), 0);
        vm.assertEq(address(router).balance, 0);
    }

    function _less(uint256 amount, uint256 bps) private pure returns (uint256) {
        return amount - amount * bps / HUNDRED;
    }

    function _path(address a, address b) private pure returns (address[] memory path) {
        path = new address[](2);
        (path[0], path[1]) = (a, b);
    }
}
