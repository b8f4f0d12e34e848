// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "../Base.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {ILiquidityLocker} from "../../src/locker/ILiquidityLocker.sol";
import {LiquidityLocker} from "../../src/locker/LiquidityLocker.sol";

/// @notice Two tokens and three beneficiaries; remembers for each lock the latest date it was ever promised.
contract LockerHandler is Base {
    LiquidityLocker public immutable LOCKER;
    MockToken[2] public tokens;
    address[3] private _owners = [address(0xA1), address(0xA2), address(0xA3)];
    mapping(uint256 id => uint64) public promised;
    mapping(address token => uint256) public ghostLocked;
    bool public brokenPromise;

    constructor(LiquidityLocker locker) {
        LOCKER = locker;
        for (uint256 i; i < 2; i++) {
            tokens[i] = new MockToken("LP", 18);
            tokens[i].approve(address(locker), type(uint256).max);
        }
    }

    function lock(uint256 token, uint256 owner, uint256 amount, uint64 until) external {
        if (LOCKER.lockCount() == 12) return;
        amount = bound(amount, 1, 1e24);
        MockToken chosen = tokens[token % 2];
        chosen.mint(address(this), amount);
        uint64 unlockAt = until % 5 == 0 ? type(uint64).max : uint64(block.timestamp) + 1 + until % 100;
        uint256 id = LOCKER.lock(address(chosen), amount, _owners[owner % 3], unlockAt);
        promised[id] = unlockAt;
        ghostLocked[address(chosen)] += amount;
    }

    function extend(uint256 choice, uint64 until) external {
        (uint256 id, ILiquidityLocker.Lock memory held) = _lock(choice);
        if (held.amount == 0 || held.unlockAt == type(uint64).max) return;
        uint64 from = held.unlockAt < block.timestamp ? uint64(block.timestamp) : held.unlockAt;
        uint64 unlockAt = until % 5 == 0 ? type(uint64).max : from + 1 + until % 100;
        vm.prank(held.beneficiary);
        LOCKER.extend(id, unlockAt);
        promised[id] = unlockAt;
    }

    function withdraw(uint256 choice) external {
        (uint256 id, ILiquidityLocker.Lock memory held) = _lock(choice);
        if (held.amount == 0) return;
        vm.prank(held.beneficiary);
        try LOCKER.withdraw(id) returns (uint256 amount) {
            if (block.timestamp < promised[id] || promised[id] == type(uint64).max) brokenPromise = true;
            ghostLocked[held.token] -= amount;
        } catch {
            if (block.timestamp >= promised[id] && promised[id] != type(uint64).max) brokenPromise = true;
        }
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 60));
    }

    function _lock(uint256 choice) private view returns (uint256 id, ILiquidityLocker.Lock memory held) {
        uint256 count = LOCKER.lockCount();
        if (count == 0) return (0, held);
        id = 1 + choice % count;
        held = LOCKER.lockOf(id);
    }
}

/// forge-config: default.invariant.fail-on-revert = true
contract LiquidityLockerInvariants is Base {
    LiquidityLocker private _locker;
    LockerHandler private _handler;

    function setUp() public {
        vm.warp(1_700_000_000);
        _locker = new LiquidityLocker();
        _handler = new LockerHandler(_locker);
        targetContract(address(_handler));
    }

    function invariant_EveryTokenLockedIsHeld() public view {
        for (uint256 i; i < 2; i++) {
            MockToken token = _handler.tokens(i);
            uint256 locked = _handler.ghostLocked(address(token));
            vm.assertEq(token.balanceOf(address(_locker)), locked, "balance");
            vm.assertEq(_locker.totalLocked(address(token)), locked, "total");
            vm.assertEq(_locker.lockedAtLeastUntil(address(token), 0, 0, 100), locked, "sum of the locks");
            vm.assertEq(
                _locker.lockedAtLeastUntil(address(token), type(uint64).max, 0, 100),
                _locker.lockedForEver(address(token)),
                "for ever"
            );
        }
    }

    function invariant_NoLockEndsBeforeItsPromiseNorIsHeldBeyond() public view {
        vm.assertFalse(_handler.brokenPromise());
    }
}
