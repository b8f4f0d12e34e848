// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {FlareFixture} from "./FlareFixture.sol";

contract FlareFreezeTest is FlareFixture {
    bytes internal aliceFrozen;

    function setUp() public override {
        super.setUp();
        aliceFrozen = abi.encodeWithSelector(IFlareToken.AccountFrozen.selector, ALICE);
    }

    function test_A_freeze_is_announced_and_waits() public {
        flare.scheduleFreeze(ALICE);
        (uint48 from, uint48 until) = flare.scheduledFreeze(ALICE);
        vm.assertEq(from, START + 2 days);
        vm.assertEq(until, START + 9 days);
        vm.prank(ALICE);
        flare.transfer(BOB, 1e18);
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.FreezeOutsideWindow.selector, from, until));
        flare.executeFreeze(ALICE);
        vm.warp(from);
        flare.executeFreeze(ALICE);
        vm.assertTrue(flare.isFrozen(ALICE));
        (from, until) = flare.scheduledFreeze(ALICE);
        vm.assertEq(from, 0);
        vm.assertEq(until, 0);
    }

    function test_A_freeze_expires_and_may_be_announced_anew() public {
        flare.scheduleFreeze(ALICE);
        (uint48 from, uint48 until) = flare.scheduledFreeze(ALICE);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.FreezeAlreadyScheduled.selector, ALICE));
        flare.scheduleFreeze(ALICE);
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.FreezeOutsideWindow.selector, from, until));
        flare.executeFreeze(ALICE);
        flare.scheduleFreeze(ALICE);
        (from, until) = flare.scheduledFreeze(ALICE);
        vm.warp(until);
        flare.executeFreeze(ALICE);
        vm.assertTrue(flare.isFrozen(ALICE));
    }

    function test_A_cancelled_freeze_cannot_be_executed() public {
        flare.scheduleFreeze(ALICE);
        flare.cancelFreeze(ALICE);
        vm.warp(START + 3 days);
        bytes memory none = abi.encodeWithSelector(IFlareToken.FreezeNotScheduled.selector, ALICE);
        vm.expectRevert(none);
        flare.executeFreeze(ALICE);
        vm.expectRevert(none);
        flare.cancelFreeze(ALICE);
    }

    function test_A_frozen_account_neither_sends_nor_receives() public {
        vm.prank(ALICE);
        flare.approve(BOB, type(uint256).max);
        freeze(ALICE);
        vm.prank(ALICE);
        vm.expectRevert(aliceFrozen);
        flare.transfer(BOB, 1);
        vm.startPrank(BOB);
        vm.expectRevert(aliceFrozen);
        flare.transfer(ALICE, 1);
        vm.expectRevert(aliceFrozen);
        flare.transferFrom(ALICE, BOB, 1);
        vm.stopPrank();
        vm.assertEq(flare.balanceOf(ALICE), 1000e18);
    }

    function test_Nothing_is_minted_to_or_burnt_from_a_frozen_account() public {
        freeze(ALICE);
        vm.expectRevert(aliceFrozen);
        flare.mint(ALICE, 1);
        vm.prank(ALICE);
        vm.expectRevert(aliceFrozen);
        flare.burn(1);
    }

    function test_Unfreezing_is_at_once_and_gives_all_back() public {
        freeze(ALICE);
        flare.unfreeze(ALICE);
        vm.prank(ALICE);
        flare.transfer(BOB, 1000e18);
        vm.assertEq(flare.balanceOf(BOB), 1500e18);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.NotFrozen.selector, ALICE));
        flare.unfreeze(ALICE);
    }

    function test_A_frozen_account_keeps_its_votes_and_may_delegate() public {
        vm.prank(ALICE);
        flare.delegate(ALICE);
        freeze(ALICE);
        vm.assertEq(flare.getVotes(ALICE), 1000e18);
        vm.prank(ALICE);
        flare.delegate(BOB);
        vm.assertEq(flare.getVotes(BOB), 1000e18);
    }

    function test_A_freeze_leaves_history_and_other_flags() public {
        flare.snapshot();
        vm.prank(ALICE);
        flare.delegate(BOB);
        freeze(ALICE);
        flare.unfreeze(ALICE);
        vm.prank(ALICE);
        flare.transfer(BOB, 1000e18);
        vm.assertEq(flare.balanceOfAt(ALICE, START), 1000e18);
        vm.assertEq(flare.getVotes(BOB), 0);
    }

    function test_The_protocol_cannot_be_frozen() public {
        flare.setMarketPair(PAIR, true);
        flare.setTaxExempt(STAKERS, true);
        freeze(BOB);
        address[6] memory accounts = [PAIR, STAKERS, BOB, address(this), address(flare), address(0)];
        for (uint256 i = 0; i < accounts.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IFlareToken.FreezeRefused.selector, accounts[i]));
            flare.scheduleFreeze(accounts[i]);
        }
    }

    function test_An_account_that_became_the_protocols_is_not_frozen() public {
        flare.scheduleFreeze(PAIR);
        flare.setMarketPair(PAIR, true);
        vm.warp(START + 3 days);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.FreezeRefused.selector, PAIR));
        flare.executeFreeze(PAIR);
    }

    function test_The_admin_cancels_and_unfreezes_without_the_role() public {
        flare.scheduleFreeze(ALICE);
        freeze(BOB);
        flare.revokeRole(flare.BLACKLISTER_ROLE(), address(this));
        flare.cancelFreeze(ALICE);
        flare.unfreeze(BOB);
        vm.assertFalse(flare.isFrozen(BOB));
    }

    function test_The_blacklister_cancels_and_unfreezes_without_being_admin() public {
        address safe = address(0x5afe);
        flare.grantRole(flare.BLACKLISTER_ROLE(), safe);
        vm.startPrank(safe);
        freeze(ALICE);
        flare.unfreeze(ALICE);
        flare.scheduleFreeze(ALICE);
        flare.cancelFreeze(ALICE);
        vm.stopPrank();
        bytes memory missing = abi.encodeWithSelector(IFlareToken.MissingRole.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(missing);
        flare.unfreeze(ALICE);
        vm.expectRevert(missing);
        flare.cancelFreeze(ALICE);
    }
}
