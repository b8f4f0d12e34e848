// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IXERC20} from "../../src/bridge/IXERC20.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {BridgeFixture} from "./BridgeFixture.sol";

contract BridgedFlareTokenTest is BridgeFixture {
    event CrosschainMint(address indexed to, uint256 amount, address indexed sender);
    event CrosschainBurn(address indexed from, uint256 amount, address indexed sender);

    address internal constant MALLORY = address(0xbad);

    function test_Interfaces() public view {
        vm.assertTrue(base.supportsInterface(type(IERC7802).interfaceId));
        vm.assertEq(bytes32(type(IERC7802).interfaceId), bytes32(bytes4(0x33331994)));
        vm.assertTrue(base.supportsInterface(type(IXERC20).interfaceId));
        vm.assertTrue(base.supportsInterface(type(IFlareToken).interfaceId));
        vm.assertTrue(base.supportsInterface(type(IERC165).interfaceId));
        vm.assertFalse(flare.supportsInterface(type(IERC7802).interfaceId), "no bridge reaches the home token");
    }

    function test_From_home_to_another_chain_and_back() public {
        vm.startPrank(ALICE);
        lockbox.deposit(500e18);
        vm.assertEq(home.balanceOf(ALICE), 500e18);
        bridge.send(home, base, 500e18);
        vm.assertEq(base.totalSupply(), 0);
        vm.expectEmit(address(base));
        emit CrosschainMint(ALICE, 500e18, address(bridge));
        bridge.deliver();
        vm.assertEq(base.balanceOf(ALICE), 500e18);
        vm.assertEq(flare.balanceOf(address(lockbox)), 500e18);
        vm.assertEq(flare.totalSupply(), 100_000_000e18, "at home all are there");
        vm.expectEmit(address(base));
        emit CrosschainBurn(ALICE, 200e18, address(bridge));
        bridge.send(base, home, 200e18);
        bridge.deliver();
        lockbox.withdrawTo(BOB, 200e18);
        vm.assertEq(flare.balanceOf(BOB), 10_000_200e18);
        vm.assertEq(flare.balanceOf(address(lockbox)), 300e18);
    }

    function test_Limits_are_used_up_and_come_back_over_a_day() public {
        vm.prank(address(bridge));
        base.mint(BOB, LIMIT);
        vm.assertEq(base.mintingCurrentLimitOf(address(bridge)), 0);
        vm.assertEq(base.mintingMaxLimitOf(address(bridge)), LIMIT);
        vm.warp(START + 6 hours);
        vm.assertEq(base.mintingCurrentLimitOf(address(bridge)), LIMIT / 4);
        vm.prank(address(bridge));
        vm.expectRevert(abi.encodeWithSelector(IXERC20.BridgeLimitExceeded.selector, bridge, LIMIT / 4 + 1, LIMIT / 4));
        base.mint(BOB, LIMIT / 4 + 1);
        vm.warp(START + 2 days);
        vm.assertEq(base.mintingCurrentLimitOf(address(bridge)), LIMIT, "never above the limit");
        vm.startPrank(address(bridge));
        base.burn(BOB, LIMIT / 2);
        vm.assertEq(base.burningCurrentLimitOf(address(bridge)), LIMIT / 2, "burns have a limit of their own");
        vm.assertEq(base.burningMaxLimitOf(address(bridge)), LIMIT);
        vm.expectPartialRevert(IXERC20.BridgeLimitExceeded.selector);
        base.crosschainBurn(BOB, LIMIT / 2 + 1);
    }

    function testFuzz_No_use_of_a_limit_exceeds_it_and_its_refill(uint256 seed) public {
        uint256 minted = 0;
        uint256 began = START;
        for (uint256 i = 0; i < 12; i++) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            vm.warp(block.timestamp + (dice >> 128) % 5 hours);
            uint256 left = base.mintingCurrentLimitOf(address(bridge));
            uint256 amount = dice % 4 == 0 ? left : dice % (left + 1);
            vm.prank(address(bridge));
            base.mint(BOB, amount);
            minted += amount;
            vm.assertLe(minted, LIMIT + LIMIT * (block.timestamp - began) / 1 days, "limit and refill");
        }
    }

    function test_A_changed_limit_moves_what_is_left_by_as_much() public {
        vm.prank(address(bridge));
        base.mint(BOB, LIMIT / 2);
        base.setLimits(address(bridge), 2 * LIMIT, LIMIT);
        vm.assertEq(base.mintingCurrentLimitOf(address(bridge)), 3 * LIMIT / 2);
        base.setLimits(address(bridge), LIMIT, LIMIT);
        vm.assertEq(base.mintingCurrentLimitOf(address(bridge)), LIMIT / 2);
        base.setLimits(address(bridge), LIMIT / 4, LIMIT);
        vm.assertEq(base.mintingCurrentLimitOf(address(bridge)), 0);
        base.setLimits(address(bridge), 0, 0);
        vm.prank(address(bridge));
        vm.expectRevert(abi.encodeWithSelector(IXERC20.NotABridge.selector, bridge));
        base.mint(BOB, 0);
        uint256 tooHigh = uint256(type(uint104).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(IXERC20.LimitTooHigh.selector, tooHigh, tooHigh - 1));
        base.setLimits(address(bridge), 0, tooHigh);
        vm.expectRevert(abi.encodeWithSelector(IXERC20.LimitTooHigh.selector, tooHigh, tooHigh - 1));
        base.setLimits(address(bridge), tooHigh, 0);
        base.setLimits(address(bridge), tooHigh - 1, tooHigh - 1);
    }

    function test_Audit01_strangers_mint_and_burn_nothing_not_even_zero() public {
        bytes memory refused = abi.encodeWithSelector(IXERC20.NotABridge.selector, MALLORY);
        vm.startPrank(MALLORY);
        vm.expectRevert(refused);
        base.mint(MALLORY, 0);
        vm.expectRevert(refused);
        base.burn(MALLORY, 0);
        vm.expectRevert(refused);
        base.crosschainMint(MALLORY, 0);
        vm.expectRevert(refused);
        base.crosschainBurn(MALLORY, 0);
    }

    function test_A_bridge_burns_nothing_without_the_holders_allowance() public {
        vm.startPrank(address(bridge));
        base.mint(MALLORY, 10e18);
        bytes memory refused = abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bridge, 0, 1e18);
        vm.expectRevert(refused);
        base.burn(MALLORY, 1e18);
        vm.expectRevert(refused);
        base.crosschainBurn(MALLORY, 1e18);
        base.mint(address(bridge), 5e18);
        base.burn(address(bridge), 5e18);
        vm.assertEq(base.totalSupply(), 10e18, "its own it may");
    }

    function test_The_cap_holds_on_each_chain() public {
        uint256 tooMuch = base.cap() + 1;
        base.setLimits(address(bridge), tooMuch, 0);
        vm.prank(address(bridge));
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.SupplyCapExceeded.selector, tooMuch, tooMuch - 1));
        base.mint(BOB, tooMuch);
    }

    function test_A_pause_and_a_freeze_stop_bridges_too() public {
        base.scheduleFreeze(BOB);
        vm.warp(START + 2 days);
        base.executeFreeze(BOB);
        vm.startPrank(address(bridge));
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.AccountFrozen.selector, BOB));
        base.crosschainMint(BOB, 1);
        vm.stopPrank();
        base.pause();
        vm.startPrank(address(bridge));
        vm.expectRevert(Pausable.EnforcedPause.selector);
        base.crosschainMint(ALICE, 1);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        base.crosschainBurn(ALICE, 0);
        vm.stopPrank();
        base.unpause();
        base.unfreeze(BOB);
        vm.prank(address(bridge));
        base.crosschainMint(BOB, 1);
    }

    function test_The_lockbox_is_set_once_and_is_a_contract() public {
        vm.expectRevert(abi.encodeWithSelector(IXERC20.LockboxAlreadySet.selector, lockbox));
        home.setLockbox(address(bridge));
        vm.expectRevert(abi.encodeWithSelector(IXERC20.InvalidLockbox.selector, MALLORY));
        base.setLockbox(MALLORY);
        vm.assertEq(base.lockbox(), address(0));
    }
}
