// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {BridgedFlareToken} from "../../src/bridge/BridgedFlareToken.sol";
import {IXERC20} from "../../src/bridge/IXERC20.sol";
import {IXERC20Lockbox} from "../../src/bridge/IXERC20Lockbox.sol";
import {XERC20Lockbox} from "../../src/bridge/XERC20Lockbox.sol";
import {ExactTransfer} from "../../src/libraries/ExactTransfer.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {BridgeFixture} from "./BridgeFixture.sol";

contract XERC20LockboxTest is BridgeFixture {
    event Deposit(address indexed sender, address indexed to, uint256 amount);
    event Withdraw(address indexed sender, address indexed to, uint256 amount);

    function testFuzz_What_goes_in_comes_out(uint256 amount, uint256 back) public {
        amount = bound(amount, 1, 10_000_000e18);
        back = bound(back, 1, amount);
        vm.startPrank(ALICE);
        vm.expectEmit(address(lockbox));
        emit Deposit(ALICE, BOB, amount);
        lockbox.depositTo(BOB, amount);
        vm.stopPrank();
        vm.assertEq(home.balanceOf(BOB), amount);
        vm.startPrank(BOB);
        vm.expectEmit(address(lockbox));
        emit Withdraw(BOB, BOB, back);
        lockbox.withdraw(back);
        vm.assertEq(flare.balanceOf(BOB), 10_000_000e18 + back);
        vm.assertEq(flare.balanceOf(address(lockbox)), home.totalSupply());
    }

    function test_It_has_no_limit_and_uses_none() public {
        vm.startPrank(ALICE);
        lockbox.deposit(5 * LIMIT);
        vm.assertEq(home.mintingMaxLimitOf(address(lockbox)), 0);
        vm.assertEq(home.mintingCurrentLimitOf(address(bridge)), LIMIT);
        lockbox.withdraw(5 * LIMIT);
        vm.assertEq(home.totalSupply(), 0);
    }

    function test_Nothing_is_refused() public {
        vm.startPrank(ALICE);
        vm.expectRevert(IXERC20Lockbox.ZeroAmount.selector);
        lockbox.deposit(0);
        vm.expectRevert(IXERC20Lockbox.ZeroAmount.selector);
        lockbox.withdraw(0);
    }

    function test_Nobody_withdraws_without_burning() public {
        vm.prank(ALICE);
        lockbox.deposit(10e18);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, BOB, 0, 1));
        lockbox.withdraw(1);
        vm.prank(ALICE);
        home.approve(address(lockbox), 0);
        vm.prank(ALICE);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        lockbox.withdraw(1);
    }

    /// @dev The damage that a stolen bridge can do: its limit, at once, and what comes back of it over time.
    function test_A_stolen_bridge_takes_its_limit_from_the_lockbox_and_no_more() public {
        vm.prank(ALICE);
        lockbox.deposit(5 * LIMIT);
        vm.startPrank(address(bridge));
        home.approve(address(lockbox), type(uint256).max);
        home.mint(address(bridge), LIMIT);
        lockbox.withdraw(LIMIT);
        vm.expectPartialRevert(IXERC20.BridgeLimitExceeded.selector);
        home.mint(address(bridge), 1);
        vm.assertEq(flare.balanceOf(address(lockbox)), 4 * LIMIT);
        vm.assertEq(flare.totalSupply(), 100_000_000e18, "and makes none");
        vm.stopPrank();
        home.pause();
        vm.warp(START + 1 days);
        vm.prank(address(bridge));
        vm.expectRevert();
        home.mint(address(bridge), 1);
    }

    function test_It_cannot_be_frozen() public {
        flare.grantRole(flare.BLACKLISTER_ROLE(), address(this));
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.FreezeRefused.selector, lockbox));
        flare.scheduleFreeze(address(lockbox));
    }

    function test_Audit12_a_token_that_takes_a_fee_is_refused() public {
        FeeOnTransferToken token = new FeeOnTransferToken(100);
        BridgedFlareToken bridged = deployBridged();
        XERC20Lockbox box = new XERC20Lockbox(bridged, IERC20(address(token)));
        bridged.setLockbox(address(box));
        token.mint(ALICE, 100e18);
        vm.startPrank(ALICE);
        token.approve(address(box), 100e18);
        vm.expectPartialRevert(ExactTransfer.InexactTransfer.selector);
        box.deposit(100e18);
    }
}
