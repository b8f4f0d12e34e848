// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {EmergencyGuardian} from "../../src/guardian/EmergencyGuardian.sol";
import {IEmergencyGuardian} from "../../src/guardian/IEmergencyGuardian.sol";
import {IPausable} from "../../src/guardian/IPausable.sol";
import {FlareToken} from "../../src/token/FlareToken.sol";
import {Base} from "../Base.sol";

contract PausablePeer is IPausable, Pausable {
    address internal immutable guardian;

    constructor(address guardian_) {
        guardian = guardian_;
    }

    function pause() external virtual {
        require(msg.sender == guardian, "only guardian");
        _pause();
    }

    function unpause() external {
        _unpause();
    }

    function paused() public view virtual override(IPausable, Pausable) returns (bool) {
        return super.paused();
    }
}

/// @dev Fails in the ways a contract can.
contract FailingPeer {
    enum Mode {
        Reverts,
        BurnsGas,
        ReturnsMuch,
        RevertsWithMuch,
        PretendsToPause,
        AnswersShort
    }

    Mode internal immutable mode;

    constructor(Mode mode_) {
        mode = mode_;
    }

    function pause() external view {
        fail();
    }

    function paused() external view returns (bool) {
        if (mode == Mode.Reverts || mode == Mode.PretendsToPause) return false;
        fail();
        return false;
    }

    function fail() private view {
        if (mode == Mode.Reverts) revert("no");
        if (mode == Mode.BurnsGas) {
            while (true) {}
        }
        if (mode == Mode.ReturnsMuch) {
            assembly {
                return(0, 10000)
            }
        }
        if (mode == Mode.RevertsWithMuch) {
            assembly {
                revert(0, 10000)
            }
        }
        if (mode == Mode.AnswersShort) {
            assembly {
                mstore8(0, 1)
                return(0, 1)
            }
        }
    }
}

contract EmergencyGuardianTest is Base {
    event EmergencyDeclared(
        address indexed by, bytes32 indexed reason, uint64 clusterVersion, uint256 paused, uint256 failed
    );
    event PauseFailed(address indexed target);

    address internal constant SAFE = address(0x5afe);
    bytes32 internal constant REASON = keccak256("prices disagree");

    EmergencyGuardian internal guardian;

    function setUp() public {
        vm.warp(1_800_000_000);
        guardian = new EmergencyGuardian(1 days, address(this));
        guardian.grantRole(guardian.GUARDIAN_ROLE(), SAFE);
    }

    function test_One_call_pauses_all_and_mirrors_the_clusters_emergency() public {
        PausablePeer a = addPeer();
        PausablePeer b = addPeer();
        FlareToken flare = new FlareToken(0, address(this), address(1), 0);
        flare.grantRole(flare.PAUSER_ROLE(), address(guardian));
        guardian.addTarget(address(flare));
        vm.expectEmit(address(guardian));
        emit EmergencyDeclared(SAFE, REASON, 17, 3, 0);
        vm.prank(SAFE);
        (uint256 done, uint256 failed) = guardian.declareEmergency(REASON, 17);
        vm.assertEq(done, 3);
        vm.assertEq(failed, 0);
        vm.assertTrue(a.paused() && b.paused() && flare.paused());
        IEmergencyGuardian.Emergency memory emergency = guardian.emergency();
        vm.assertTrue(emergency.active);
        vm.assertEq(emergency.declaredAt, 1_800_000_000);
        vm.assertEq(emergency.clusterVersion, 17);
        vm.assertEq(emergency.declaredBy, SAFE);
        vm.assertEq(emergency.reason, REASON);
    }

    function test_Those_that_are_paused_already_count_as_paused() public {
        PausablePeer a = addPeer();
        vm.prank(address(guardian));
        a.pause();
        addPeer();
        vm.prank(SAFE);
        (uint256 done, uint256 failed) = guardian.declareEmergency(REASON, 0);
        vm.assertEq(done, 2);
        vm.assertEq(failed, 0);
    }

    function test_Audit10_no_target_stops_the_others() public {
        PausablePeer first = addPeer();
        FailingPeer[6] memory failing;
        for (uint256 i = 0; i < 6; i++) {
            failing[i] = new FailingPeer(FailingPeer.Mode(i));
            guardian.addTarget(address(failing[i]));
        }
        PausablePeer last = addPeer();
        for (uint256 i = 0; i < 6; i++) {
            vm.expectEmit(address(guardian));
            emit PauseFailed(address(failing[i]));
        }
        vm.prank(SAFE);
        (uint256 done, uint256 failed) = guardian.declareEmergency(REASON, 1);
        vm.assertEq(done, 2);
        vm.assertEq(failed, 6);
        vm.assertTrue(first.paused() && last.paused());
    }

    function test_A_target_that_cannot_be_paused_may_be_tried_again() public {
        PausablePeer stranger = new PausablePeer(address(1));
        guardian.addTarget(address(stranger));
        vm.startPrank(SAFE);
        (, uint256 failed) = guardian.declareEmergency(REASON, 1);
        vm.assertEq(failed, 1);
        vm.stopPrank();
        vm.prank(address(1));
        stranger.pause();
        vm.prank(SAFE);
        (uint256 done,) = guardian.declareEmergency(REASON, 2);
        vm.assertEq(done, 1);
        vm.assertEq(guardian.emergency().clusterVersion, 2);
    }

    function test_As_many_targets_as_there_can_be_fit_in_one_call() public {
        PausablePeer[] memory peers = new PausablePeer[](guardian.TARGETS_MAX());
        for (uint256 i = 0; i < peers.length; i++) {
            peers[i] = addPeer();
        }
        PausablePeer oneMore = new PausablePeer(address(guardian));
        vm.expectRevert(abi.encodeWithSelector(IEmergencyGuardian.TooManyTargets.selector, 32));
        guardian.addTarget(address(oneMore));
        uint256 before = gasleft();
        vm.prank(SAFE);
        guardian.declareEmergency(REASON, 1);
        vm.assertLt(before - gasleft(), 8_000_000, "gas");
        for (uint256 i = 0; i < peers.length; i++) {
            vm.assertTrue(peers[i].paused());
        }
    }

    function test_With_too_little_gas_nothing_is_left_out_silently() public {
        for (uint256 i = 0; i < 4; i++) {
            addPeer();
        }
        vm.startPrank(SAFE);
        vm.expectPartialRevert(IEmergencyGuardian.TooLittleGas.selector);
        guardian.declareEmergency{gas: 300_000}(REASON, 1);
        vm.stopPrank();
        vm.assertFalse(guardian.emergency().active);
    }

    function test_Only_the_admin_ends_it_and_the_guardian_never_unpauses() public {
        PausablePeer a = addPeer();
        vm.expectRevert(IEmergencyGuardian.NoEmergency.selector);
        guardian.endEmergency(1);
        vm.prank(SAFE);
        guardian.declareEmergency(REASON, 1);
        vm.prank(SAFE);
        vm.expectRevert();
        guardian.endEmergency(2);
        guardian.endEmergency(2);
        vm.assertFalse(guardian.emergency().active);
        vm.assertTrue(a.paused(), "it is let go on by its own admin");
    }

    function test_The_list() public {
        PausablePeer a = addPeer();
        vm.assertTrue(guardian.isTarget(address(a)));
        vm.assertEq(guardian.targets().length, 1);
        vm.expectRevert(abi.encodeWithSelector(IEmergencyGuardian.TargetKnown.selector, a));
        guardian.addTarget(address(a));
        guardian.removeTarget(address(a));
        vm.assertFalse(guardian.isTarget(address(a)));
        vm.expectRevert(abi.encodeWithSelector(IEmergencyGuardian.TargetUnknown.selector, a));
        guardian.removeTarget(address(a));
        vm.expectRevert(abi.encodeWithSelector(IEmergencyGuardian.TargetHasNoCode.selector, SAFE));
        guardian.addTarget(SAFE);
    }

    function addPeer() private returns (PausablePeer peer) {
        peer = new PausablePeer(address(guardian));
        guardian.addTarget(address(peer));
    }
}
