// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ITreasury} from "../../src/governance/ITreasury.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {ReturnsFalseToken} from "../mocks/ReturnsFalseToken.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

/// @dev Paid by the Safe, asks it for more in the same transaction.
contract GreedyReceiver {
    Treasury internal treasury;

    constructor(Treasury treasury_) {
        treasury = treasury_;
    }

    receive() external payable {
        if (address(treasury).balance >= msg.value) treasury.payOperating(address(0), address(this), msg.value);
    }
}

contract TreasuryTest is GovernanceFixture {
    event Received(address indexed from, uint256 amount);
    event Spent(address indexed asset, address indexed to, uint256 amount);

    address internal constant ETHER = address(0);
    address internal constant DAVE = address(0xda7e);

    function test_Spends_tokens_and_ether_by_proposal() public {
        vm.deal(address(this), 5 ether);
        vm.expectEmit(address(treasury));
        emit Received(address(this), 5 ether);
        (bool ok,) = address(treasury).call{value: 5 ether, gas: 2300}("");
        vm.assertTrue(ok, "what WETH pays out arrives too");
        passAndExecute(address(treasury), abi.encodeCall(treasury.spend, (ETHER, DAVE, 2 ether)));
        passAndExecute(address(treasury), abi.encodeCall(treasury.spend, (address(flare), DAVE, 7e18)));
        vm.assertEq(DAVE.balance, 2 ether);
        vm.assertEq(flare.balanceOf(DAVE), 7e18);
    }

    function test_The_safe_spends_nothing_of_its_own_accord() public {
        bytes memory exceeded = abi.encodeWithSelector(ITreasury.AllowanceExceeded.selector, address(flare), 1, 0);
        vm.prank(address(safe));
        vm.expectRevert(exceeded);
        treasury.payOperating(address(flare), DAVE, 1);
        vm.prank(address(safe));
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        treasury.spend(address(flare), DAVE, 1);
    }

    function test_Two_of_the_safes_three_owners_pay_running_costs() public {
        allow(address(flare), 100e18);
        bytes memory payment = abi.encodeCall(treasury.payOperating, (address(flare), DAVE, 60e18));
        execBySafe(safe, address(treasury), payment, 0, 2);
        vm.assertEq(flare.balanceOf(DAVE), 60e18);
        vm.assertEq(treasury.operatingAllowanceLeft(address(flare)), 40e18);
        // The inner call fails, and the Safe says GS013 as no gas for it was fixed.
        bytes memory signatures = signSafe(safe, address(treasury), payment, 1, 2);
        vm.expectRevert(bytes("GS013"));
        safe.execTransaction(address(treasury), 0, payment, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
    }

    function test_One_owner_or_a_wrong_order_or_a_replay_moves_nothing() public {
        allow(address(flare), 100e18);
        bytes memory payment = abi.encodeCall(treasury.payOperating, (address(flare), DAVE, 1e18));
        bytes memory twice = signSafe(safe, address(treasury), payment, 0, 0);
        bytes memory disordered = signSafe(safe, address(treasury), payment, 1, 0);
        bytes memory good = signSafe(safe, address(treasury), payment, 0, 1);
        vm.expectRevert(bytes("GS026"));
        safe.execTransaction(address(treasury), 0, payment, 0, 0, 0, 0, address(0), payable(address(0)), twice);
        vm.expectRevert(bytes("GS026"));
        safe.execTransaction(address(treasury), 0, payment, 0, 0, 0, 0, address(0), payable(address(0)), disordered);
        safe.execTransaction(address(treasury), 0, payment, 0, 0, 0, 0, address(0), payable(address(0)), good);
        vm.expectRevert(bytes("GS026"));
        safe.execTransaction(address(treasury), 0, payment, 0, 0, 0, 0, address(0), payable(address(0)), good);
        vm.assertEq(flare.balanceOf(DAVE), 1e18);
        vm.assertEq(safe.getThreshold(), 2);
        vm.assertEq(safe.getOwners().length, 3);
    }

    function test_A_new_period_gives_the_allowance_anew() public {
        allow(address(flare), 100e18);
        pay(100e18);
        vm.assertEq(treasury.operatingAllowanceLeft(address(flare)), 0);
        uint256 began = block.timestamp;
        vm.warp(began + 30 days - 1);
        vm.assertEq(treasury.operatingAllowanceLeft(address(flare)), 0);
        vm.warp(began + 30 days);
        vm.assertEq(treasury.operatingAllowanceLeft(address(flare)), 100e18);
        pay(30e18);
        vm.assertEq(treasury.operatingAllowance(address(flare)).periodStart, began + 30 days);
        vm.assertEq(treasury.operatingAllowance(address(flare)).spent, 30e18);
    }

    function test_A_lowered_allowance_counts_what_was_spent() public {
        allow(address(flare), 100e18);
        pay(60e18);
        vm.prank(address(timelock));
        treasury.setOperatingAllowance(address(flare), 50e18);
        vm.assertEq(treasury.operatingAllowanceLeft(address(flare)), 0);
        vm.prank(address(timelock));
        treasury.setOperatingAllowance(address(flare), 80e18);
        vm.assertEq(treasury.operatingAllowanceLeft(address(flare)), 20e18);
    }

    function testFuzz_No_sequence_of_payments_exceeds_the_allowance_of_a_period(uint256 seed) public {
        allow(address(flare), 100e18);
        uint256 began = 0;
        uint256 spent = 0;
        for (uint256 i = 0; i < 20; i++) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 amount = dice % 70e18;
            vm.warp(block.timestamp + (dice >> 128) % 10 days);
            if (block.timestamp >= began + 30 days) spent = 0;
            vm.prank(address(safe));
            try treasury.payOperating(address(flare), DAVE, amount) {
                if (spent == 0 && block.timestamp >= began + 30 days) began = block.timestamp;
                spent += amount;
            } catch {
                vm.assertGt(spent + amount, 100e18, "refused only above the allowance");
            }
            vm.assertLe(spent, 100e18, "never above the allowance");
        }
    }

    function test_Audit05_a_receiver_that_calls_back_gets_nothing_more() public {
        vm.deal(address(treasury), 10 ether);
        allow(ETHER, 1 ether);
        GreedyReceiver greedy = new GreedyReceiver(treasury);
        bytes32 operator = treasury.OPERATOR_ROLE();
        vm.prank(address(timelock));
        treasury.grantRole(operator, address(greedy));
        vm.prank(address(safe));
        vm.expectRevert();
        treasury.payOperating(ETHER, address(greedy), 1 ether);
        vm.assertEq(address(greedy).balance, 0);
    }

    function test_Audit06_tokens_that_return_nothing_or_false() public {
        NoReturnToken silent = new NoReturnToken();
        ReturnsFalseToken lying = new ReturnsFalseToken();
        silent.mint(address(treasury), 10);
        lying.mint(address(treasury), 10);
        vm.startPrank(address(timelock));
        treasury.spend(address(silent), DAVE, 10);
        vm.assertEq(silent.balanceOf(DAVE), 10);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, lying));
        treasury.spend(address(lying), DAVE, 11);
    }

    function test_Payments_to_nobody_or_itself_are_refused() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.InvalidReceiver.selector, address(0)));
        treasury.spend(ETHER, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.InvalidReceiver.selector, address(treasury)));
        treasury.spend(address(flare), address(treasury), 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientBalance.selector, 0, 1));
        treasury.spend(ETHER, DAVE, 1);
    }

    function test_A_pause_stops_all_payments_until_a_proposal_ends_it() public {
        allow(address(flare), 100e18);
        execBySafe(safe, address(treasury), abi.encodeCall(treasury.pause, ()));
        vm.assertTrue(treasury.paused());
        vm.prank(address(safe));
        vm.expectRevert(Pausable.EnforcedPause.selector);
        treasury.payOperating(address(flare), DAVE, 1);
        vm.prank(address(timelock));
        vm.expectRevert(Pausable.EnforcedPause.selector);
        treasury.spend(address(flare), DAVE, 1);
        passAndExecute(address(treasury), abi.encodeCall(treasury.unpause, ()));
        pay(1);
    }

    function allow(address asset, uint128 perPeriod) private {
        vm.prank(address(timelock));
        treasury.setOperatingAllowance(asset, perPeriod);
    }

    function pay(uint256 amount) private {
        vm.prank(address(safe));
        treasury.payOperating(address(flare), DAVE, amount);
    }
}
