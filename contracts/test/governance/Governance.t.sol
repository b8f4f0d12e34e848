// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ITreasury} from "../../src/governance/ITreasury.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

/// @dev Borrows FLS, tries to make votes of it, and gives it back, all in one transaction.
contract FlashVoter {
    function propose(GovernanceTest test, address target, bytes calldata data) external {
        test.lend(5_000_000e18);
        test.delegateMe();
        test.proposeAs(target, data);
    }

    function vote(GovernanceTest test, uint256 proposal) external {
        test.lend(5_000_000e18);
        test.delegateMe();
        test.voteAs(proposal);
        test.giveBack(5_000_000e18);
    }
}

contract GovernanceTest is GovernanceFixture {
    address internal constant MALLORY = address(0xbad);

    bytes internal gift;

    function setUp() public override {
        super.setUp();
        gift = abi.encodeCall(treasury.spend, (address(flare), MALLORY, 1e24));
    }

    function test_A_proposal_passes_waits_and_is_executed() public {
        uint256 proposal = propose(ALICE, address(treasury), gift);
        vm.assertEq(uint8(governor.state(proposal)), uint8(IGovernor.ProposalState.Pending), "pending");
        vm.prank(ALICE);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.castVote(proposal, 1);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vote(ALICE, proposal, 1);
        vote(BOB, proposal, 0);
        vm.warp(governor.proposalDeadline(proposal) + 1);
        vm.assertTrue(governor.proposalNeedsQueuing(proposal));
        queue(address(treasury), gift);
        vm.warp(governor.proposalEta(proposal) - 1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(address(treasury), gift);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
        vm.warp(governor.proposalEta(proposal));
        execute(address(treasury), gift);
        vm.assertEq(flare.balanceOf(MALLORY), 1e24);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
    }

    function test_A_defeated_proposal_is_not_queued() public {
        uint256 proposal = propose(BOB, address(treasury), gift);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vote(BOB, proposal, 1);
        vote(ALICE, proposal, 0);
        expectNotQueued(proposal);
    }

    function test_A_proposal_without_quorum_is_not_queued() public {
        uint256 proposal = propose(BOB, address(treasury), gift);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vote(BOB, proposal, 1); // 3 % of the supply; the quorum is 4 %.
        vm.assertEq(governor.quorum(governor.proposalSnapshot(proposal)), 4_000_000e18);
        expectNotQueued(proposal);
    }

    function test_A_late_quorum_prolongs_the_vote() public {
        uint256 proposal = propose(CAROL, address(treasury), gift);
        uint256 deadline = governor.proposalDeadline(proposal);
        vm.warp(deadline - 60);
        vote(BOB, proposal, 1);
        vm.assertEq(governor.proposalDeadline(proposal), deadline, "no quorum yet");
        vote(CAROL, proposal, 1);
        vm.assertEq(governor.proposalDeadline(proposal), deadline - 60 + 2 days, "quorum");
        vm.warp(deadline + 1 days);
        vote(ALICE, proposal, 0);
        expectNotQueued(proposal);
    }

    function test_Audit07_flash_loaned_votes_propose_nothing() public {
        FlashVoter voter = new FlashVoter();
        vm.expectPartialRevert(IGovernor.GovernorInsufficientProposerVotes.selector);
        voter.propose(this, address(treasury), gift);
    }

    function test_Audit07_flash_loaned_votes_weigh_nothing() public {
        uint256 proposal = propose(CAROL, address(treasury), gift);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        FlashVoter voter = new FlashVoter();
        voter.vote(this, proposal);
        (uint256 against, uint256 inFavour, uint256 abstain) = governor.proposalVotes(proposal);
        vm.assertEq(against + inFavour + abstain, 0);
    }

    function test_Audit07_votes_sold_after_the_snapshot_count_once() public {
        uint256 proposal = propose(CAROL, address(treasury), gift);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vote(ALICE, proposal, 1);
        vm.prank(MALLORY);
        flare.delegate(MALLORY);
        vm.prank(ALICE);
        flare.transfer(MALLORY, 10_000_000e18);
        vm.warp(block.timestamp + 1);
        vote(MALLORY, proposal, 1);
        (, uint256 inFavour,) = governor.proposalVotes(proposal);
        vm.assertEq(inFavour, 10_000_000e18);
        vm.prank(ALICE);
        vm.expectPartialRevert(IGovernor.GovernorAlreadyCastVote.selector);
        governor.castVote(proposal, 1);
    }

    function test_Below_the_threshold_nobody_proposes() public {
        vm.prank(CAROL);
        flare.transfer(BOB, 1);
        vm.warp(block.timestamp + 1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(address(treasury), gift);
        vm.prank(CAROL);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, CAROL, 1_000_000e18 - 1, 1_000_000e18
            )
        );
        governor.propose(targets, values, calls, WHY);
    }

    function test_The_treasurys_own_tokens_have_no_vote() public view {
        vm.assertEq(flare.balanceOf(address(treasury)), FIRST_SUPPLY - 14_000_000e18);
        vm.assertEq(flare.getVotes(address(treasury)), 0);
        vm.assertEq(flare.delegates(address(treasury)), address(0));
    }

    /// @dev Why holders must have the quorum before the hand-over: what is in the treasury counts towards it, cannot vote
    /// and leaves by a proposal alone, so a suite whose holders are below it is stuck for ever, and cannot even be
    /// unpaused.
    function test_Audit10_HoldersBelowTheQuorumAreStuckForEver() public {
        vm.prank(ALICE);
        flare.transfer(address(treasury), 10_000_000e18);
        vm.prank(CAROL);
        flare.transfer(address(treasury), 1);
        uint256 proposal = propose(BOB, address(treasury), gift);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vote(BOB, proposal, 1);
        vote(CAROL, proposal, 1); // All that can vote: one unit less than the quorum.
        expectNotQueued(proposal);

        // Nor can the Safe help: nobody has set it an allowance.
        vm.expectPartialRevert(ITreasury.AllowanceExceeded.selector);
        vm.prank(address(safe));
        treasury.payOperating(address(flare), CAROL, 1);
    }

    function test_Only_the_proposer_cancels_and_only_before_the_vote() public {
        uint256 proposal = propose(ALICE, address(treasury), gift);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(address(treasury), gift);
        bytes32 why = keccak256(bytes(WHY));
        vm.prank(MALLORY);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposal, MALLORY));
        governor.cancel(targets, values, calls, why);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposal, ALICE));
        governor.cancel(targets, values, calls, why);
    }

    function test_A_proposer_takes_a_pending_proposal_back() public {
        uint256 proposal = propose(ALICE, address(treasury), gift);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(address(treasury), gift);
        vm.prank(ALICE);
        governor.cancel(targets, values, calls, keccak256(bytes(WHY)));
        vm.assertEq(uint8(governor.state(proposal)), uint8(IGovernor.ProposalState.Canceled), "cancelled");
    }

    function test_A_description_names_the_only_proposer() public {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(address(treasury), gift);
        string memory why = string.concat("mine #proposer=", vm.toString(ALICE));
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, BOB));
        governor.propose(targets, values, calls, why);
        vm.prank(ALICE);
        governor.propose(targets, values, calls, why);
    }

    function test_The_timelocks_only_master_is_itself() public view {
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        vm.assertTrue(timelock.hasRole(admin, address(timelock)));
        address[5] memory others = [address(this), address(governor), address(safe), ALICE, address(0)];
        bytes32[3] memory roles = [timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE(), timelock.EXECUTOR_ROLE()];
        for (uint256 i = 0; i < others.length; i++) {
            vm.assertFalse(timelock.hasRole(admin, others[i]), "admin");
            for (uint256 r = 0; r < roles.length; r++) {
                vm.assertEq(timelock.hasRole(roles[r], others[i]), others[i] == address(governor), "only the governor");
            }
        }
        vm.assertEq(timelock.getMinDelay(), TIMELOCK_DELAY);
        vm.assertEq(governor.timelock(), address(timelock));
    }

    function test_The_deployer_has_nothing_left() public {
        vm.assertEq(flare.defaultAdmin(), address(timelock));
        vm.assertEq(treasury.defaultAdmin(), address(timelock));
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        timelock.schedule(address(treasury), 0, gift, 0, 0, TIMELOCK_DELAY);
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        timelock.execute(address(treasury), 0, gift, 0, 0);
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        treasury.spend(address(flare), address(this), 1);
    }

    function test_Audit01_nobody_reaches_the_timelock_but_by_proposals() public {
        bytes memory role = abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector);
        bytes32 proposer = timelock.PROPOSER_ROLE();
        bytes32 cancelled = keccak256("id");
        address[4] memory callers = [address(this), address(safe), ALICE, MALLORY];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.startPrank(callers[i]);
            vm.expectPartialRevert(bytes4(role));
            timelock.schedule(address(treasury), 0, gift, 0, 0, TIMELOCK_DELAY);
            vm.expectPartialRevert(bytes4(role));
            timelock.scheduleBatch(new address[](0), new uint256[](0), new bytes[](0), 0, 0, TIMELOCK_DELAY);
            vm.expectPartialRevert(bytes4(role));
            timelock.execute(address(treasury), 0, gift, 0, 0);
            vm.expectPartialRevert(bytes4(role));
            timelock.executeBatch(new address[](0), new uint256[](0), new bytes[](0), 0, 0);
            vm.expectPartialRevert(bytes4(role));
            timelock.cancel(cancelled);
            vm.expectPartialRevert(bytes4(role));
            timelock.grantRole(proposer, callers[i]);
            vm.expectPartialRevert(TimelockController.TimelockUnauthorizedCaller.selector);
            timelock.updateDelay(0);
            vm.stopPrank();
        }
    }

    function test_Audit01_nobody_changes_the_governor_but_by_proposals() public {
        bytes4 only = IGovernor.GovernorOnlyExecutor.selector;
        vm.startPrank(ALICE);
        vm.expectPartialRevert(only);
        governor.setVotingDelay(0);
        vm.expectPartialRevert(only);
        governor.setVotingPeriod(1);
        vm.expectPartialRevert(only);
        governor.setProposalThreshold(0);
        vm.expectPartialRevert(only);
        governor.updateQuorumNumerator(0);
        vm.expectPartialRevert(only);
        governor.setLateQuorumVoteExtension(0);
        vm.expectPartialRevert(only);
        governor.relay(address(treasury), 0, gift);
        vm.expectPartialRevert(only);
        governor.updateTimelock(timelock);
    }

    function test_Proposals_change_the_governance_itself() public {
        passAndExecute(address(governor), abi.encodeCall(governor.setProposalThreshold, (5_000_000e18)));
        vm.assertEq(governor.proposalThreshold(), 5_000_000e18);
        passAndExecute(address(timelock), abi.encodeCall(timelock.updateDelay, (3 days)));
        vm.assertEq(timelock.getMinDelay(), 3 days);
    }

    /// @dev The blacklist must not decide votes, and the Safe holds it: a frozen holder votes all the same.
    function test_A_freeze_takes_no_vote() public {
        execBySafe(safe, address(flare), abi.encodeCall(IFlareToken.scheduleFreeze, (ALICE)));
        vm.warp(block.timestamp + 2 days);
        execBySafe(safe, address(flare), abi.encodeCall(IFlareToken.executeFreeze, (ALICE)));
        passAndExecute(address(flare), abi.encodeCall(IFlareToken.unfreeze, (ALICE)));
        vm.assertFalse(flare.isFrozen(ALICE));
    }

    function test_The_timelock_cannot_be_frozen() public {
        vm.prank(address(safe));
        vm.expectRevert(abi.encodeWithSelector(IFlareToken.FreezeRefused.selector, address(timelock)));
        flare.scheduleFreeze(address(timelock));
    }

    function test_A_pause_stops_no_vote_and_only_a_proposal_ends_it() public {
        execBySafe(safe, address(flare), abi.encodeWithSignature("pause()"));
        passAndExecute(address(flare), abi.encodeWithSignature("unpause()"));
        vm.assertFalse(flare.paused());
    }

    function lend(uint256 amount) external {
        vm.prank(ALICE);
        flare.transfer(msg.sender, amount);
    }

    function delegateMe() external {
        vm.prank(msg.sender);
        flare.delegate(msg.sender);
    }

    function proposeAs(address target, bytes calldata data) external {
        propose(msg.sender, target, data);
    }

    function voteAs(uint256 proposal) external {
        vote(msg.sender, proposal, 1);
    }

    function giveBack(uint256 amount) external {
        vm.prank(msg.sender);
        flare.transfer(ALICE, amount);
    }

    function expectNotQueued(uint256 proposal) private {
        vm.warp(governor.proposalDeadline(proposal) + 1);
        vm.assertEq(uint8(governor.state(proposal)), uint8(IGovernor.ProposalState.Defeated), "defeated");
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(address(treasury), gift);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
    }
}
