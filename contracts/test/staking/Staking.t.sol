// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Base} from "../Base.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ExactTransfer} from "../../src/libraries/ExactTransfer.sol";
import {IStaking} from "../../src/staking/IStaking.sol";
import {RewardIndex} from "../../src/staking/RewardIndex.sol";
import {Staking} from "../../src/staking/Staking.sol";

contract StakingTest is Base {
    using RewardIndex for RewardIndex.Index;

    MockToken private _token;
    Staking private _staking;
    address private constant ADMIN = address(0xAD);
    address private constant PAUSER = address(0x9A);
    address private constant REWARDER = address(0x4E);
    address private constant ALICE = address(0xA1);
    address private constant BOB = address(0xB0);

    function setUp() public {
        vm.warp(1_700_000_000);
        _token = new MockToken("FLS", 18);
        _staking = _stakingOf(_token);
    }

    function test_StreamsPerSecondByWeight() public {
        vm.prank(ADMIN);
        uint256 tier = _staking.addTier(30 days, 30_000);
        uint256 alice = _stake(ALICE, 100e18, 0);
        uint256 bob = _stake(BOB, 100e18, tier);
        _fund(700e18);

        _after(1 days);
        vm.assertEq(_staking.claimable(alice), 25e18, "a quarter of a day's 100");
        vm.assertEq(_staking.claimable(bob), 75e18, "three quarters");
        _after(6 days);
        vm.assertEq(_claim(ALICE, alice), 175e18);
        vm.assertEq(_claim(BOB, bob), 525e18);
        vm.assertEq(_staking.rewardsHeld(), 0);
    }

    function test_NothingIsReleasedWhileNobodyStakes() public {
        _fund(700e18);
        _after(100 days);
        vm.assertEq(_staking.unreleased(), 700e18, "the stream stands still");
        uint256 alice = _stake(ALICE, 1, 0);
        _after(1 days);
        vm.assertEq(_staking.claimable(alice), 100e18, "a day's part and no more");
        _withdraw(ALICE, alice, 1);
        _after(50 days);
        uint256 bob = _stake(BOB, 5, 0);
        _after(6 days);
        vm.assertEq(_claim(ALICE, alice) + _claim(BOB, bob), 700e18);
        vm.assertEq(_staking.rewardsHeld(), 0);
    }

    /// @dev Three equal stakes cannot share one unit; the thirds that nobody can be paid are kept for the next share.
    function test_RoundingLosesNoUnit() public {
        uint256 a = _stake(ALICE, 1, 0);
        uint256 b = _stake(BOB, 1, 0);
        uint256 c = _stake(BOB, 1, 0);
        uint256 paid;
        for (uint256 i; i < 9; i++) {
            _fund(1);
            _after(7 days);
            paid += _claim(ALICE, a) + _claim(BOB, b) + _claim(BOB, c);
        }
        vm.assertGe(paid, 8, "thirds add up; at most two thirds and the parts wait");
        vm.assertEq(_staking.rewardsHeld(), 9 - paid);
    }

    function test_FundingARunningStreamKeepsWhatIsLeft() public {
        uint256 alice = _stake(ALICE, 1e18, 0);
        _fund(700e18);
        _after(2 days);
        _fund(200e18);
        (uint256 total, uint64 start, uint64 end) = _staking.streamOf();
        vm.assertEq(total, 700e18);
        vm.assertEq(end - start, 7 days);
        _after(7 days);
        vm.assertEq(_claim(ALICE, alice), 900e18);
    }

    function test_StreamReceived_AnybodyOnlyAfterTheEndOrFaster() public {
        uint256 alice = _stake(ALICE, 1e18, 0);
        _fund(70e18);
        _token.mint(address(_staking), 9e18);
        _after(1 days);
        (,, uint64 end) = _staking.streamOf();
        vm.expectRevert(abi.encodeWithSelector(IStaking.StreamRunning.selector, end));
        vm.prank(BOB);
        _staking.streamReceived();

        _after(6 days);
        vm.prank(BOB);
        vm.assertEq(_staking.streamReceived(), 9e18);
        vm.expectRevert(IStaking.NothingToStream.selector);
        vm.prank(REWARDER);
        _staking.streamReceived();
        _after(7 days);
        vm.assertEq(_claim(ALICE, alice), 79e18);
    }

    /// @dev One unit streamed at the end of a stream must not keep the tax of a week, or of a year, from the stakers.
    function test_Audit10_StreamOfDustHoldsNothingUp() public {
        uint256 alice = _stake(ALICE, 1e18, 0);
        _token.mint(address(_staking), 1);
        vm.prank(BOB);
        _staking.streamReceived();
        _token.mint(address(_staking), 70e18);
        vm.prank(BOB);
        vm.assertEq(_staking.streamReceived(), 70e18, "faster than a unit a week");
        _after(7 days);
        vm.assertGe(_claim(ALICE, alice), 70e18, "the unit itself may be in parts");
    }

    /// @dev Whatever anybody adds whenever, no staker is paid less by any later time than without it.
    function testFuzz_Audit10_NobodySlowsAStream(uint256 donated, uint256 time, uint256 later, uint64 duration) public {
        uint256 alice = _stake(ALICE, 1e18, 0);
        _fund(70e18);
        vm.prank(ADMIN);
        _staking.setStreamDuration(uint64(bound(duration, 1 days, 365 days)));
        _after(bound(time, 1, 7 days - 1));
        later = bound(later, 1, 7 days);
        uint256 state = vm.snapshotState();
        _after(later);
        uint256 without = _staking.claimable(alice);
        vm.revertToState(state);
        _token.mint(address(_staking), bound(donated, 1, 10_000e18));
        vm.prank(BOB);
        try _staking.streamReceived() {} catch {}
        _after(later);
        vm.assertGe(_staking.claimable(alice) + 2, without, "but for the rounding");
    }

    function test_StreamReceived_RewarderMayRenewARunningStream() public {
        _stake(ALICE, 1e18, 0);
        _fund(70e18);
        _after(1 days);
        _token.mint(address(_staking), 10e18 - 1);
        (,, uint64 end) = _staking.streamOf();
        vm.expectRevert(abi.encodeWithSelector(IStaking.StreamRunning.selector, end));
        vm.prank(BOB);
        _staking.streamReceived();
        vm.prank(REWARDER);
        _staking.streamReceived();
        vm.assertEq(_staking.unreleased(), 70e18 - 1);
    }

    function test_LockHoldsUntilItsEnd() public {
        vm.prank(ADMIN);
        uint256 tier = _staking.addTier(30 days, 20_000);
        uint256 alice = _stake(ALICE, 10e18, tier);
        uint64 unlockAt = uint64(block.timestamp + 30 days);
        _after(30 days - 1);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IStaking.Locked.selector, unlockAt));
        _staking.withdraw(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.Locked.selector, unlockAt));
        _staking.emergencyWithdraw(alice);
        vm.expectRevert(abi.encodeWithSelector(IStaking.Locked.selector, unlockAt));
        _staking.endBoost(alice);
        vm.stopPrank();
        _after(1);
        _withdraw(ALICE, alice, 4e18);
        vm.assertEq(_token.balanceOf(ALICE), 4e18);
        vm.assertEq(_staking.totalWeight(), 6e18, "the boost went with the lock");
    }

    function test_AnybodyEndsABoostAfterTheLock() public {
        vm.prank(ADMIN);
        uint256 tier = _staking.addTier(30 days, 50_000);
        uint256 alice = _stake(ALICE, 10e18, tier);
        vm.assertEq(_staking.totalWeight(), 50e18);
        _after(30 days);
        vm.prank(BOB);
        _staking.endBoost(alice);
        vm.assertEq(_staking.totalWeight(), 10e18);
        vm.assertEq(_staking.positionOf(alice).weight, 10e18);
        _staking.endBoost(alice);
        _staking.endBoost(999);
        vm.assertEq(_staking.totalWeight(), 10e18);
    }

    function test_EmergencyWithdraw_ForfeitsToTheOthers() public {
        uint256 alice = _stake(ALICE, 1e18, 0);
        uint256 bob = _stake(BOB, 1e18, 0);
        _fund(700e18);
        _after(7 days);
        vm.prank(ALICE);
        vm.assertEq(_staking.emergencyWithdraw(alice), 1e18);
        vm.assertEq(_token.balanceOf(ALICE), 1e18);
        vm.assertEq(_claim(ALICE, alice), 0);
        vm.assertEq(_claim(BOB, bob), 700e18);
    }

    function test_EmergencyWithdraw_OpensLocksWhilePaused() public {
        vm.prank(ADMIN);
        uint256 tier = _staking.addTier(365 days, 50_000);
        uint256 alice = _stake(ALICE, 3e18, tier);
        vm.prank(PAUSER);
        _staking.pause();
        vm.startPrank(ALICE);
        vm.assertEq(_staking.emergencyWithdraw(alice), 3e18);
        vm.expectRevert(IStaking.ZeroAmount.selector);
        _staking.emergencyWithdraw(alice);
        vm.stopPrank();
        vm.assertEq(_staking.totalWeight(), 0);
    }

    function test_StakeWithPermit_AlsoAfterSomebodySentItAhead() public {
        uint256 key = 0xA11CE;
        address owner = vm.addr(key);
        _token.mint(owner, 10e18);
        bytes32 permit = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 digest = keccak256(
            abi.encodePacked(
                "\x19\x01",
                _token.DOMAIN_SEPARATOR(),
                keccak256(abi.encode(permit, owner, address(_staking), 4e18, 0, block.timestamp))
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        _token.permit(owner, address(_staking), 4e18, block.timestamp, v, r, s);
        vm.prank(owner);
        uint256 position = _staking.stakeWithPermit(4e18, 0, block.timestamp, v, r, s);
        vm.assertEq(_staking.positionOf(position).amount, 4e18);

        // Audit 11: the same permit gives nothing a second time.
        vm.expectRevert();
        vm.prank(owner);
        _staking.stakeWithPermit(4e18, 0, block.timestamp, v, r, s);
    }

    function test_BadInputIsNamed() public {
        vm.startPrank(ALICE);
        vm.expectRevert(IStaking.ZeroAmount.selector);
        _staking.stake(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TierUnknown.selector, 1));
        _staking.stake(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.AmountTooLarge.selector, 1 << 120));
        _staking.stake(1 << 120, 0);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TierUnknown.selector, 1));
        _staking.tierOf(1);
        vm.stopPrank();
        uint256 alice = _stake(ALICE, 5, 0);
        vm.startPrank(ALICE);
        vm.expectRevert(IStaking.ZeroAmount.selector);
        _staking.withdraw(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IStaking.AmountExceedsStake.selector, 6, 5));
        _staking.withdraw(alice, 6);
        vm.stopPrank();
        vm.startPrank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotOwner.selector, alice, BOB));
        _staking.withdraw(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotOwner.selector, alice, BOB));
        _staking.claim(alice);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotOwner.selector, alice, BOB));
        _staking.emergencyWithdraw(alice);
        vm.stopPrank();
        vm.prank(REWARDER);
        vm.expectRevert(IStaking.ZeroAmount.selector);
        _staking.fund(0);
    }

    function test_Tiers() public {
        vm.startPrank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TierInvalid.selector, 1, 9_999));
        _staking.addTier(1, 9_999);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TierInvalid.selector, 1, 50_001));
        _staking.addTier(1, 50_001);
        uint32 tooLong = 4 * 365 days + 1;
        vm.expectRevert(abi.encodeWithSelector(IStaking.TierInvalid.selector, tooLong, 10_000));
        _staking.addTier(tooLong, 10_000);
        for (uint32 i = 1; i < 32; i++) {
            vm.assertEq(_staking.addTier(i * 1 days, 10_000 + i), i);
        }
        vm.expectRevert(IStaking.TooManyTiers.selector);
        _staking.addTier(1, 10_000);
        vm.assertEq(_staking.tierCount(), 32);
        _staking.setTierOpen(3, false);
        vm.assertFalse(_staking.tierOf(3).isOpen);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TierUnknown.selector, 32));
        _staking.setTierOpen(32, false);
        vm.stopPrank();
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TierClosed.selector, 3));
        _staking.stake(1, 3);
    }

    function test_StreamDuration() public {
        vm.startPrank(ADMIN);
        vm.expectRevert(abi.encodeWithSelector(IStaking.StreamDurationInvalid.selector, 1 days - 1));
        _staking.setStreamDuration(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.StreamDurationInvalid.selector, 365 days + 1));
        _staking.setStreamDuration(365 days + 1);
        _staking.setStreamDuration(10 days);
        vm.stopPrank();
        _fund(10);
        (, uint64 start, uint64 end) = _staking.streamOf();
        vm.assertEq(end - start, 10 days);
    }

    function test_FundRefusesMoreThanAStreamHolds() public {
        _fund(type(uint128).max);
        vm.startPrank(REWARDER);
        _token.mint(REWARDER, 1);
        _token.approve(address(_staking), 1);
        vm.expectRevert(abi.encodeWithSelector(IStaking.AmountTooLarge.selector, 1));
        _staking.fund(1);
        vm.stopPrank();
    }

    function test_PauseMatrix() public {
        uint256 alice = _stake(ALICE, 5, 0);
        _token.mint(address(_staking), 7);
        vm.prank(PAUSER);
        _staking.pause();
        vm.assertTrue(_staking.paused());

        bytes4 stopped = Pausable.EnforcedPause.selector;
        vm.startPrank(ALICE);
        vm.expectRevert(stopped);
        _staking.stake(1, 0);
        vm.expectRevert(stopped);
        _staking.stakeWithPermit(1, 0, 0, 0, 0, 0);
        vm.expectRevert(stopped);
        _staking.claim(alice);
        vm.expectRevert(stopped);
        _staking.streamReceived();
        _staking.withdraw(alice, 1);
        _staking.endBoost(alice);
        _staking.emergencyWithdraw(alice);
        vm.stopPrank();
        vm.prank(REWARDER);
        vm.expectRevert(stopped);
        _staking.fund(1);

        vm.prank(ADMIN);
        _staking.unpause();
        vm.prank(ALICE);
        vm.assertEq(_staking.streamReceived(), 7);
    }

    function test_RoleMatrix() public {
        address[4] memory callers = [ADMIN, PAUSER, REWARDER, ALICE];
        bytes[6] memory calls = [
            abi.encodeCall(_staking.addTier, (1 days, 10_000)),
            abi.encodeCall(_staking.setTierOpen, (0, true)),
            abi.encodeCall(_staking.setStreamDuration, (2 days)),
            abi.encodeCall(_staking.pause, ()),
            abi.encodeCall(_staking.unpause, ()),
            abi.encodeCall(_staking.fund, (1))
        ];
        // Who may, as an index into callers.
        uint256[6] memory may = [uint256(0), 0, 0, 1, 0, 2];
        _token.mint(REWARDER, 1);
        vm.prank(REWARDER);
        _token.approve(address(_staking), 1);
        for (uint256 c; c < calls.length; c++) {
            for (uint256 i; i < callers.length; i++) {
                uint256 state = vm.snapshotState();
                if (c == 4) {
                    vm.prank(PAUSER);
                    _staking.pause();
                }
                vm.prank(callers[i]);
                // solhint-disable-next-line avoid-low-level-calls
                (bool went, bytes memory answer) = address(_staking).call(calls[c]);
                vm.assertEq(went, may[c] == i, string.concat("call ", vm.toString(c), " by ", vm.toString(i)));
                if (!went) vm.assertEq(uint32(bytes4(answer)), uint32(_unauthorized()));
                vm.revertToState(state);
            }
        }
    }

    function test_Audit05_ReentrancyByTheTokenIsRefused() public {
        ReentrantToken token = new ReentrantToken();
        Staking staking = _stakingOf(token);
        token.mint(address(token), 100);
        vm.startPrank(address(token));
        token.approve(address(staking), 100);
        uint256 position = staking.stake(50, 0);
        token.arm(address(staking), abi.encodeCall(staking.withdraw, (position, 50)));
        staking.withdraw(position, 10);
        vm.stopPrank();
        vm.assertEq(token.calls(), 1);
        vm.assertFalse(token.wentThrough(), "the second withdrawal inside the first");
        bytes4 refused = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertEq(uint32(bytes4(token.answer())), uint32(refused));
        vm.assertEq(staking.totalStaked(), 40);
    }

    function test_Audit09_DonationsMoveNoStakeAndNoReward() public {
        uint256 alice = _stake(ALICE, 1, 0);
        _token.mint(address(_staking), 1_000e18);
        uint256 bob = _stake(BOB, 1e18, 0);
        vm.assertEq(_staking.totalWeight(), 1e18 + 1);
        _withdraw(BOB, bob, 1e18);
        vm.assertEq(_token.balanceOf(BOB), 1e18);
        vm.assertEq(_staking.claimable(alice), 0);
    }

    function test_Audit12_FeeOnTransferIsRefused() public {
        FeeOnTransferToken token = new FeeOnTransferToken(100);
        Staking staking = _stakingOf(token);
        token.mint(ALICE, 100);
        vm.startPrank(ALICE);
        token.approve(address(staking), 100);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, address(token), 100, 0, 99));
        staking.stake(100, 0);
        vm.stopPrank();
    }

    function testFuzz_AStreamIsPaidOutToTheUnit(uint128 reward, uint96[4] memory amounts, uint32[4] memory waits)
        public
    {
        uint256 total = bound(reward, 1, 1e30);
        uint256[4] memory positions;
        _fund(total);
        for (uint256 i; i < 4; i++) {
            positions[i] = _stake(ALICE, bound(amounts[i], 1, 1e27), 0);
            _after(waits[i] % 3 days);
        }
        _after(21 days);
        uint256 paid;
        for (uint256 i; i < 4; i++) {
            paid += _claim(ALICE, positions[i]);
        }
        vm.assertLe(total - paid, 4, "at most what is left of a unit of each, and of the share");
        vm.assertEq(_staking.rewardsHeld(), total - paid);
    }

    function testFuzz_TheIndexSharesExactly(uint128 reward, uint128 left, uint128 weight, uint128 perWeight)
        public
        pure
    {
        RewardIndex.Index memory before = RewardIndex.Index(perWeight, left);
        RewardIndex.Index memory later = RewardIndex.Index(perWeight, left).share(reward, weight);
        vm.assertEq(
            (later.perWeight - before.perWeight) * weight + later.left, uint256(reward) * RewardIndex.PARTS + left
        );
        vm.assertTrue(weight == 0 || later.left < weight);
    }

    function test_Gas() public {
        _token.mint(ALICE, 100e18);
        _stake(BOB, 1e18, 0);
        _fund(700e18);
        vm.startPrank(ALICE);
        _token.approve(address(_staking), type(uint256).max);
        _staking.stake(1e18, 0);
        uint256 position = _staking.stake(1e18, 0);
        vm.snapshotGasLastCall("staking", "stake");
        _after(1 days);
        _staking.claim(position);
        vm.snapshotGasLastCall("staking", "claim");
        _after(1 days);
        _staking.withdraw(position, 1e17);
        vm.snapshotGasLastCall("staking", "withdraw");
        _staking.emergencyWithdraw(position);
        vm.snapshotGasLastCall("staking", "emergencyWithdraw");
        vm.stopPrank();
    }

    function _stakingOf(MockToken token) private returns (Staking staking) {
        staking = new Staking(IERC20(address(token)), 2 days, ADMIN);
        vm.startPrank(ADMIN);
        staking.grantRole(staking.PAUSER_ROLE(), PAUSER);
        staking.grantRole(staking.REWARDER_ROLE(), REWARDER);
        vm.stopPrank();
    }

    function _stake(address owner, uint256 amount, uint256 tier) private returns (uint256 position) {
        _token.mint(owner, amount);
        vm.startPrank(owner);
        _token.approve(address(_staking), amount);
        position = _staking.stake(amount, tier);
        vm.stopPrank();
    }

    function _fund(uint256 amount) private {
        _token.mint(REWARDER, amount);
        vm.startPrank(REWARDER);
        _token.approve(address(_staking), amount);
        _staking.fund(amount);
        vm.stopPrank();
    }

    function _claim(address owner, uint256 position) private returns (uint256) {
        vm.prank(owner);
        return _staking.claim(position);
    }

    function _withdraw(address owner, uint256 position, uint256 amount) private {
        vm.prank(owner);
        _staking.withdraw(position, amount);
    }

    function _after(uint256 time) private {
        vm.warp(vm.getBlockTimestamp() + time);
    }

    function _unauthorized() private pure returns (bytes4) {
        return IAccessControl.AccessControlUnauthorizedAccount.selector;
    }
}
