// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {FlareToken} from "../../src/token/FlareToken.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {FlareFixture} from "./FlareFixture.sol";

contract FlareTokenTest is FlareFixture {
    event Transfer(address indexed from, address indexed to, uint256 value);

    function test_Metadata_and_interfaces() public view {
        vm.assertEq(flare.name(), "Flare");
        vm.assertEq(flare.symbol(), "FLS");
        vm.assertEq(flare.decimals(), 18);
        vm.assertEq(flare.cap(), 1_000_000_000e18);
        vm.assertEq(flare.CLOCK_MODE(), "mode=timestamp");
        vm.assertEq(flare.clock(), START);
        vm.assertTrue(flare.supportsInterface(type(IERC165).interfaceId));
        vm.assertTrue(flare.supportsInterface(type(IERC20).interfaceId));
        vm.assertTrue(flare.supportsInterface(type(IERC20Permit).interfaceId));
        vm.assertTrue(flare.supportsInterface(type(IERC5805).interfaceId));
        vm.assertTrue(flare.supportsInterface(type(IFlareToken).interfaceId));
        vm.assertTrue(flare.supportsInterface(type(IAccessControl).interfaceId));
        vm.assertFalse(flare.supportsInterface(0xffffffff));
    }

    function test_First_supply_is_the_treasurys() public {
        FlareToken fresh = new FlareToken(0, address(this), TREASURY, 5);
        vm.assertEq(fresh.totalSupply(), 5);
        vm.assertEq(fresh.balanceOf(TREASURY), 5);
    }

    function test_First_supply_above_the_cap_reverts() public {
        uint256 tooMuch = flare.cap() + 1;
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.SupplyCapExceeded.selector, tooMuch, flare.cap()));
        new FlareToken(0, address(this), TREASURY, tooMuch);
    }

    function testFuzz_Transfer_moves_what_is_there(address to, uint256 held, uint256 value, bool history) public {
        vm.assume(to != address(0) && to != TREASURY && to != ALICE && to != address(flare));
        if (history) {
            flare.snapshot();
            give(to, 0);
        }
        held = bound(held, 0, flare.balanceOf(TREASURY));
        give(ALICE, held);
        value = bound(value, 0, 2 * flare.balanceOf(ALICE));
        uint256 before = flare.balanceOf(ALICE);
        uint256 toBefore = flare.balanceOf(to);
        vm.prank(ALICE);
        if (value > before) {
            vm.expectRevert(
                abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, ALICE, before, value)
            );
            flare.transfer(to, value);
            return;
        }
        vm.expectEmit(address(flare));
        emit Transfer(ALICE, to, value);
        vm.assertTrue(flare.transfer(to, value));
        vm.assertEq(flare.balanceOf(ALICE), before - value);
        vm.assertEq(flare.balanceOf(to), toBefore + value);
    }

    /// @dev Such a value, taken from a balance, would wrap the whole slot and leave its upper bits as they were.
    function test_Audit08_a_value_that_wraps_the_whole_slot_reverts() public {
        uint256 value = type(uint256).max - 1e18;
        uint256 balance = flare.balanceOf(ALICE);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, ALICE, balance, value));
        flare.transfer(BOB, value);
    }

    function test_Transfer_to_oneself_changes_nothing() public {
        uint256 before = flare.balanceOf(ALICE);
        vm.startPrank(ALICE);
        vm.expectEmit(address(flare));
        emit Transfer(ALICE, ALICE, 7e18);
        flare.transfer(ALICE, 7e18);
        flare.approve(ALICE, 7e18);
        flare.transferFrom(ALICE, ALICE, 7e18);
        vm.assertEq(flare.balanceOf(ALICE), before);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        flare.transfer(ALICE, before + 1);
    }

    function test_Transfer_to_nobody_reverts() public {
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        flare.transfer(address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        flare.transfer(address(0), 1);
        vm.assertEq(flare.balanceOf(address(0)), 0);
    }

    function test_TransferFrom_spends_the_allowance() public {
        vm.prank(ALICE);
        flare.approve(BOB, 10e18);
        vm.prank(BOB);
        vm.assertTrue(flare.transferFrom(ALICE, address(9), 4e18));
        vm.assertEq(flare.allowance(ALICE, BOB), 6e18);
        vm.assertEq(flare.balanceOf(address(9)), 4e18);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, BOB, 6e18, 7e18));
        flare.transferFrom(ALICE, address(9), 7e18);
    }

    function test_TransferFrom_leaves_an_unlimited_allowance() public {
        vm.prank(ALICE);
        flare.approve(BOB, type(uint256).max);
        vm.prank(BOB);
        flare.transferFrom(ALICE, BOB, 4e18);
        vm.assertEq(flare.allowance(ALICE, BOB), type(uint256).max);
    }

    function test_Nobody_moves_what_nobody_holds() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidApprover.selector, address(0)));
        flare.transferFrom(address(0), BOB, 0);
    }

    function testFuzz_Mint_up_to_the_cap(uint256 value) public {
        uint256 room = flare.cap() - flare.totalSupply();
        value = bound(value, 0, room);
        flare.mint(BOB, value);
        vm.assertEq(flare.totalSupply(), FIRST_SUPPLY + value);
        uint256 over = room - value + 1;
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.SupplyCapExceeded.selector, flare.cap() + 1, flare.cap()));
        flare.mint(BOB, over);
    }

    function test_Mint_of_a_value_that_overflows_reverts() public {
        vm.expectRevert();
        flare.mint(BOB, type(uint256).max);
    }

    function test_Burn_takes_from_the_caller_and_the_supply() public {
        vm.prank(ALICE);
        vm.expectEmit(address(flare));
        emit Transfer(ALICE, address(0), 400e18);
        flare.burn(400e18);
        vm.assertEq(flare.balanceOf(ALICE), 600e18);
        vm.assertEq(flare.totalSupply(), FIRST_SUPPLY - 400e18);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, ALICE, 600e18, 601e18));
        flare.burn(601e18);
    }

    function test_Permit_sets_the_allowance_once() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(BOB, 5e18, 0, START + 1);
        flare.permit(ALICE, BOB, 5e18, START + 1, v, r, s);
        vm.assertEq(flare.allowance(ALICE, BOB), 5e18);
        vm.assertEq(flare.nonces(ALICE), 1);
    }

    function test_Audit11_permit_replayed_reverts() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(BOB, 5e18, 0, START + 1);
        flare.permit(ALICE, BOB, 5e18, START + 1, v, r, s);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        flare.permit(ALICE, BOB, 5e18, START + 1, v, r, s);
    }

    function test_Audit11_permit_of_another_chain_reverts() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(BOB, 5e18, 0, START + 1);
        vm.chainId(8453);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        flare.permit(ALICE, BOB, 5e18, START + 1, v, r, s);
    }

    function test_Audit11_permit_past_its_deadline_reverts() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(BOB, 5e18, 0, START);
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, START));
        flare.permit(ALICE, BOB, 5e18, START, v, r, s);
    }

    /// @dev Somebody else may bring the permit first; the allowance is what its owner signed all the same.
    function test_Audit11_permit_brought_by_a_front_runner_still_serves_the_spender() public {
        (uint8 v, bytes32 r, bytes32 s) = signPermit(BOB, 5e18, 0, START + 1);
        vm.prank(address(0xbad));
        flare.permit(ALICE, BOB, 5e18, START + 1, v, r, s);
        vm.prank(BOB);
        flare.transferFrom(ALICE, BOB, 5e18);
        vm.assertEq(flare.balanceOf(BOB), 505e18);
    }

    function test_Pause_stops_every_movement() public {
        taxTrades();
        give(address(flare), 1e18);
        vm.prank(ALICE);
        flare.approve(address(this), type(uint256).max);
        flare.pause();
        vm.assertTrue(flare.paused());
        bytes4 stopped = Pausable.EnforcedPause.selector;
        vm.expectRevert(stopped);
        flare.transferFrom(ALICE, BOB, 1);
        vm.expectRevert(stopped);
        flare.mint(BOB, 1);
        vm.expectRevert(stopped);
        flare.distributeTax();
        vm.expectRevert(stopped);
        flare.pause();
        vm.startPrank(ALICE);
        vm.expectRevert(stopped);
        flare.transfer(BOB, 1);
        vm.expectRevert(stopped);
        flare.burn(1);
        vm.stopPrank();

        flare.unpause();
        vm.assertFalse(flare.paused());
        flare.transferFrom(ALICE, BOB, 1);
        vm.expectRevert(Pausable.ExpectedPause.selector);
        flare.unpause();
    }

    function test_Pause_leaves_approvals_votes_and_snapshots() public {
        flare.pause();
        vm.startPrank(ALICE);
        flare.approve(BOB, 1);
        flare.delegate(BOB);
        vm.stopPrank();
        vm.assertEq(flare.getVotes(BOB), 1000e18);
        flare.snapshot();
        vm.assertTrue(flare.paused(), "the gate's snapshot leaves its pause");
        flare.unpause();
        vm.assertEq(flare.latestSnapshot(), START, "and the other way round");
    }

    function test_A_pause_leaves_the_balance_history() public {
        flare.snapshot();
        flare.pause();
        flare.unpause();
        vm.prank(ALICE);
        flare.transfer(BOB, 1e18);
        vm.assertEq(flare.balanceOfAt(ALICE, START), 1000e18);
    }
}
