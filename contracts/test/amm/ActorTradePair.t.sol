// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {FlashBorrower} from "../mocks/FlashBorrower.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {RebasingToken} from "../mocks/RebasingToken.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ReturnsFalseToken} from "../mocks/ReturnsFalseToken.sol";
import {PairFixture} from "./PairFixture.sol";

contract ActorTradePairTest is PairFixture {
    // Liquidity

    function test_First_mint_gives_the_root_and_locks_a_thousand() external {
        token0.mint(address(pair), 1e18);
        token1.mint(address(pair), 4e18);
        vm.expectEmit(address(pair));
        emit IActorTradePair.Sync(1e18, 4e18);
        vm.expectEmit(address(pair));
        emit IActorTradePair.Mint(address(this), 1e18, 4e18);
        vm.assertEq(pair.mint(ALICE), 2e18 - 1000);
        vm.assertEq(pair.totalSupply(), 2e18);
        vm.assertEq(pair.balanceOf(address(0xdEaD)), pair.MINIMUM_LIQUIDITY());
        vm.assertEq(pair.kLast(), 4e36);
        (uint112 reserve0, uint112 reserve1, uint32 timestamp) = pair.getReserves();
        vm.assertEq(reserve0, 1e18);
        vm.assertEq(reserve1, 4e18);
        vm.assertEq(timestamp, START);
    }

    function test_First_mint_must_be_worth_more_than_is_locked() external {
        token0.mint(address(pair), 1000);
        token1.mint(address(pair), 1000);
        vm.expectRevert(IActorTradePair.InsufficientLiquidity.selector);
        pair.mint(ALICE);
        token1.mint(address(pair), 3);
        vm.assertEq(pair.mint(ALICE), 1);
    }

    function test_Later_mints_give_the_smaller_share_and_none_for_one_side() external {
        addLiquidity(ALICE, 1e18, 4e18);
        vm.assertEq(addLiquidity(BOB, 1e18, 1e18), 5e17);
        token0.mint(address(pair), 1e18);
        vm.expectRevert(IActorTradePair.InsufficientLiquidity.selector);
        pair.mint(BOB);
    }

    function test_Burn_pays_the_share_of_both() external {
        uint256 liquidity = addLiquidity(ALICE, 3e18, 3e18);
        vm.prank(ALICE);
        pair.transfer(address(pair), liquidity);
        vm.expectEmit(address(pair));
        emit IActorTradePair.Sync(1000, 1000);
        vm.expectEmit(address(pair));
        emit IActorTradePair.Burn(address(this), 3e18 - 1000, 3e18 - 1000, BOB);
        pair.burn(BOB);
        vm.assertEq(token0.balanceOf(BOB), 3e18 - 1000);
        vm.assertEq(token1.balanceOf(BOB), 3e18 - 1000);
        vm.assertEq(pair.kLast(), 1e6);
    }

    function test_Burn_of_nothing_reverts() external {
        addLiquidity(ALICE, 3e18, 3e18);
        vm.expectRevert(IActorTradePair.InsufficientLiquidity.selector);
        pair.burn(BOB);
        // One unit of liquidity is worth nothing of the scarce side.
        _drainTo(1, 1e12);
    }

    /// @dev One unit of liquidity whose share of one side rounds to nothing cannot be burned for the other side alone.
    function _drainTo(uint256 amount0, uint256 amount1) private {
        (token0, token1) = newTokens();
        pair = ActorTradePair(factory.createPair(address(token0), address(token1)));
        addLiquidity(ALICE, amount0 * 10, amount1);
        vm.prank(ALICE);
        pair.transfer(address(pair), 1);
        vm.expectRevert(IActorTradePair.InsufficientLiquidity.selector);
        pair.burn(ALICE);
    }

    // Swaps

    /// @dev In, both reserves, out: Uniswap V2's own vectors, in 1e18; one unit more reverts.
    function test_Swaps_of_uniswaps_suite() external {
        _vector(1, 5, 10, 1662497915624478906);
        _vector(1, 10, 5, 453305446940074565);
        _vector(2, 5, 10, 2851015155847869602);
        _vector(2, 10, 5, 831248957812239453);
        _vector(1, 10, 10, 906610893880149131);
        _vector(1, 100, 100, 987158034397061298);
        _vector(1, 1000, 1000, 996006981039903216);
    }

    function test_Flash_swap_repaid_in_the_same_token_costs_the_fee() external {
        addLiquidity(ALICE, 5e18, 10e18);
        token0.mint(address(pair), 1003009027081243732);
        vm.expectRevert(IActorTradePair.KDecreased.selector);
        pair.swap(1e18 + 1, 0, BOB, "");
        pair.swap(1e18, 0, BOB, "");
    }

    function test_Swap_tells_what_moved() external {
        addLiquidity(ALICE, 5e18, 10e18);
        token0.mint(address(pair), 1e18);
        vm.expectEmit(address(pair));
        emit IActorTradePair.Sync(6e18, 10e18 - 1662497915624478906);
        vm.expectEmit(address(pair));
        emit IActorTradePair.Swap(address(this), 1e18, 0, 0, 1662497915624478906, BOB);
        pair.swap(0, 1662497915624478906, BOB, "");
    }

    function test_Swap_refuses_what_makes_no_sense() external {
        addLiquidity(ALICE, 5e18, 10e18);
        vm.expectRevert(IActorTradePair.NoOutput.selector);
        pair.swap(0, 0, BOB, "");
        _expectOutputExceedsReserve(5e18, 0);
        _expectOutputExceedsReserve(0, 10e18);
        vm.expectRevert(IActorTradePair.NoInput.selector);
        pair.swap(1, 0, BOB, "");
        vm.expectRevert(abi.encodeWithSelector(IActorTradePair.InvalidRecipient.selector, address(token0)));
        pair.swap(1, 0, address(token0), "");
        vm.expectRevert(abi.encodeWithSelector(IActorTradePair.InvalidRecipient.selector, address(token1)));
        pair.swap(1, 0, address(token1), "");
    }

    function test_Reserves_end_at_2_to_the_112() external {
        addLiquidity(ALICE, type(uint112).max, 1e18);
        token0.mint(address(pair), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IActorTradePair.ReserveOverflow.selector, uint256(type(uint112).max) + 1, 1e18)
        );
        pair.sync();
        (token0, token1) = (token1, token0);
        pair.skim(BOB);
        (token0, token1) = (token1, token0);
        token1.mint(address(pair), uint256(type(uint112).max) + 1 - 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IActorTradePair.ReserveOverflow.selector, uint256(type(uint112).max), uint256(type(uint112).max) + 1
            )
        );
        pair.sync();
    }

    function testFuzz_Round_trip_never_profits(uint256 seed, bool zeroForOne, uint256 amount) external {
        _randomPool(seed);
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        amount = bound(amount, 1, zeroForOne ? reserve0 : reserve1);
        uint256 bought = sell(BOB, zeroForOne, amount);
        if (bought == 0) return;
        vm.assertLe(sell(BOB, !zeroForOne, bought), amount, "a round trip paid");
    }

    function testFuzz_Liquidity_round_trip_never_profits(uint256 seed, uint256 a, uint256 b) external {
        _randomPool(seed);
        sell(BOB, seed % 2 == 0, 10 + (seed % 1e12));
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        a = bound(a, 1, uint256(reserve0) * 2);
        b = bound(b, 1, uint256(reserve1) * 2);
        token0.mint(address(pair), a);
        token1.mint(address(pair), b);
        try pair.mint(ALICE) returns (uint256 liquidity) {
            vm.prank(ALICE);
            pair.transfer(address(pair), liquidity);
            try pair.burn(ALICE) returns (uint256 back0, uint256 back1) {
                vm.assertLe(back0, a, "token0 gained");
                vm.assertLe(back1, b, "token1 gained");
            } catch {}
        } catch {}
    }

    /// @dev The least input that passes is the quote for its output, or one unit below: never more is asked.
    function testFuzz_Quotes_are_tight(uint256 seed, uint256 amountIn) external {
        _randomPool(seed);
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        amountIn = bound(amountIn, 1, reserve0);
        uint256 out = ConstantProduct.amountOut(amountIn, reserve0, reserve1);
        vm.assertLt(out, reserve1, "a whole reserve");
        token0.mint(address(pair), amountIn);
        vm.expectRevert();
        pair.swap(0, out + 1, BOB, "");
        if (out == 0) return;
        vm.assertLe(ConstantProduct.amountIn(out, reserve0, reserve1), amountIn + 1, "input quoted too high");
        pair.swap(0, out, BOB, "");
    }

    function test_Audit08_Tiny_balances_never_leak_by_rounding() external {
        uint256 state = 7;
        for (uint256 round = 0; round < 12; round++) {
            (token0, token1) = newTokens();
            pair = ActorTradePair(factory.createPair(address(token0), address(token1)));
            addLiquidity(ALICE, 1 + (round * 9) % 100, 2_000_000 + round * 777_777);
            state = _tinySwaps(state, 120);
        }
    }

    // Price sums

    function test_Price_sums_are_of_the_price_before_each_change() external {
        addLiquidity(ALICE, 3e18, 3e18);
        vm.warp(START + 1);
        pair.sync();
        uint256 price = uint256(1) << 112;
        vm.assertEq(pair.price0CumulativeLast(), price);
        vm.warp(START + 10);
        sell(BOB, true, 3e18);
        vm.assertEq(pair.price0CumulativeLast(), price * 10);
        vm.assertEq(pair.price1CumulativeLast(), price * 10);
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        vm.warp(START + 20);
        pair.sync();
        vm.assertEq(pair.price0CumulativeLast(), price * 10 + ((uint256(reserve1) << 112) / reserve0) * 10);
        vm.assertEq(pair.price1CumulativeLast(), price * 10 + ((uint256(reserve0) << 112) / reserve1) * 10);
    }

    function test_Audit02_A_trade_and_its_return_in_one_block_leave_the_price_sums() external {
        addLiquidity(ALICE, 3e18, 3e18);
        vm.warp(START + 100);
        uint256 bought = sell(BOB, true, 300e18);
        sell(BOB, false, bought);
        // Only the honest price's hundred seconds have been summed.
        vm.assertEq(pair.price0CumulativeLast(), (uint256(1) << 112) * 100);
        vm.assertEq(pair.price1CumulativeLast(), (uint256(1) << 112) * 100);
    }

    function test_Time_wraps_at_2_to_the_32() external {
        vm.warp(2 ** 32 - 5);
        addLiquidity(ALICE, 3e18, 3e18);
        vm.warp(2 ** 32 + 5);
        pair.sync();
        vm.assertEq(pair.price0CumulativeLast(), (uint256(1) << 112) * 10);
        (,, uint32 timestamp) = pair.getReserves();
        vm.assertEq(timestamp, 5);
    }

    // The protocol's share

    /// @dev Uniswap V2's vector of a fee of a sixth.
    function test_Treasury_gets_a_sixth_of_the_growth() external {
        uint256 liquidity = addLiquidity(ALICE, 1000e18, 1000e18);
        token1.mint(address(pair), 1e18);
        pair.swap(996006981039903216, 0, BOB, "");
        removeLiquidity(ALICE, liquidity);
        vm.assertEq(pair.balanceOf(TREASURY), 249750499251388);
        vm.assertEq(pair.totalSupply(), 1000 + 249750499251388);
        vm.assertEq(token0.balanceOf(address(pair)), 1000 + 249501683697445);
        vm.assertEq(token1.balanceOf(address(pair)), 1000 + 250000187312969);
    }

    function test_Anyone_collects_the_treasurys_share_once() external {
        addLiquidity(ALICE, 1000e18, 1000e18);
        vm.assertEq(pair.collectProtocolFee(), 0);
        token1.mint(address(pair), 1e18);
        pair.swap(996006981039903216, 0, BOB, "");
        vm.assertEq(pair.collectProtocolFee(), 249750499251388);
        vm.assertEq(pair.collectProtocolFee(), 0);
        vm.assertEq(pair.balanceOf(TREASURY), 249750499251388);
    }

    function test_Nothing_is_collected_before_the_first_mint() external {
        vm.assertEq(pair.collectProtocolFee(), 0);
        vm.assertEq(pair.kLast(), 0);
    }

    // Surplus

    function test_Skim_pays_the_surplus_and_not_to_the_pair() external {
        addLiquidity(ALICE, 3e18, 3e18);
        token0.mint(address(pair), 7);
        token1.mint(address(pair), 9);
        vm.expectRevert(abi.encodeWithSelector(IActorTradePair.InvalidRecipient.selector, address(pair)));
        pair.skim(address(pair));
        pair.skim(BOB);
        vm.assertEq(token0.balanceOf(BOB), 7);
        vm.assertEq(token1.balanceOf(BOB), 9);
    }

    function test_Audit09_A_donation_to_the_first_provider_costs_the_attacker() external {
        // The attacker makes the smallest pool and donates, so that a later provider's share rounds down.
        token0.mint(address(pair), 1001);
        token1.mint(address(pair), 1001);
        vm.assertEq(pair.mint(BOB), 1);
        token0.mint(address(pair), 1e18);
        token1.mint(address(pair), 1e18);
        pair.sync();
        // Half of what a unit costs: refused instead of swallowed.
        token0.mint(address(pair), 5e14);
        token1.mint(address(pair), 5e14);
        vm.expectRevert(IActorTradePair.InsufficientLiquidity.selector);
        pair.mint(ALICE);
        // And of the donation at most one in 1001 ever comes back to the attacker.
        pair.skim(ALICE);
        (uint256 back,) = removeLiquidity(BOB, 1);
        vm.assertLe(back, 1e15, "the donation came back");
    }

    // Callbacks

    function test_Flash_swap_calls_the_recipient_with_the_caller() external {
        addLiquidity(ALICE, 5e18, 10e18);
        FlashBorrower borrower = new FlashBorrower();
        token0.mint(address(borrower), 1e16);
        borrower.prepare(address(0), "", 1003009027081243732, 0);
        borrower.borrow(address(pair), 1e18, 0);
        vm.assertEq(borrower.sender(), address(borrower));
        borrower.prepare(address(0), "", 1e18, 0);
        vm.expectRevert(IActorTradePair.KDecreased.selector);
        borrower.borrow(address(pair), 1e18, 0);
    }

    function test_Audit05_No_entry_from_a_flash_swaps_callback() external {
        addLiquidity(ALICE, 5e18, 10e18);
        bytes[6] memory entries = [
            abi.encodeCall(pair.swap, (1, 0, BOB, "")),
            abi.encodeCall(pair.mint, (BOB)),
            abi.encodeCall(pair.burn, (BOB)),
            abi.encodeCall(pair.skim, (BOB)),
            abi.encodeCall(pair.sync, ()),
            abi.encodeCall(pair.collectProtocolFee, ())
        ];
        FlashBorrower borrower = new FlashBorrower();
        token0.mint(address(borrower), 1e18);
        for (uint256 i = 0; i < entries.length; i++) {
            borrower.prepare(address(pair), entries[i], 1003009027081243732, 0);
            borrower.borrow(address(pair), 1e18, 0);
            vm.assertFalse(borrower.wentThrough(), "entered");
            vm.assertEq(
                borrower.answer(),
                abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
    }

    function test_Audit05_Readers_see_old_reserves_and_the_lock_in_a_callback() external {
        addLiquidity(ALICE, 5e18, 10e18);
        vm.assertFalse(pair.isLocked(), "locked at rest");
        FlashBorrower borrower = new FlashBorrower();
        token0.mint(address(borrower), 1e18);
        borrower.prepare(address(pair), abi.encodeCall(pair.getReserves, ()), 1003009027081243732, 0);
        borrower.borrow(address(pair), 1e18, 0);
        vm.assertEq(borrower.answer(), abi.encode(uint112(5e18), uint112(10e18), uint32(START)));
        borrower.prepare(address(pair), abi.encodeCall(pair.isLocked, ()), 1003009027081243732, 0);
        borrower.borrow(address(pair), 1e18, 0);
        vm.assertEq(borrower.answer(), abi.encode(true));
        vm.assertFalse(pair.isLocked(), "locked afterwards");
    }

    /// @dev A reader that divides reserves by supply in a burn must not see the supply burned and the reserves not.
    function test_Audit05_Reserves_agree_with_the_supply_while_a_burn_pays() external {
        ReentrantToken hostile = _hostilePair(address(new ReentrantToken()));
        uint256 liquidity = addLiquidity(ALICE, 6e18, 6e18);
        (uint112 before0,,) = pair.getReserves();
        uint256 supplyBefore = pair.totalSupply();
        hostile.arm(address(pair), abi.encodeCall(pair.getReserves, ()));
        removeLiquidity(ALICE, liquidity / 2);
        (uint112 seen0,,) = abi.decode(hostile.answer(), (uint112, uint112, uint32));
        vm.assertTrue(hostile.wentThrough(), "not read");
        vm.assertGe(seen0 * supplyBefore, uint256(before0) * pair.totalSupply(), "a share looked cheaper");
        vm.assertLe(seen0 * supplyBefore, uint256(before0) * (pair.totalSupply() + 1), "a share looked dearer");
    }

    // Hostile tokens

    function test_Audit05_A_token_that_calls_back_is_locked_out() external {
        ReentrantToken hostile = _hostilePair(address(new ReentrantToken()));
        addLiquidity(ALICE, 5e18, 5e18);
        hostile.arm(address(pair), abi.encodeCall(pair.sync, ()));
        bool hostileIs0 = address(hostile) == address(token0);
        sell(BOB, !hostileIs0, 1e18);
        vm.assertEq(hostile.calls(), 1);
        vm.assertFalse(hostile.wentThrough(), "entered");
    }

    function test_Audit06_A_token_that_returns_false_reverts() external {
        ReturnsFalseToken hostile = ReturnsFalseToken(address(_hostilePair(address(new ReturnsFalseToken()))));
        addLiquidity(ALICE, 5e18, 5e18);
        hostile.setFailing(true);
        bool hostileIs0 = address(hostile) == address(token0);
        (hostileIs0 ? token1 : token0).mint(address(pair), 1e18);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(hostile)));
        pair.swap(hostileIs0 ? 1e17 : 0, hostileIs0 ? 0 : 1e17, BOB, "");
    }

    function test_Audit06_A_token_that_returns_nothing_works() external {
        address hostile = address(_hostilePair(address(new NoReturnToken())));
        uint256 liquidity = addLiquidity(ALICE, 5e18, 5e18);
        uint256 bought = sell(BOB, hostile == address(token1), 1e18);
        vm.assertEq(IERC20(hostile).balanceOf(BOB), bought);
        removeLiquidity(ALICE, liquidity);
    }

    function test_Audit12_A_token_with_a_fee_counts_as_what_arrives() external {
        FeeOnTransferToken hostile = FeeOnTransferToken(address(_hostilePair(address(new FeeOnTransferToken(100)))));
        uint256 liquidity = addLiquidity(ALICE, 5e18, 5e18);
        // 1e18 are sent and 0.99e18 arrive: the price of the latter is paid, not of the former.
        bool hostileIs0 = address(hostile) == address(token0);
        hostile.mint(ALICE, 1e18);
        vm.prank(ALICE);
        hostile.transfer(address(pair), 1e18);
        uint256 out = ConstantProduct.amountOut(99e16, 5e18, 5e18);
        vm.expectRevert(IActorTradePair.KDecreased.selector);
        pair.swap(hostileIs0 ? 0 : out + 1, hostileIs0 ? out + 1 : 0, BOB, "");
        pair.swap(hostileIs0 ? 0 : out, hostileIs0 ? out : 0, BOB, "");
        removeLiquidity(ALICE, liquidity);
        _assertReservesAreBalances();
    }

    function test_Audit12_A_rebase_up_is_the_providers_after_sync() external {
        RebasingToken hostile = RebasingToken(address(_hostilePair(address(new RebasingToken()))));
        uint256 liquidity = addLiquidity(ALICE, 5e18, 5e18);
        hostile.rebase(12_000);
        pair.sync();
        _assertReservesAreBalances();
        sell(BOB, address(hostile) == address(token0), 1e18);
        removeLiquidity(ALICE, liquidity);
        _assertReservesAreBalances();
    }

    function test_Audit12_After_a_rebase_down_swaps_ask_for_the_gap_until_sync() external {
        RebasingToken hostile = RebasingToken(address(_hostilePair(address(new RebasingToken()))));
        uint256 liquidity = addLiquidity(ALICE, 5e18, 5e18);
        hostile.rebase(9_000);
        bool hostileIs0 = address(hostile) == address(token0);
        (hostileIs0 ? token1 : token0).mint(address(pair), 1e18);
        uint256 out = ConstantProduct.amountOut(1e18, 5e18, 5e18);
        vm.expectRevert(IActorTradePair.KDecreased.selector);
        pair.swap(hostileIs0 ? out : 0, hostileIs0 ? 0 : out, BOB, "");
        pair.sync();
        sell(BOB, !hostileIs0, 1e18);
        removeLiquidity(ALICE, liquidity);
        _assertReservesAreBalances();
    }

    // Permits

    function test_Permit_allows_once_and_is_bound_to_pair_chain_and_time() external {
        addLiquidity(ALICE, 3e18, 3e18);
        address owner = vm.addr(7);
        uint256 deadline = START + 1;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(7, _permitDigest(owner, BOB, 5, 0, deadline));
        pair.permit(owner, BOB, 5, deadline, v, r, s);
        vm.assertEq(pair.allowance(owner, BOB), 5);
        vm.assertEq(pair.nonces(owner), 1);

        // Audit class 11: the same signature again is another nonce's, so another signer's.
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        pair.permit(owner, BOB, 5, deadline, v, r, s);
    }

    function test_Audit11_A_permit_does_not_count_on_another_pair_chain_or_later() external {
        address owner = vm.addr(7);
        uint256 deadline = START + 1;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(7, _permitDigest(owner, BOB, 5, 0, deadline));
        (MockToken a, MockToken b) = newTokens();
        ActorTradePair other = ActorTradePair(factory.createPair(address(a), address(b)));
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        other.permit(owner, BOB, 5, deadline, v, r, s);
        vm.chainId(5);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        pair.permit(owner, BOB, 5, deadline, v, r, s);
        vm.chainId(31337);
        vm.warp(START + 2);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        pair.permit(owner, BOB, 5, deadline, v, r, s);
    }

    // Parts

    function _vector(uint256 amountIn, uint256 reserve0, uint256 reserve1, uint256 out) private {
        (token0, token1) = newTokens();
        pair = ActorTradePair(factory.createPair(address(token0), address(token1)));
        addLiquidity(ALICE, reserve0 * 1e18, reserve1 * 1e18);
        vm.assertEq(ConstantProduct.amountOut(amountIn * 1e18, reserve0 * 1e18, reserve1 * 1e18), out);
        token0.mint(address(pair), amountIn * 1e18);
        vm.expectRevert(IActorTradePair.KDecreased.selector);
        pair.swap(0, out + 1, BOB, "");
        pair.swap(0, out, BOB, "");
    }

    function _expectOutputExceedsReserve(uint256 out0, uint256 out1) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IActorTradePair.OutputExceedsReserve.selector, out0, out1, uint112(5e18), uint112(10e18)
            )
        );
        pair.swap(out0, out1, BOB, "");
    }

    function _randomPool(uint256 seed) private {
        uint256 random = uint256(keccak256(abi.encode(seed)));
        addLiquidity(ALICE, 1e7 + (random % 1e26), 1e7 + ((random >> 128) % 1e26));
    }

    /// @dev Swaps of 1 to 100 units against a reserve as small: k never falls, and no balance of the trader is better
    /// without the other being worse.
    function _tinySwaps(uint256 state, uint256 steps) private returns (uint256) {
        (uint112 start0, uint112 start1,) = pair.getReserves();
        uint256 k = uint256(start0) * start1;
        for (uint256 i = 0; i < steps; i++) {
            state = uint256(keccak256(abi.encode(state)));
            (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
            if (state % 2 == 0) {
                sell(BOB, true, 1 + ((state >> 8) % 100));
            } else if (reserve0 > 1) {
                uint256 out = 1 + ((state >> 8) % (reserve0 > 100 ? 100 : reserve0 - 1));
                token1.mint(address(pair), ConstantProduct.amountIn(out, reserve1, reserve0));
                pair.swap(out, 0, BOB, "");
            }
            (uint112 end0, uint112 end1,) = pair.getReserves();
            vm.assertGe(uint256(end0) * end1, k, "k fell");
            k = uint256(end0) * end1;
            vm.assertTrue(end0 >= start0 || end1 >= start1, "the trader gained");
        }
        return state;
    }

    /// @dev A pair of a given token and a plain one, which become token0 and token1 by address.
    function _hostilePair(address hostile) private returns (ReentrantToken) {
        MockToken plain = new MockToken("PLAIN", 18);
        (address a, address b) = hostile < address(plain) ? (hostile, address(plain)) : (address(plain), hostile);
        (token0, token1) = (MockToken(a), MockToken(b));
        pair = ActorTradePair(factory.createPair(a, b));
        return ReentrantToken(hostile);
    }

    function _assertReservesAreBalances() private view {
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        vm.assertEq(reserve0, token0.balanceOf(address(pair)));
        vm.assertEq(reserve1, token1.balanceOf(address(pair)));
    }

    function _permitDigest(address owner, address spender, uint256 value, uint256 nonce, uint256 deadline)
        private
        view
        returns (bytes32)
    {
        bytes32 permitType =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(permitType, owner, spender, value, nonce, deadline));
        return keccak256(abi.encodePacked(hex"1901", pair.DOMAIN_SEPARATOR(), message));
    }
}
