// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {FlareFixture} from "./FlareFixture.sol";

/// @notice Snapshots of holders who never delegated, and votes of those who did.
contract FlareHistoryTest is FlareFixture {
    address internal constant CAROL = address(0xca401);

    function test_A_snapshot_keeps_balances_of_undelegated_holders() public {
        uint48 t1 = flare.snapshot();
        move(ALICE, BOB, 100e18);
        vm.warp(START + 1 days);
        uint48 t2 = flare.snapshot();
        move(ALICE, CAROL, 900e18);
        vm.assertEq(flare.balanceOfAt(ALICE, t1), 1000e18);
        vm.assertEq(flare.balanceOfAt(BOB, t1), 500e18);
        vm.assertEq(flare.balanceOfAt(CAROL, t1), 0);
        vm.assertEq(flare.balanceOfAt(ALICE, t2), 900e18);
        vm.assertEq(flare.balanceOfAt(BOB, t2), 600e18, "unchanged since the first snapshot");
        vm.assertEq(flare.balanceOfAt(CAROL, t2), 0);
        vm.assertEq(flare.balanceOf(CAROL), 900e18);
    }

    function test_A_snapshot_stands_between_the_transfers_of_its_second() public {
        move(ALICE, BOB, 1e18);
        uint48 t = flare.snapshot();
        move(ALICE, BOB, 1e18);
        vm.assertEq(flare.balanceOfAt(ALICE, t), 999e18);
        vm.assertEq(flare.balanceOfAt(BOB, t), 501e18);
        move(ALICE, BOB, 1e18);
        vm.assertEq(flare.balanceOfAt(ALICE, t), 999e18, "one entry an account and snapshot");
    }

    function test_A_holder_who_came_between_two_snapshots() public {
        uint48 t1 = flare.snapshot();
        move(ALICE, CAROL, 5e18);
        vm.warp(START + 1 days);
        uint48 t2 = flare.snapshot();
        vm.warp(START + 2 days);
        uint48 t3 = flare.snapshot();
        move(CAROL, ALICE, 5e18);
        vm.warp(START + 3 days);
        uint48 t4 = flare.snapshot();
        move(ALICE, CAROL, 2e18);
        vm.assertEq(flare.balanceOfAt(CAROL, t1), 0);
        vm.assertEq(flare.balanceOfAt(CAROL, t2), 5e18);
        vm.assertEq(flare.balanceOfAt(CAROL, t3), 5e18);
        vm.assertEq(flare.balanceOfAt(CAROL, t4), 0, "having sold all is remembered too");
    }

    function test_Supply_at_a_snapshot() public {
        uint48 t = flare.snapshot();
        flare.mint(CAROL, 10e18);
        vm.prank(ALICE);
        flare.burn(1e18);
        vm.assertEq(flare.totalSupplyAt(t), FIRST_SUPPLY);
        vm.assertEq(flare.balanceOfAt(CAROL, t), 0);
        vm.assertEq(flare.balanceOfAt(ALICE, t), 1000e18);
        vm.assertEq(flare.totalSupply(), FIRST_SUPPLY + 9e18);
    }

    function test_Tax_and_its_distribution_have_history() public {
        taxTrades();
        vm.prank(ALICE);
        flare.transfer(PAIR, 100e18);
        uint48 t = flare.snapshot();
        vm.prank(ALICE);
        flare.transfer(PAIR, 100e18);
        flare.distributeTax();
        vm.assertEq(flare.balanceOfAt(address(flare), t), 2e18);
        vm.assertEq(flare.balanceOfAt(STAKERS, t), 0);
        vm.assertEq(flare.balanceOfAt(PAIR, t), 98e18);
    }

    function test_Snapshots_are_a_chain_and_nothing_else_is_one() public {
        vm.assertEq(flare.latestSnapshot(), 0);
        uint48 t1 = flare.snapshot();
        vm.warp(START + 1 hours);
        uint48 t2 = flare.snapshot();
        vm.assertEq(flare.latestSnapshot(), t2);
        vm.assertEq(flare.previousSnapshot(t2), t1);
        vm.assertEq(flare.previousSnapshot(t1), 0);
        bytes memory missing = abi.encodeWithSelector(IFlareToken.SnapshotMissing.selector, t1 + 1);
        vm.expectRevert(missing);
        flare.balanceOfAt(ALICE, t1 + 1);
        vm.expectRevert(missing);
        flare.totalSupplyAt(t1 + 1);
        vm.expectRevert(missing);
        flare.previousSnapshot(t1 + 1);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.SnapshotMissing.selector, 0));
        flare.balanceOfAt(ALICE, 0);
    }

    function test_Snapshots_keep_their_interval() public {
        flare.snapshot();
        vm.warp(START + 1 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.SnapshotTooSoon.selector, START + 1 hours));
        flare.snapshot();
        vm.warp(START + 1 hours);
        flare.snapshot();
    }

    function test_Votes_follow_delegation_and_transfers() public {
        vm.prank(ALICE);
        flare.delegate(CAROL);
        vm.assertEq(flare.delegates(ALICE), CAROL);
        vm.assertEq(flare.getVotes(CAROL), 1000e18);
        move(ALICE, BOB, 100e18);
        vm.assertEq(flare.getVotes(CAROL), 900e18, "of the sender");
        move(BOB, ALICE, 50e18);
        vm.assertEq(flare.getVotes(CAROL), 950e18, "of the receiver");
        vm.prank(BOB);
        flare.delegate(BOB);
        move(ALICE, BOB, 50e18);
        vm.assertEq(flare.getVotes(CAROL), 900e18);
        vm.assertEq(flare.getVotes(BOB), 600e18);
        vm.prank(ALICE);
        flare.delegate(address(0));
        vm.assertEq(flare.getVotes(CAROL), 0);
        move(ALICE, BOB, 1e18);
        vm.assertEq(flare.getVotes(BOB), 601e18);
    }

    function test_Votes_follow_mint_and_burn() public {
        vm.prank(ALICE);
        flare.delegate(ALICE);
        flare.mint(ALICE, 10e18);
        vm.assertEq(flare.getVotes(ALICE), 1010e18);
        vm.prank(ALICE);
        flare.burn(20e18);
        vm.assertEq(flare.getVotes(ALICE), 990e18);
    }

    function test_Past_votes_and_supply_by_timestamp() public {
        vm.prank(ALICE);
        flare.delegate(ALICE);
        vm.warp(START + 10);
        move(ALICE, BOB, 1000e18);
        flare.mint(BOB, 1e18);
        vm.warp(START + 20);
        vm.assertEq(flare.getPastVotes(ALICE, START + 9), 1000e18);
        vm.assertEq(flare.getPastVotes(ALICE, START + 10), 0);
        vm.assertEq(flare.getPastTotalSupply(START + 9), FIRST_SUPPLY);
        vm.assertEq(flare.getPastTotalSupply(START + 10), FIRST_SUPPLY + 1e18);
        vm.expectRevert(abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, START + 20, START + 20));
        flare.getPastVotes(ALICE, START + 20);
    }

    function test_Delegation_by_signature_is_good_once() public {
        bytes32 typeHash = keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");
        bytes32 structHash = keccak256(abi.encode(typeHash, CAROL, 0, START));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(ALICE_KEY, keccak256(abi.encodePacked("\x19\x01", flare.DOMAIN_SEPARATOR(), structHash)));
        flare.delegateBySig(CAROL, 0, START, v, r, s);
        vm.assertEq(flare.getVotes(CAROL), 1000e18);
        vm.expectRevert();
        flare.delegateBySig(CAROL, 0, START, v, r, s);
    }

    function testFuzz_History_equals_what_was_noted(uint256 seed) public {
        address[3] memory holders = [ALICE, BOB, CAROL];
        uint48[] memory times = new uint48[](6);
        uint256[3][] memory noted = new uint256[3][](6);
        for (uint256 i = 0; i < 6; i++) {
            for (uint256 k = 0; k < (seed >> (8 * i)) % 4; k++) {
                uint256 dice = uint256(keccak256(abi.encode(seed, i, k)));
                address from = holders[dice % 3];
                move(from, holders[(dice >> 8) % 3], (dice >> 16) % (flare.balanceOf(from) + 1));
            }
            times[i] = flare.snapshot();
            for (uint256 h = 0; h < 3; h++) {
                noted[i][h] = flare.balanceOf(holders[h]);
            }
            vm.warp(block.timestamp + 1 hours);
        }
        for (uint256 i = 0; i < 6; i++) {
            for (uint256 h = 0; h < 3; h++) {
                vm.assertEq(flare.balanceOfAt(holders[h], times[i]), noted[i][h]);
            }
        }
    }

    function move(address from, address to, uint256 value) private {
        vm.prank(from);
        flare.transfer(to, value);
    }
}
