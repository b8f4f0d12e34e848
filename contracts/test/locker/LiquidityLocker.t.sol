// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Base} from "../Base.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ExactTransfer} from "../../src/libraries/ExactTransfer.sol";
import {ILiquidityLocker} from "../../src/locker/ILiquidityLocker.sol";
import {LiquidityLocker} from "../../src/locker/LiquidityLocker.sol";

contract LiquidityLockerTest is Base {
    LiquidityLocker private _locker;
    MockToken private _token;
    address private constant ALICE = address(0xA1);
    address private constant BOB = address(0xB0);
    uint64 private constant FOR_EVER = type(uint64).max;
    uint64 private constant NOW = 1_700_000_000;

    function setUp() public {
        vm.warp(NOW);
        _locker = new LiquidityLocker();
        _token = new MockToken("LP", 18);
    }

    function test_LocksUntilTheDate() public {
        uint256 id = _lock(100, BOB, NOW + 10);
        vm.warp(NOW + 9);
        vm.startPrank(BOB);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.StillLocked.selector, NOW + 10));
        _locker.withdraw(id);
        vm.warp(NOW + 10);
        vm.assertEq(_locker.withdraw(id), 100);
        vm.assertEq(_token.balanceOf(BOB), 100);
        vm.expectRevert(ILiquidityLocker.ZeroAmount.selector);
        _locker.withdraw(id);
        vm.expectRevert(ILiquidityLocker.ZeroAmount.selector);
        _locker.extend(id, FOR_EVER);
        vm.stopPrank();
        vm.assertEq(_locker.totalLocked(address(_token)), 0);
    }

    function test_ForEverIsForEver() public {
        uint256 id = _lock(100, BOB, FOR_EVER);
        vm.warp(type(uint64).max);
        vm.startPrank(BOB);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.StillLocked.selector, FOR_EVER));
        _locker.withdraw(id);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.StillLocked.selector, FOR_EVER));
        _locker.extend(id, FOR_EVER);
        vm.stopPrank();
        vm.assertEq(_locker.lockedForEver(address(_token)), 100);
    }

    function test_ExtendsAndNeverShortens() public {
        uint256 id = _lock(100, BOB, NOW + 10);
        vm.startPrank(BOB);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.UnlockTooEarly.selector, NOW + 10, NOW + 11));
        _locker.extend(id, NOW + 10);
        _locker.extend(id, NOW + 20);
        vm.assertEq(_locker.lockOf(id).unlockAt, NOW + 20);
        vm.warp(NOW + 30);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.UnlockTooEarly.selector, NOW + 25, NOW + 31));
        _locker.extend(id, NOW + 25);
        _locker.extend(id, FOR_EVER);
        vm.stopPrank();
        vm.assertEq(_locker.lockedForEver(address(_token)), 100);
    }

    function test_OnlyTheBeneficiaryTouchesALock() public {
        uint256 id = _lock(100, BOB, NOW + 10);
        vm.warp(NOW + 10);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.NotBeneficiary.selector, id, ALICE));
        _locker.withdraw(id);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.NotBeneficiary.selector, id, ALICE));
        _locker.extend(id, FOR_EVER);
        vm.stopPrank();
    }

    function test_BadInputIsNamed() public {
        vm.expectRevert(ILiquidityLocker.ZeroAmount.selector);
        _locker.lock(address(_token), 0, BOB, FOR_EVER);
        vm.expectRevert(ILiquidityLocker.ZeroBeneficiary.selector);
        _locker.lock(address(_token), 1, address(0), FOR_EVER);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityLocker.UnlockTooEarly.selector, NOW, NOW + 1));
        _locker.lock(address(_token), 1, BOB, NOW);
    }

    function test_ProvesWhatIsLockedUntilADate() public {
        _lock(1, BOB, NOW + 10);
        _lock(2, ALICE, NOW + 20);
        uint256 ended = _lock(4, BOB, NOW + 30);
        _lock(8, BOB, FOR_EVER);
        address token = address(_token);
        vm.assertEq(_locker.lockCountOf(token), 4);
        vm.assertEq(_locker.lockedAtLeastUntil(token, NOW + 20, 0, 100), 14);
        vm.assertEq(_locker.lockedAtLeastUntil(token, NOW + 21, 0, type(uint256).max), 12);
        vm.assertEq(_locker.lockedAtLeastUntil(token, NOW, 1, 2), 6, "a page");
        vm.assertEq(_locker.lockedAtLeastUntil(token, NOW, 4, 1), 0, "beyond the last");
        vm.assertEq(_locker.lockedAtLeastUntil(token, FOR_EVER, 0, 100), _locker.lockedForEver(token));
        vm.warp(NOW + 30);
        vm.prank(BOB);
        _locker.withdraw(ended);
        vm.assertEq(_locker.lockedAtLeastUntil(token, NOW, 0, 100), 11);
    }

    function test_Audit05_ReentrancyByTheTokenIsRefused() public {
        ReentrantToken token = new ReentrantToken();
        token.mint(address(token), 100);
        vm.startPrank(address(token));
        token.approve(address(_locker), 100);
        uint256 id = _locker.lock(address(token), 60, address(token), NOW + 1);
        vm.warp(NOW + 1);
        token.arm(address(_locker), abi.encodeCall(_locker.lock, (address(token), 1, ALICE, FOR_EVER)));
        _locker.withdraw(id);
        vm.stopPrank();
        vm.assertFalse(token.wentThrough());
        bytes4 refused = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        vm.assertEq(uint32(bytes4(token.answer())), uint32(refused));
    }

    function test_Audit12_FeeOnTransferIsRefused() public {
        FeeOnTransferToken token = new FeeOnTransferToken(100);
        token.mint(ALICE, 100);
        vm.startPrank(ALICE);
        token.approve(address(_locker), 100);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, address(token), 100, 0, 99));
        _locker.lock(address(token), 100, ALICE, FOR_EVER);
        vm.stopPrank();
    }

    /// @dev Audit 1 and 15: what could move a lock is `extend` and `withdraw`, both its beneficiary's.
    function testFuzz_Audit15_NobodyMigratesALock(address caller, bytes4 selector, uint256 a, uint256 b) public {
        vm.assume(caller != BOB);
        uint256 id = _lock(100, BOB, NOW + 10);
        vm.warp(NOW + 20);
        vm.prank(caller);
        // solhint-disable-next-line avoid-low-level-calls
        (bool went,) = address(_locker).call(abi.encodePacked(selector, a, b, id, id));
        went;
        vm.assertEq(_token.balanceOf(address(_locker)), 100);
        vm.assertEq(_locker.lockOf(id).beneficiary, BOB);
        vm.assertEq(_locker.lockOf(id).unlockAt, NOW + 10);
    }

    function test_Gas() public {
        _lock(1, BOB, NOW + 10);
        uint256 id = _lock(1, BOB, NOW + 10);
        vm.snapshotGasLastCall("locker", "lock");
        vm.warp(NOW + 10);
        vm.prank(BOB);
        _locker.withdraw(id);
        vm.snapshotGasLastCall("locker", "withdraw");
    }

    function _lock(uint256 amount, address beneficiary, uint64 unlockAt) private returns (uint256 id) {
        _token.mint(ALICE, amount);
        vm.startPrank(ALICE);
        _token.approve(address(_locker), amount);
        vm.stopPrank();
        vm.prank(ALICE);
        id = _locker.lock(address(_token), amount, beneficiary, unlockAt);
    }
}
