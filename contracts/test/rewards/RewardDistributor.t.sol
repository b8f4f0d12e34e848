// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Base} from "../Base.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ExactTransfer} from "../../src/libraries/ExactTransfer.sol";
import {IRewardDistributor} from "../../src/rewards/IRewardDistributor.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";

/// @notice Builds the tree of an epoch over accounts 0x1000 and up, each with its amount.
abstract contract RewardTree is Base {
    function _leaves(IRewardDistributor distributor, uint256 epoch, uint256[] memory amounts)
        internal
        view
        returns (bytes32[] memory leaves)
    {
        leaves = new bytes32[](amounts.length);
        for (uint256 i; i < amounts.length; i++) {
            leaves[i] = distributor.leafOf(epoch, i, _account(i), amounts[i]);
        }
    }

    function _account(uint256 index) internal pure returns (address) {
        return address(uint160(0x1000 + index));
    }

    /// @dev A node without a sibling is its own parent.
    function _root(bytes32[] memory level) internal pure returns (bytes32) {
        while (level.length > 1) level = _up(level);
        return level[0];
    }

    function _proof(bytes32[] memory level, uint256 index) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory long = new bytes32[](32);
        uint256 length;
        for (; level.length > 1; index /= 2) {
            if (index ^ 1 < level.length) long[length++] = level[index ^ 1];
            level = _up(level);
        }
        proof = new bytes32[](length);
        for (uint256 i; i < length; i++) {
            proof[i] = long[i];
        }
    }

    function _up(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((level.length + 1) / 2);
        for (uint256 i; i < above.length; i++) {
            above[i] =
                2 * i + 1 == level.length ? level[2 * i] : Hashes.commutativeKeccak256(level[2 * i], level[2 * i + 1]);
        }
    }
}

contract RewardDistributorTest is RewardTree {
    MockToken private _token;
    RewardDistributor private _distributor;
    address private constant ADMIN = address(0xAD);
    address private constant PAUSER = address(0x9A);
    address private constant PUBLISHER = address(0x9B);
    address private constant TREASURY = address(0x7E);
    uint64 private constant DELAY = 2 days;
    uint64 private constant LIFETIME = 30 days;

    function setUp() public {
        vm.warp(1_700_000_000);
        _token = new MockToken("FLS", 18);
        _distributor = _distributorOf(_token);
    }

    function testFuzz_EveryLeafIsPaidOnce(uint8 count, uint64 seed) public {
        uint256[] memory amounts = _amounts(bound(count, 1, 40), seed);
        uint256 epoch = _publish(amounts, _sum(amounts));
        vm.warp(block.timestamp + DELAY);
        bytes32[] memory leaves = _leaves(_distributor, epoch, amounts);
        for (uint256 i; i < amounts.length; i++) {
            bytes32[] memory proof = _proof(leaves, i);
            vm.assertFalse(_distributor.isClaimed(epoch, i));
            _distributor.claim(epoch, i, _account(i), amounts[i], proof);
            vm.assertTrue(_distributor.isClaimed(epoch, i));
            vm.assertEq(_token.balanceOf(_account(i)), amounts[i]);
            vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimed.selector, epoch, i));
            _distributor.claim(epoch, i, _account(i), amounts[i], proof);
        }
        vm.assertEq(_token.balanceOf(address(_distributor)), 0);
    }

    function testFuzz_NoOtherClaimPasses(uint256 index, address account, uint256 amount, uint256 epoch) public {
        uint256[] memory amounts = _amounts(7, 1);
        uint256 published = _publish(amounts, _sum(amounts));
        vm.warp(block.timestamp + DELAY);
        vm.assume(!(index == 3 && account == _account(3) && amount == amounts[3]));
        bytes32[] memory proof = _proof(_leaves(_distributor, published, amounts), 3);
        vm.expectRevert(IRewardDistributor.ProofInvalid.selector);
        _distributor.claim(published, index, account, amount, proof);
        vm.assume(epoch != published);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.EpochUnknown.selector, epoch));
        _distributor.claim(epoch, 3, _account(3), amounts[3], proof);
    }

    /// @dev Audit 11: an inner node, hashed once, must not pass for a leaf; a proof of one epoch or chain not in another.
    function test_Audit11_ProofsAreBoundToEpochChainAndDistributor() public {
        uint256[] memory amounts = _amounts(4, 1);
        uint256 first = _publish(amounts, _sum(amounts));
        _publish(amounts, _sum(amounts));
        vm.warp(block.timestamp + DELAY);
        bytes32[] memory proof = _proof(_leaves(_distributor, first, amounts), 2);
        vm.expectRevert(IRewardDistributor.ProofInvalid.selector);
        _distributor.claim(2, 2, _account(2), amounts[2], proof);
        vm.chainId(8453);
        vm.expectRevert(IRewardDistributor.ProofInvalid.selector);
        _distributor.claim(first, 2, _account(2), amounts[2], proof);
        vm.chainId(31337);
        vm.assertTrue(
            _distributorOf(_token).leafOf(1, 0, ADMIN, 1) != _distributor.leafOf(1, 0, ADMIN, 1), "another distributor"
        );
        _distributor.claim(first, 2, _account(2), amounts[2], proof);
    }

    function test_AnEpochPaysNoMoreThanWasPaidIn() public {
        uint256[] memory amounts = _amounts(2, 5);
        uint256 good = _publish(amounts, _sum(amounts));
        uint256 bad = _publish(amounts, _sum(amounts) - 1);
        vm.warp(block.timestamp + DELAY);
        bytes32[] memory leaves = _leaves(_distributor, bad, amounts);
        _distributor.claim(bad, 0, _account(0), amounts[0], _proof(leaves, 0));
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.EpochExhausted.selector, bad, amounts[1] - 1));
        _distributor.claim(bad, 1, _account(1), amounts[1], _proof(leaves, 1));
        leaves = _leaves(_distributor, good, amounts);
        _distributor.claim(good, 1, _account(1), amounts[1], _proof(leaves, 1));
    }

    function test_TimesOfAnEpoch() public {
        uint256[] memory amounts = _amounts(2, 5);
        uint64 from = uint64(block.timestamp) + DELAY;
        uint256 epoch = _publish(amounts, _sum(amounts));
        bytes32[] memory leaves = _leaves(_distributor, epoch, amounts);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotYetClaimable.selector, from));
        _distributor.claim(epoch, 0, _account(0), amounts[0], _proof(leaves, 0));
        vm.warp(from + LIFETIME - 1);
        _distributor.claim(epoch, 0, _account(0), amounts[0], _proof(leaves, 0));
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotYetExpired.selector, from + LIFETIME));
        _distributor.expire(epoch);
        vm.warp(from + LIFETIME);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.EpochExpired.selector, from + LIFETIME));
        _distributor.claim(epoch, 1, _account(1), amounts[1], _proof(leaves, 1));
        vm.assertEq(_distributor.expire(epoch), amounts[1]);
        vm.assertEq(_token.balanceOf(TREASURY), amounts[1]);
        vm.expectRevert(IRewardDistributor.ZeroAmount.selector);
        _distributor.expire(epoch);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.EpochUnknown.selector, epoch + 1));
        _distributor.expire(epoch + 1);
    }

    function test_AWrongRootIsTakenBackInTime() public {
        uint256[] memory amounts = _amounts(2, 5);
        uint256 epoch = _publish(amounts, _sum(amounts));
        uint256 second = _publish(amounts, _sum(amounts));
        vm.startPrank(ADMIN);
        _distributor.takeBack(epoch);
        vm.assertEq(_token.balanceOf(TREASURY), _sum(amounts));
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.EpochUnknown.selector, epoch));
        _distributor.takeBack(epoch);
        uint64 from = _distributor.epochOf(second).claimableFrom;
        vm.warp(from);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AlreadyClaimable.selector, from));
        _distributor.takeBack(second);
        vm.stopPrank();
        bytes32[] memory proof = _proof(_leaves(_distributor, epoch, amounts), 0);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.EpochUnknown.selector, epoch));
        _distributor.claim(epoch, 0, _account(0), amounts[0], proof);
    }

    function test_BadInputIsNamed() public {
        vm.startPrank(PUBLISHER);
        vm.expectRevert(IRewardDistributor.ZeroRoot.selector);
        _distributor.publish(0, 1, LIFETIME);
        vm.expectRevert(IRewardDistributor.ZeroAmount.selector);
        _distributor.publish("root", 0, LIFETIME);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.AmountTooLarge.selector, 1 << 128));
        _distributor.publish("root", 1 << 128, LIFETIME);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.LifetimeInvalid.selector, LIFETIME - 1));
        _distributor.publish("root", 1, LIFETIME - 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.LifetimeInvalid.selector, 730 days + 1));
        _distributor.publish("root", 1, 730 days + 1);
        vm.stopPrank();
        vm.prank(ADMIN);
        vm.expectRevert(IRewardDistributor.ZeroTreasury.selector);
        _distributor.setTreasury(address(0));
    }

    function test_PauseMatrix() public {
        uint256[] memory amounts = _amounts(1, 5);
        uint256 epoch = _publish(amounts, _sum(amounts));
        vm.prank(PAUSER);
        _distributor.pause();
        vm.assertTrue(_distributor.paused());
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _distributor.claim(epoch, 0, _account(0), amounts[0], new bytes32[](0));
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _distributor.expire(epoch);
        vm.prank(PUBLISHER);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _distributor.publish("root", 1, LIFETIME);
        uint256 state = vm.snapshotState();
        vm.prank(ADMIN);
        _distributor.takeBack(epoch);
        vm.revertToState(state);
        vm.prank(ADMIN);
        _distributor.unpause();
        vm.warp(block.timestamp + DELAY);
        _distributor.claim(epoch, 0, _account(0), amounts[0], new bytes32[](0));
    }

    function test_RoleMatrix() public {
        uint256[] memory amounts = _amounts(1, 5);
        uint256 epoch = _publish(amounts, 1);
        address[4] memory callers = [ADMIN, PAUSER, PUBLISHER, _account(0)];
        bytes[5] memory calls = [
            abi.encodeCall(_distributor.takeBack, (epoch)),
            abi.encodeCall(_distributor.setTreasury, (ADMIN)),
            abi.encodeCall(_distributor.pause, ()),
            abi.encodeCall(_distributor.unpause, ()),
            abi.encodeCall(_distributor.publish, ("root", 1, LIFETIME))
        ];
        uint256[5] memory may = [uint256(0), 0, 1, 0, 2];
        _token.mint(PUBLISHER, 1);
        vm.prank(PUBLISHER);
        _token.approve(address(_distributor), 1);
        for (uint256 c; c < calls.length; c++) {
            for (uint256 i; i < callers.length; i++) {
                uint256 state = vm.snapshotState();
                if (c == 3) {
                    vm.prank(PAUSER);
                    _distributor.pause();
                }
                vm.prank(callers[i]);
                // solhint-disable-next-line avoid-low-level-calls
                (bool went, bytes memory answer) = address(_distributor).call(calls[c]);
                vm.assertEq(went, may[c] == i, string.concat("call ", vm.toString(c), " by ", vm.toString(i)));
                if (!went) {
                    bytes4 refused = IAccessControl.AccessControlUnauthorizedAccount.selector;
                    vm.assertEq(uint32(bytes4(answer)), uint32(refused));
                }
                vm.revertToState(state);
            }
        }
    }

    function test_Audit05_ReentrancyByTheTokenIsRefused() public {
        ReentrantToken token = new ReentrantToken();
        RewardDistributor distributor = _distributorOf(token);
        uint256[] memory amounts = _amounts(2, 5);
        bytes32[] memory leaves = _leaves(distributor, 1, amounts);
        token.mint(PUBLISHER, _sum(amounts));
        bytes32 root = _root(leaves);
        vm.startPrank(PUBLISHER);
        token.approve(address(distributor), type(uint256).max);
        distributor.publish(root, _sum(amounts), LIFETIME);
        vm.stopPrank();
        vm.warp(block.timestamp + DELAY);
        bytes32[] memory other = _proof(leaves, 1);
        token.arm(address(distributor), abi.encodeCall(distributor.claim, (1, 1, _account(1), amounts[1], other)));
        distributor.claim(1, 0, _account(0), amounts[0], _proof(leaves, 0));
        vm.assertFalse(token.wentThrough());
        bytes4 refused = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertEq(uint32(bytes4(token.answer())), uint32(refused));
    }

    function test_Audit12_FeeOnTransferIsRefused() public {
        FeeOnTransferToken token = new FeeOnTransferToken(100);
        RewardDistributor distributor = _distributorOf(token);
        token.mint(PUBLISHER, 100);
        vm.startPrank(PUBLISHER);
        token.approve(address(distributor), 100);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, address(token), 100, 0, 99));
        distributor.publish("root", 100, LIFETIME);
        vm.stopPrank();
    }

    function test_Gas() public {
        uint256[] memory amounts = _amounts(1_000, 5);
        uint256 epoch = _publish(amounts, _sum(amounts));
        vm.warp(block.timestamp + DELAY);
        bytes32[] memory leaves = _leaves(_distributor, epoch, amounts);
        _distributor.claim(epoch, 500, _account(500), amounts[500], _proof(leaves, 500));
        bytes32[] memory proof = _proof(leaves, 501);
        _distributor.claim(epoch, 501, _account(501), amounts[501], proof);
        vm.snapshotGasLastCall("rewards", "claim of 1,000 leaves");
    }

    function _publish(uint256[] memory amounts, uint256 total) private returns (uint256 epoch) {
        epoch = _distributor.epochCount() + 1;
        bytes32 root = _root(_leaves(_distributor, epoch, amounts));
        _token.mint(PUBLISHER, total);
        vm.startPrank(PUBLISHER);
        _token.approve(address(_distributor), total);
        vm.assertEq(_distributor.publish(root, total, LIFETIME), epoch);
        vm.stopPrank();
    }

    function _distributorOf(MockToken token) private returns (RewardDistributor distributor) {
        distributor = new RewardDistributor(IERC20(address(token)), TREASURY, DELAY, 2 days, ADMIN);
        vm.startPrank(ADMIN);
        distributor.grantRole(distributor.PAUSER_ROLE(), PAUSER);
        distributor.grantRole(distributor.ROOT_ROLE(), PUBLISHER);
        vm.stopPrank();
    }

    function _amounts(uint256 count, uint256 seed) private pure returns (uint256[] memory amounts) {
        amounts = new uint256[](count);
        for (uint256 i; i < count; i++) {
            amounts[i] = 1 + uint256(keccak256(abi.encode(seed, i))) % 1e24;
        }
    }

    function _sum(uint256[] memory amounts) private pure returns (uint256 sum) {
        for (uint256 i; i < amounts.length; i++) {
            sum += amounts[i];
        }
    }
}
