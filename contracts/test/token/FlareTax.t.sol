// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {FlareFixture} from "./FlareFixture.sol";

contract FlareTaxTest is FlareFixture {
    event TaxCollected(address indexed from, address indexed to, uint256 tax);

    address internal constant PAIR_2 = address(0xa2);

    function setUp() public override {
        super.setUp();
        taxTrades();
    }

    function test_Plain_transfers_are_never_taxed() public {
        vm.prank(ALICE);
        flare.transfer(BOB, 100e18);
        vm.assertEq(flare.balanceOf(BOB), 600e18);
        vm.assertEq(flare.balanceOf(address(flare)), 0);
    }

    function test_A_sell_pays_the_rate_of_sells() public {
        vm.prank(ALICE);
        vm.expectEmit(address(flare));
        emit TaxCollected(ALICE, PAIR, 2e18);
        flare.transfer(PAIR, 100e18);
        vm.assertEq(flare.balanceOf(PAIR), 98e18);
        vm.assertEq(flare.balanceOf(address(flare)), 2e18);
    }

    function test_A_buy_pays_the_rate_of_buys() public {
        fillPair();
        vm.prank(PAIR);
        flare.transfer(BOB, 100e18);
        vm.assertEq(flare.balanceOf(BOB), 599e18);
        vm.assertEq(flare.balanceOf(address(flare)), 1e18);
    }

    function test_From_pair_to_pair_one_tax_is_paid() public {
        fillPair();
        flare.setMarketPair(PAIR_2, true);
        vm.prank(PAIR);
        flare.transfer(PAIR_2, 100e18);
        vm.assertEq(flare.balanceOf(PAIR_2), 98e18);
    }

    function test_A_pairs_transfer_to_itself_pays_and_conserves() public {
        fillPair();
        vm.prank(PAIR);
        flare.transfer(PAIR, 100e18);
        vm.assertEq(flare.balanceOf(PAIR), 998e18);
        vm.assertEq(flare.balanceOf(address(flare)), 2e18);
    }

    function test_An_exempt_side_makes_it_free() public {
        flare.setTaxExempt(ALICE, true);
        vm.prank(ALICE);
        flare.transfer(PAIR, 100e18);
        vm.assertEq(flare.balanceOf(PAIR), 100e18);
        vm.prank(PAIR);
        flare.transfer(ALICE, 100e18);
        vm.assertEq(flare.balanceOf(ALICE), 1000e18);
        flare.setTaxExempt(ALICE, false);
        vm.prank(ALICE);
        flare.transfer(PAIR, 100e18);
        vm.assertEq(flare.balanceOf(PAIR), 98e18);
        vm.assertFalse(flare.isTaxExempt(ALICE));
    }

    function test_A_pair_that_is_removed_pays_no_more() public {
        flare.setMarketPair(PAIR, false);
        vm.assertFalse(flare.isMarketPair(PAIR));
        vm.prank(ALICE);
        flare.transfer(PAIR, 100e18);
        vm.assertEq(flare.balanceOf(PAIR), 100e18);
    }

    function test_The_token_itself_is_free() public {
        fillPair();
        vm.prank(PAIR);
        flare.transfer(address(flare), 100e18);
        vm.assertEq(flare.balanceOf(address(flare)), 100e18);
    }

    function testFuzz_Tax_conserves_and_keeps_the_cap(uint256 value, uint16 buy, uint16 sell, bool isSell) public {
        flare.setTaxRates(IFlareToken.TaxRates(buy % 501, sell % 501, 3000, 2000));
        address from = isSell ? TREASURY : PAIR;
        address to = isSell ? PAIR : BOB;
        if (!isSell) {
            flare.setTaxExempt(TREASURY, true);
            give(PAIR, 1e26);
            flare.setTaxExempt(TREASURY, false);
        }
        value = bound(value, 0, flare.balanceOf(from));
        uint256 toBefore = flare.balanceOf(to);
        uint256 foreseen = flare.taxOf(from, to, value);
        vm.prank(from);
        flare.transfer(to, value);
        uint256 tax = flare.balanceOf(address(flare));
        vm.assertEq(tax, foreseen);
        vm.assertEq(flare.balanceOf(to) - toBefore + tax, value);
        vm.assertLe(tax, value * 500 / 10_000, "never above 5 %");
    }

    function testFuzz_Distribution_leaves_nothing(uint256 collected, uint16 stakers, uint16 liquidity) public {
        stakers %= 10_001;
        liquidity = uint16(liquidity % (10_001 - stakers));
        flare.setTaxRates(IFlareToken.TaxRates(100, 200, stakers, liquidity));
        collected = bound(collected, 0, 1e26);
        give(address(flare), collected);
        uint256 before = flare.balanceOf(TREASURY);
        (uint256 a, uint256 b, uint256 c) = flare.distributeTax();
        vm.assertEq(a + b + c, collected);
        vm.assertEq(b, collected * stakers / 10_000);
        vm.assertEq(c, collected * liquidity / 10_000);
        vm.assertEq(flare.balanceOf(TREASURY) - before, a);
        vm.assertEq(flare.balanceOf(STAKERS), b);
        vm.assertEq(flare.balanceOf(LIQUIDITY), c);
        vm.assertEq(flare.balanceOf(address(flare)), 0);
    }

    function test_Remainders_go_to_the_treasury() public {
        flare.setTaxRates(IFlareToken.TaxRates(0, 0, 3333, 3333));
        give(address(flare), 10);
        (uint256 a, uint256 b, uint256 c) = flare.distributeTax();
        vm.assertEq(a, 4);
        vm.assertEq(b, 3);
        vm.assertEq(c, 3);
    }

    function test_A_frozen_receiver_stops_the_distribution_but_no_trade() public {
        freeze(STAKERS);
        vm.prank(ALICE);
        flare.transfer(PAIR, 100e18);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.AccountFrozen.selector, STAKERS));
        flare.distributeTax();
        flare.setTaxReceivers(IFlareToken.TaxReceivers(TREASURY, TREASURY, TREASURY));
        flare.distributeTax();
        vm.assertEq(flare.balanceOf(address(flare)), 0);
    }

    function test_Taxed_trades_move_votes_by_what_arrives() public {
        vm.prank(ALICE);
        flare.delegate(ALICE);
        vm.prank(PAIR);
        flare.delegate(PAIR);
        vm.prank(ALICE);
        flare.transfer(PAIR, 100e18);
        vm.assertEq(flare.getVotes(ALICE), 900e18);
        vm.assertEq(flare.getVotes(PAIR), 98e18);
    }

    function test_Rates_above_the_cap_are_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.TaxTooHigh.selector, 501, 500));
        flare.setTaxRates(IFlareToken.TaxRates(501, 0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.TaxTooHigh.selector, 501, 500));
        flare.setTaxRates(IFlareToken.TaxRates(0, 501, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.TaxSplitTooHigh.selector, 10_001));
        flare.setTaxRates(IFlareToken.TaxRates(0, 0, 5001, 5000));
        flare.setTaxRates(IFlareToken.TaxRates(500, 500, 5000, 5000));
        vm.assertEq(flare.taxRates().sellBps, 500);
    }

    function test_Accounts_without_sense_are_refused() public {
        address[2] memory wrong = [address(0), address(flare)];
        for (uint256 i = 0; i < wrong.length; i++) {
            bytes memory refused = abi.encodeWithSelector(IFlareToken.InvalidAccount.selector, wrong[i]);
            vm.expectRevert(refused);
            flare.setMarketPair(wrong[i], true);
            vm.expectRevert(refused);
            flare.setTaxExempt(wrong[i], false);
            vm.expectRevert(refused);
            flare.setTaxReceivers(IFlareToken.TaxReceivers(wrong[i], STAKERS, LIQUIDITY));
            vm.expectRevert(refused);
            flare.setTaxReceivers(IFlareToken.TaxReceivers(TREASURY, wrong[i], LIQUIDITY));
            vm.expectRevert(refused);
            flare.setTaxReceivers(IFlareToken.TaxReceivers(TREASURY, STAKERS, wrong[i]));
        }
        vm.assertEq(flare.taxReceivers().stakers, STAKERS);
    }

    function fillPair() private {
        flare.setTaxExempt(TREASURY, true);
        give(PAIR, 1000e18);
        flare.setTaxExempt(TREASURY, false);
    }
}
