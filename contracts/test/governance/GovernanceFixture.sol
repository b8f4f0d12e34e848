// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FlareGovernor} from "../../src/governance/FlareGovernor.sol";
import {Timelock} from "../../src/governance/Timelock.sol";
import {Treasury} from "../../src/governance/Treasury.sol";
import {FlareToken} from "../../src/token/FlareToken.sol";
import {ISafe, SafeFixture} from "../mocks/SafeFixture.sol";

/// @notice Token, timelock, governor, treasury and a real Safe, set up by the timelock's own operations as a deployment
/// does it; then the deployer (this contract) has nothing left.
abstract contract GovernanceFixture is SafeFixture {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant FIRST_SUPPLY = 100_000_000e18;
    uint48 internal constant TIMELOCK_DELAY = 2 days;
    string internal constant WHY = "for the good of all";

    /// @dev Ten, three and one of a hundred million FLS, each delegated to its owner.
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);
    address internal constant CAROL = address(0xca401);

    FlareToken internal flare;
    Timelock internal timelock;
    FlareGovernor internal governor;
    Treasury internal treasury;
    ISafe internal safe;

    function setUp() public virtual {
        vm.warp(START);
        safe = deploySafe();
        address[] memory me = new address[](1);
        me[0] = address(this);
        timelock = new Timelock(0, me, me);
        treasury = new Treasury(1 days, address(timelock));
        flare = new FlareToken(1 days, address(timelock), address(treasury), FIRST_SUPPLY);
        governor = new FlareGovernor(flare, timelock, FlareGovernor.Settings(1 days, 5 days, 2 days, 1_000_000e18, 4));

        byTimelock(address(treasury), abi.encodeCall(treasury.grantRole, (treasury.SPENDER_ROLE(), address(timelock))));
        byTimelock(address(treasury), abi.encodeCall(treasury.grantRole, (treasury.OPERATOR_ROLE(), address(safe))));
        byTimelock(address(treasury), abi.encodeCall(treasury.grantRole, (treasury.PAUSER_ROLE(), address(safe))));
        byTimelock(address(flare), abi.encodeCall(flare.grantRole, (flare.PAUSER_ROLE(), address(safe))));
        byTimelock(address(flare), abi.encodeCall(flare.grantRole, (flare.BLACKLISTER_ROLE(), address(safe))));
        endow(ALICE, 10_000_000e18);
        endow(BOB, 3_000_000e18);
        endow(CAROL, 1_000_000e18);
        handOver();
        vm.warp(START + 1);
    }

    /// @dev The last operations: the governor is the timelock's only proposer, canceller and executor.
    function handOver() private {
        bytes32[3] memory roles = [timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE(), timelock.EXECUTOR_ROLE()];
        address[] memory targets = new address[](7);
        bytes[] memory calls = new bytes[](7);
        for (uint256 i = 0; i < 3; i++) {
            calls[i] = abi.encodeCall(timelock.grantRole, (roles[i], address(governor)));
            calls[i + 3] = abi.encodeCall(timelock.revokeRole, (roles[i], address(this)));
        }
        calls[6] = abi.encodeCall(timelock.updateDelay, (TIMELOCK_DELAY));
        for (uint256 i = 0; i < 7; i++) {
            targets[i] = address(timelock);
        }
        timelock.scheduleBatch(targets, new uint256[](7), calls, 0, 0, 0);
        timelock.executeBatch(targets, new uint256[](7), calls, 0, 0);
    }

    function byTimelock(address target, bytes memory data) private {
        timelock.schedule(target, 0, data, 0, 0, 0);
        timelock.execute(target, 0, data, 0, 0);
    }

    function endow(address who, uint256 amount) private {
        byTimelock(address(treasury), abi.encodeCall(treasury.spend, (address(flare), who, amount)));
        vm.prank(who);
        flare.delegate(who);
    }

    function propose(address by, address target, bytes memory data) internal returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(target, data);
        vm.prank(by);
        return governor.propose(targets, values, calls, WHY);
    }

    function queue(address target, bytes memory data) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(target, data);
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
    }

    function execute(address target, bytes memory data) internal {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = single(target, data);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
    }

    function vote(address by, uint256 proposal, uint8 support) internal {
        vm.prank(by);
        governor.castVote(proposal, support);
    }

    /// @dev From the proposal to its execution, with Alice's votes.
    function passAndExecute(address target, bytes memory data) internal {
        uint256 proposal = propose(ALICE, target, data);
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vote(ALICE, proposal, 1);
        vm.warp(governor.proposalDeadline(proposal) + 1);
        queue(target, data);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(target, data);
    }

    function single(address target, bytes memory data)
        internal
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        targets = new address[](1);
        values = new uint256[](1);
        calls = new bytes[](1);
        targets[0] = target;
        calls[0] = data;
    }
}
