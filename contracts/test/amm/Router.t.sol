// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {IRouter} from "../../src/amm/IRouter.sol";
import {IWETH} from "../../src/amm/IWETH.sol";
import {Router} from "../../src/amm/Router.sol";
import {Artifacts} from "../mocks/Artifacts.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {PairFixture} from "./PairFixture.sol";

contract RouterTest is PairFixture, Artifacts {
    uint256 private constant LATER = START + 60;
    uint256 private constant SIGNER = 7;

    Router private router;
    address private weth;
    FeeOnTransferToken private taxed;
    address private signer;

    function setUp() public override {
        super.setUp();
        weth = deployWeth();
        router = new Router(address(factory), weth);
        taxed = new FeeOnTransferToken(100);
        signer = vm.addr(SIGNER);
        address[4] memory users = [ALICE, BOB, signer, address(this)];
        for (uint256 i = 0; i < users.length; i++) {
            _fund(users[i]);
        }
    }

    receive() external payable {}

    // Liquidity

    function test_Liquidity_makes_the_pair_and_follows_its_ratio() external {
        MockToken third = new MockToken("C", 6);
        third.mint(ALICE, 1e24);
        vm.startPrank(ALICE);
        third.approve(address(router), type(uint256).max);
        (uint256 a, uint256 b, uint256 liquidity) =
            router.addLiquidity(address(third), address(token0), 4e18, 1e18, 4e18, 1e18, ALICE, LATER);
        vm.assertEq(a, 4e18);
        vm.assertEq(b, 1e18);
        vm.assertEq(liquidity, 2e18 - 1000);
        (a, b,) = router.addLiquidity(address(third), address(token0), 8e18, 1e18, 4e18, 1e18, ALICE, LATER);
        vm.assertEq(a, 4e18);
        (a, b,) = router.addLiquidity(address(third), address(token0), 4e18, 8e18, 4e18, 1e18, ALICE, LATER);
        vm.assertEq(b, 1e18);
        vm.assertTrue(factory.getPair(address(third), address(token0)) != address(0), "no pair");
    }

    function test_Liquidity_below_its_bounds_is_refused_in_both_directions() external {
        _seed(1e18, 4e18);
        vm.startPrank(ALICE);
        _expectAmount(address(token0), 25e16, 26e16);
        router.addLiquidity(address(token0), address(token1), 1e18, 1e18, 26e16, 0, ALICE, LATER);
        _expectAmount(address(token1), 4e18, 4e18 + 1);
        router.addLiquidity(address(token0), address(token1), 1e18, 5e18, 0, 4e18 + 1, ALICE, LATER);
        pair.approve(address(router), type(uint256).max);
        _expectAmount(address(token0), 5e17, 5e17 + 1);
        router.removeLiquidity(address(token0), address(token1), 1e18, 5e17 + 1, 0, ALICE, LATER);
        _expectAmount(address(token0), 5e17, 5e17 + 1);
        router.removeLiquidity(address(token1), address(token0), 1e18, 2e18, 5e17 + 1, ALICE, LATER);
        (uint256 a, uint256 b) =
            router.removeLiquidity(address(token1), address(token0), 1e18, 2e18, 5e17, ALICE, LATER);
        vm.assertEq(a, 2e18);
        vm.assertEq(b, 5e17);
    }

    function test_Liquidity_with_coins_gives_back_what_is_not_needed() external {
        vm.startPrank(ALICE);
        router.addLiquidityETH{value: 4e18}(address(token0), 1e18, 1e18, 4e18, ALICE, LATER);
        uint256 coins = ALICE.balance;
        (uint256 tokens, uint256 paid, uint256 liquidity) =
            router.addLiquidityETH{value: 9e18}(address(token0), 1e18, 1e18, 4e18, ALICE, LATER);
        vm.assertEq(tokens, 1e18);
        vm.assertEq(paid, 4e18);
        vm.assertEq(ALICE.balance, coins - 4e18);
        ActorTradePair made = ActorTradePair(factory.getPair(address(token0), weth));
        made.approve(address(router), liquidity);
        (tokens, paid) = router.removeLiquidityETH(address(token0), liquidity, 1e18, 4e18, BOB, LATER);
        vm.assertEq(BOB.balance, 1000e18 + 4e18);
        _assertEmpty();
    }

    function test_Burns_stay_open_through_the_router_while_paused() external {
        _seed(1e18, 4e18);
        vm.prank(GUARDIAN);
        factory.pause();
        vm.startPrank(ALICE);
        pair.approve(address(router), type(uint256).max);
        router.removeLiquidity(address(token0), address(token1), 1e18, 0, 0, ALICE, LATER);
        vm.expectRevert(IActorTradePair.Paused.selector);
        router.swapExactTokensForTokens(1e15, 0, _path(address(token0), address(token1)), ALICE, LATER);
        vm.expectRevert(IActorTradePair.Paused.selector);
        router.addLiquidity(address(token0), address(token1), 1e15, 1e16, 0, 0, ALICE, LATER);
    }

    // Permits

    function test_Signed_permission_takes_out_liquidity_without_an_allowance() external {
        uint256 liquidity = _seedFor(signer);
        (uint8 v, bytes32 r, bytes32 s) = _sign(pair, liquidity, 0);
        vm.startPrank(signer);
        router.removeLiquidityWithPermit(address(token0), address(token1), liquidity, 1, 1, BOB, LATER, false, v, r, s);
        vm.assertEq(pair.balanceOf(signer), 0);
        vm.assertEq(pair.allowance(signer, address(router)), 0);
    }

    function test_Signed_permission_for_all() external {
        uint256 liquidity = _seedFor(signer);
        (uint8 v, bytes32 r, bytes32 s) = _sign(pair, type(uint256).max, 0);
        vm.startPrank(signer);
        router.removeLiquidityWithPermit(address(token0), address(token1), liquidity, 1, 1, BOB, LATER, true, v, r, s);
        vm.assertEq(pair.allowance(signer, address(router)), type(uint256).max);
    }

    function test_Audit11_A_permit_used_by_someone_first_does_not_stop_its_owner() external {
        uint256 liquidity = _seedFor(signer);
        (uint8 v, bytes32 r, bytes32 s) = _sign(pair, liquidity, 0);
        vm.prank(BOB);
        pair.permit(signer, address(router), liquidity, LATER, v, r, s);
        vm.startPrank(signer);
        router.removeLiquidityWithPermit(
            address(token0), address(token1), liquidity, 1, 1, signer, LATER, false, v, r, s
        );
        vm.assertEq(pair.balanceOf(signer), 0);
    }

    function test_Audit11_A_permit_serves_its_signer_alone_and_once() external {
        uint256 liquidity = _seedFor(signer);
        (uint8 v, bytes32 r, bytes32 s) = _sign(pair, liquidity / 2, 0);
        vm.prank(BOB);
        vm.expectRevert(IRouter.PermitFailed.selector);
        router.removeLiquidityWithPermit(
            address(token0), address(token1), liquidity / 2, 1, 1, BOB, LATER, false, v, r, s
        );
        vm.startPrank(signer);
        router.removeLiquidityWithPermit(
            address(token0), address(token1), liquidity / 2, 1, 1, BOB, LATER, false, v, r, s
        );
        vm.expectRevert(IRouter.PermitFailed.selector);
        router.removeLiquidityWithPermit(
            address(token0), address(token1), liquidity / 2, 1, 1, BOB, LATER, false, v, r, s
        );
    }

    function test_Signed_permission_pays_coins_also_for_taxed_tokens() external {
        vm.startPrank(signer);
        (,, uint256 liquidity) = router.addLiquidityETH{value: 4e18}(address(taxed), 1e18, 0, 0, signer, LATER);
        ActorTradePair made = ActorTradePair(factory.getPair(address(taxed), weth));
        (uint8 v, bytes32 r, bytes32 s) = _sign(made, liquidity / 2, 0);
        uint256 coins = BOB.balance;
        router.removeLiquidityETHWithPermitSupportingFeeOnTransferTokens(
            address(taxed), liquidity / 2, 1, 1, BOB, LATER, false, v, r, s
        );
        vm.assertGe(BOB.balance, coins + 19e17, "coins are missing");
        (,, liquidity) = router.addLiquidityETH{value: 4e18}(address(token0), 1e18, 0, 0, signer, LATER);
        made = ActorTradePair(factory.getPair(address(token0), weth));
        (v, r, s) = _sign(made, liquidity, 0);
        coins = BOB.balance;
        router.removeLiquidityETHWithPermit(address(token0), liquidity, 1, 1, BOB, LATER, false, v, r, s);
        vm.assertGe(BOB.balance, coins + 39e17, "coins are missing");
        _assertEmpty();
    }

    // Trades

    function test_Exact_in_and_exact_out_over_two_pairs() external {
        _seed(1e20, 4e20);
        _seedCoins(address(token1), 4e20, 1e20);
        address[] memory path = _path(address(token0), address(token1), weth);
        uint256[] memory quoted = router.getAmountsOut(1e18, path);
        vm.startPrank(ALICE);
        uint256[] memory amounts = router.swapExactTokensForTokens(1e18, quoted[2], path, BOB, LATER);
        vm.assertEq(abi.encode(amounts), abi.encode(quoted));
        vm.assertEq(MockToken(weth).balanceOf(BOB), quoted[2]);

        quoted = router.getAmountsIn(1e18, path);
        uint256 before = token0.balanceOf(ALICE);
        router.swapTokensForExactTokens(1e18, quoted[0], path, BOB, LATER);
        vm.assertEq(before - token0.balanceOf(ALICE), quoted[0]);
        _assertEmpty();
    }

    function test_Bounds_hold_to_the_unit() external {
        _seed(1e20, 4e20);
        address[] memory path = _path(address(token0), address(token1));
        uint256 out = router.getAmountsOut(1e18, path)[1];
        uint256 cost = router.getAmountsIn(1e18, path)[0];
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IRouter.InsufficientOutput.selector, out, out + 1));
        router.swapExactTokensForTokens(1e18, out + 1, path, ALICE, LATER);
        vm.expectRevert(abi.encodeWithSelector(IRouter.ExcessiveInput.selector, cost, cost - 1));
        router.swapTokensForExactTokens(1e18, cost - 1, path, ALICE, LATER);
    }

    function test_Trades_with_coins_in_all_four_forms() external {
        _seedCoins(address(token0), 1e20, 1e20);
        address[] memory sell = _path(address(token0), weth);
        address[] memory buy = _path(weth, address(token0));
        vm.startPrank(ALICE);
        uint256 coins = ALICE.balance;
        router.swapExactETHForTokens{value: 1e18}(1, buy, ALICE, LATER);
        vm.assertEq(ALICE.balance, coins - 1e18);
        uint256 cost = router.swapETHForExactTokens{value: 3e18}(1e18, buy, ALICE, LATER)[0];
        vm.assertEq(ALICE.balance, coins - 1e18 - cost);
        coins = BOB.balance;
        router.swapTokensForExactETH(1e18, 2e18, sell, BOB, LATER);
        vm.assertEq(BOB.balance, coins + 1e18);
        uint256 got = router.swapExactTokensForETH(1e18, 1, sell, BOB, LATER)[1];
        vm.assertEq(BOB.balance, coins + 1e18 + got);
        _assertEmpty();
    }

    function test_Audit12_Taxed_tokens_trade_by_what_arrives() external {
        _seedTaxed();
        address[] memory sell = _path(address(taxed), weth);
        address[] memory buy = _path(weth, address(taxed));
        vm.startPrank(ALICE);
        vm.expectRevert(IActorTradePair.KDecreased.selector);
        router.swapExactTokensForTokens(1e18, 0, sell, ALICE, LATER);

        uint256 out = _quote(sell, (1e18 * 99) / 100);
        vm.expectRevert(abi.encodeWithSelector(IRouter.InsufficientOutput.selector, out, out + 1));
        router.swapExactTokensForTokensSupportingFeeOnTransferTokens(1e18, out + 1, sell, BOB, LATER);
        router.swapExactTokensForTokensSupportingFeeOnTransferTokens(1e18, out, sell, BOB, LATER);
        vm.assertEq(MockToken(weth).balanceOf(BOB), out);

        uint256 coins = BOB.balance;
        out = _quote(sell, (1e18 * 99) / 100);
        router.swapExactTokensForETHSupportingFeeOnTransferTokens(1e18, out, sell, BOB, LATER);
        vm.assertEq(BOB.balance, coins + out);

        out = _quote(buy, 1e18);
        uint256 before = taxed.balanceOf(BOB);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1e18}(out - out / 100, buy, BOB, LATER);
        vm.assertEq(taxed.balanceOf(BOB) - before, out - out / 100);
        _assertEmpty();
    }

    function test_Audit12_Taxed_liquidity_passes_on_what_arrives() external {
        uint256 liquidity = _seedTaxed();
        vm.startPrank(ALICE);
        ActorTradePair made = ActorTradePair(factory.getPair(address(taxed), weth));
        made.approve(address(router), liquidity);
        // 99 % of the first transfer are in the pair; of 10 % of it, 99 % arrive at the router.
        uint256 arrives = (uint256(99e18) / 10) * 99 / 100;
        uint256 tenth = made.totalSupply() / 10;
        vm.expectPartialRevert(IRouter.InsufficientAmount.selector);
        router.removeLiquidityETHSupportingFeeOnTransferTokens(address(taxed), tenth, arrives + 1, 0, BOB, LATER);
        // A stray unit in the router is not paid out.
        taxed.mint(address(router), 5);
        uint256 before = taxed.balanceOf(BOB);
        router.removeLiquidityETHSupportingFeeOnTransferTokens(address(taxed), tenth, arrives - 1, 0, BOB, LATER);
        vm.assertEq(taxed.balanceOf(address(router)), 5);
        vm.assertApproxEqAbs(taxed.balanceOf(BOB) - before, arrives * 99 / 100, 3, "passed on");
    }

    // A sandwich

    /// @dev However much the attacker moves the price first, the victim gets its minimum or nothing happens; and the
    /// attack that leaves the victim unharmed costs the attacker.
    function testFuzz_Audit02_A_sandwich_cannot_take_more_than_the_bound(uint256 front, uint256 slippageBps) external {
        _seed(1e22, 4e22);
        front = bound(front, 1e15, 1e23);
        slippageBps = bound(slippageBps, 0, 500);
        address[] memory path = _path(address(token0), address(token1));
        uint256 minimum = (router.getAmountsOut(1e20, path)[1] * (10_000 - slippageBps)) / 10_000;

        vm.prank(BOB);
        uint256 bought = router.swapExactTokensForTokens(front, 0, path, BOB, LATER)[1];
        uint256 before = token1.balanceOf(ALICE);
        vm.prank(ALICE);
        try router.swapExactTokensForTokens(1e20, minimum, path, ALICE, LATER) {
            vm.assertGe(token1.balanceOf(ALICE) - before, minimum, "less than the minimum");
        } catch {
            vm.assertEq(token1.balanceOf(ALICE), before);
            vm.prank(BOB);
            uint256 back =
                router.swapExactTokensForTokens(bought, 0, _path(address(token1), address(token0)), BOB, LATER)[1];
            vm.assertLt(back, front, "the attacker did not pay for the failed attack");
        }
    }

    // Refusals

    function test_Every_form_expires() external {
        vm.warp(LATER + 1);
        address[] memory path = _path(address(token0), address(token1));
        address t = address(token0);
        bytes[16] memory calls = [
            abi.encodeCall(router.addLiquidity, (t, address(token1), 1, 1, 0, 0, BOB, LATER)),
            abi.encodeCall(router.addLiquidityETH, (t, 1, 0, 0, BOB, LATER)),
            abi.encodeCall(router.removeLiquidity, (t, address(token1), 1, 0, 0, BOB, LATER)),
            abi.encodeCall(router.removeLiquidityETH, (t, 1, 0, 0, BOB, LATER)),
            abi.encodeCall(router.removeLiquidityETHSupportingFeeOnTransferTokens, (t, 1, 0, 0, BOB, LATER)),
            abi.encodeCall(router.swapExactTokensForTokens, (1, 0, path, BOB, LATER)),
            abi.encodeCall(router.swapTokensForExactTokens, (1, 1, path, BOB, LATER)),
            abi.encodeCall(router.swapExactETHForTokens, (0, path, BOB, LATER)),
            abi.encodeCall(router.swapTokensForExactETH, (1, 1, path, BOB, LATER)),
            abi.encodeCall(router.swapExactTokensForETH, (1, 0, path, BOB, LATER)),
            abi.encodeCall(router.swapETHForExactTokens, (1, path, BOB, LATER)),
            abi.encodeCall(router.swapExactTokensForTokensSupportingFeeOnTransferTokens, (1, 0, path, BOB, LATER)),
            abi.encodeCall(router.swapExactETHForTokensSupportingFeeOnTransferTokens, (0, path, BOB, LATER)),
            abi.encodeCall(router.swapExactTokensForETHSupportingFeeOnTransferTokens, (1, 0, path, BOB, LATER)),
            abi.encodeCall(router.addLiquidity, (t, address(token1), 1, 1, 0, 0, BOB, 0)),
            abi.encodeCall(router.swapExactETHForTokens, (0, path, BOB, 0))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            (bool ok, bytes memory why) = address(router).call(calls[i]);
            vm.assertFalse(ok, "traded too late");
            uint256 deadline = i < 14 ? LATER : 0;
            if (i != 4) vm.assertEq(why, abi.encodeWithSelector(IRouter.Expired.selector, deadline));
        }
    }

    function test_Audit04_Paths_must_lead_somewhere() external {
        _seed(1e20, 4e20);
        address[] memory one = new address[](1);
        address[] memory tokens = _path(address(token0), address(token1));
        address[] memory unknown = _path(address(token0), address(taxed));
        vm.startPrank(ALICE);
        bytes4 invalid = IRouter.InvalidPath.selector;
        vm.expectRevert(invalid);
        router.getAmountsOut(1, one);
        vm.expectRevert(invalid);
        router.getAmountsIn(1, one);
        vm.expectRevert(invalid);
        router.swapExactTokensForTokensSupportingFeeOnTransferTokens(1, 0, one, BOB, LATER);
        vm.expectRevert(invalid);
        router.swapExactETHForTokens{value: 1}(0, tokens, BOB, LATER);
        vm.expectRevert(invalid);
        router.swapExactETHForTokens{value: 1}(0, one, BOB, LATER);
        vm.expectRevert(invalid);
        router.swapETHForExactTokens{value: 1}(1, tokens, BOB, LATER);
        vm.expectRevert(invalid);
        router.swapTokensForExactETH(1, 1, tokens, BOB, LATER);
        vm.expectRevert(invalid);
        router.swapExactTokensForETH(1, 0, one, BOB, LATER);
        vm.expectRevert(invalid);
        router.swapExactTokensForETHSupportingFeeOnTransferTokens(1, 0, tokens, BOB, LATER);
        vm.expectRevert(invalid);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1}(0, tokens, BOB, LATER);
        vm.expectRevert(abi.encodeWithSelector(IRouter.NoPair.selector, address(token0), address(taxed)));
        router.swapExactTokensForTokens(1, 0, unknown, BOB, LATER);
        vm.expectRevert(abi.encodeWithSelector(IRouter.NoPair.selector, address(token0), address(taxed)));
        router.removeLiquidity(address(token0), address(taxed), 1, 0, 0, BOB, LATER);
    }

    function test_Coins_come_from_the_coins_token_only() external {
        vm.expectRevert(abi.encodeWithSelector(IRouter.CoinsNotFromWeth.selector, address(this)));
        (bool ok,) = address(router).call{value: 1}("");
        vm.assertTrue(ok, "the refusal did not come");
    }

    // Quotes

    function test_Quotes_refuse_nothing_and_empty_pools() external {
        bytes4 zero = ConstantProduct.ZeroAmount.selector;
        vm.expectRevert(zero);
        router.getAmountOut(0, 1, 1);
        vm.expectRevert(zero);
        router.getAmountIn(0, 1, 1);
        vm.expectRevert(zero);
        router.quote(0, 1, 1);
        _expectReserves(0, 1);
        router.getAmountOut(1, 0, 1);
        _expectReserves(1, 0);
        router.getAmountOut(1, 1, 0);
        _expectReserves(0, 1);
        router.getAmountIn(1, 0, 1);
        _expectReserves(1, 1);
        router.getAmountIn(1, 1, 1);
        _expectReserves(0, 1);
        router.quote(1, 0, 1);
        _expectReserves(1, 0);
        router.quote(1, 1, 0);
        vm.assertEq(router.quote(3, 2, 5), 7);
    }

    function testFuzz_Exact_out_pays_for_itself(uint256 reserveIn, uint256 reserveOut, uint256 out) external view {
        reserveIn = bound(reserveIn, 1, type(uint112).max);
        reserveOut = bound(reserveOut, 2, type(uint112).max);
        out = bound(out, 1, reserveOut - 1);
        uint256 cost = router.getAmountIn(out, reserveIn, reserveOut);
        vm.assertGe(router.getAmountOut(cost, reserveIn, reserveOut), out, "the quote does not pay for it");
    }

    /// forge-config: default.isolate = true
    function test_Gas_of_the_main_actions() external {
        _seed(1e20, 4e20);
        address[] memory path = _path(address(token0), address(token1));
        vm.warp(START + 12);
        vm.prank(ALICE);
        router.swapExactTokensForTokens(1e18, 1, path, ALICE, LATER);
        vm.warp(START + 24);
        vm.prank(ALICE);
        router.swapExactTokensForTokens(1e18, 1, path, ALICE, LATER);
        vm.snapshotGasLastCall("amm", "router swap, one pair");
        vm.prank(ALICE);
        router.addLiquidity(address(token0), address(token1), 1e18, 4e18, 0, 0, ALICE, LATER);
        vm.snapshotGasLastCall("amm", "router add liquidity");
        vm.prank(ALICE);
        pair.approve(address(router), type(uint256).max);
        vm.prank(ALICE);
        router.removeLiquidity(address(token0), address(token1), 1e18, 0, 0, ALICE, LATER);
        vm.snapshotGasLastCall("amm", "router remove liquidity");
    }

    // Parts

    function _fund(address user) private {
        vm.deal(user, 1000e18);
        token0.mint(user, 1e24);
        token1.mint(user, 1e24);
        taxed.mint(user, 1e24);
        vm.startPrank(user);
        token0.approve(address(router), type(uint256).max);
        token1.approve(address(router), type(uint256).max);
        taxed.approve(address(router), type(uint256).max);
        vm.stopPrank();
    }

    function _seed(uint256 amount0, uint256 amount1) private {
        addLiquidity(ALICE, amount0, amount1);
    }

    function _seedFor(address owner) private returns (uint256) {
        return addLiquidity(owner, 1e18, 4e18);
    }

    function _seedCoins(address token, uint256 amount, uint256 coins) private {
        vm.prank(ALICE);
        router.addLiquidityETH{value: coins}(token, amount, 0, 0, ALICE, LATER);
    }

    function _seedTaxed() private returns (uint256 liquidity) {
        vm.prank(ALICE);
        (,, liquidity) = router.addLiquidityETH{value: 1e20}(address(taxed), 1e20, 0, 0, ALICE, LATER);
    }

    /// @dev What an input that has arrived in full buys.
    function _quote(address[] memory path, uint256 arrived) private view returns (uint256) {
        return router.getAmountsOut(arrived, path)[1];
    }

    function _sign(ActorTradePair of_, uint256 value, uint256 nonce) private view returns (uint8, bytes32, bytes32) {
        bytes32 permitType =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(permitType, signer, address(router), value, nonce, LATER));
        return vm.sign(SIGNER, keccak256(abi.encodePacked(hex"1901", of_.DOMAIN_SEPARATOR(), message)));
    }

    function _expectAmount(address token, uint256 amount, uint256 minimum) private {
        vm.expectRevert(abi.encodeWithSelector(IRouter.InsufficientAmount.selector, token, amount, minimum));
    }

    function _expectReserves(uint256 reserveIn, uint256 reserveOut) private {
        vm.expectRevert(abi.encodeWithSelector(ConstantProduct.InsufficientReserves.selector, reserveIn, reserveOut));
    }

    function _assertEmpty() private view {
        vm.assertEq(address(router).balance, 0);
        vm.assertEq(token0.balanceOf(address(router)), 0);
        vm.assertEq(token1.balanceOf(address(router)), 0);
        vm.assertEq(taxed.balanceOf(address(router)), 0);
        vm.assertEq(MockToken(weth).balanceOf(address(router)), 0);
    }

    function _path(address a, address b) private pure returns (address[] memory path) {
        path = new address[](2);
        (path[0], path[1]) = (a, b);
    }

    function _path(address a, address b, address c) private pure returns (address[] memory path) {
        path = new address[](3);
        (path[0], path[1], path[2]) = (a, b, c);
    }
}
