// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Base} from "../Base.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {IStaking} from "../../src/staking/IStaking.sol";
import {RewardIndex} from "../../src/staking/RewardIndex.sol";
import {Staking} from "../../src/staking/Staking.sol";

/// @notice Three stakers, a rewarder, donors and time, in any order.
contract StakingHandler is Base {
    MockToken public immutable TOKEN;
    Staking public immutable STAKING;
    address[3] private _owners = [address(0xA1), address(0xA2), address(0xA3)];

    uint256 public ghostStaked;
    uint256 public ghostWithdrawn;
    uint256 public ghostRewards;
    uint256 public ghostClaimed;
    uint256 public ghostDonated;

    constructor(MockToken token, Staking staking) {
        TOKEN = token;
        STAKING = staking;
        for (uint256 i; i < _owners.length; i++) {
            vm.prank(_owners[i]);
            token.approve(address(staking), type(uint256).max);
        }
        token.approve(address(staking), type(uint256).max);
    }

    function stake(uint256 owner, uint256 amount, uint256 tier) external {
        if (STAKING.positionCount() == 12 || STAKING.paused()) return;
        amount = bound(amount, 1, amount % 2 == 0 ? 100 : 1e24);
        address staker = _owners[owner % 3];
        TOKEN.mint(staker, amount);
        tier %= STAKING.tierCount();
        vm.prank(staker);
        STAKING.stake(amount, tier);
        ghostStaked += amount;
    }

    function withdraw(uint256 position, uint256 amount) external {
        (uint256 id, IStaking.Position memory held) = _position(position);
        if (held.amount == 0 || held.unlockAt > block.timestamp) return;
        amount = bound(amount, 1, held.amount);
        vm.prank(held.owner);
        STAKING.withdraw(id, amount);
        ghostWithdrawn += amount;
    }

    function emergencyWithdraw(uint256 position) external {
        (uint256 id, IStaking.Position memory held) = _position(position);
        if (held.amount == 0 || (held.unlockAt > block.timestamp && !STAKING.paused())) return;
        vm.prank(held.owner);
        ghostWithdrawn += STAKING.emergencyWithdraw(id);
    }

    function claim(uint256 position) external {
        (uint256 id, IStaking.Position memory held) = _position(position);
        if (id == 0 || STAKING.paused()) return;
        vm.prank(held.owner);
        ghostClaimed += STAKING.claim(id);
    }

    function endBoost(uint256 position) external {
        (uint256 id, IStaking.Position memory held) = _position(position);
        if (held.unlockAt > block.timestamp) return;
        STAKING.endBoost(id);
    }

    function fund(uint256 amount) external {
        if (STAKING.paused()) return;
        amount = bound(amount, 1, amount % 2 == 0 ? 1_000 : 1e24);
        TOKEN.mint(address(this), amount);
        STAKING.fund(amount);
        ghostRewards += amount;
    }

    function donate(uint256 amount) external {
        amount = bound(amount, 1, 1e20);
        TOKEN.mint(address(STAKING), amount);
        ghostDonated += amount;
    }

    function streamReceived() external {
        if (STAKING.paused() || ghostDonated == 0) return;
        STAKING.streamReceived();
        ghostRewards += ghostDonated;
        ghostDonated = 0;
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, time % 3 == 0 ? 60 : 5 days));
    }

    function pause(uint256 choice) external {
        if (STAKING.paused()) STAKING.unpause();
        else if (choice % 4 == 0) STAKING.pause();
    }

    function _position(uint256 choice) private view returns (uint256 id, IStaking.Position memory held) {
        uint256 count = STAKING.positionCount();
        if (count == 0) return (0, held);
        id = 1 + choice % count;
        held = STAKING.positionOf(id);
    }
}

/// @dev The handler calls only what must succeed.
/// forge-config: default.invariant.fail-on-revert = true
contract StakingInvariants is Base {
    MockToken private _token;
    Staking private _staking;
    StakingHandler private _handler;

    function setUp() public {
        vm.warp(1_700_000_000);
        _token = new MockToken("FLS", 18);
        _staking = new Staking(IERC20(address(_token)), 2 days, address(this));
        _handler = new StakingHandler(_token, _staking);
        _staking.addTier(7 days, 15_000);
        _staking.addTier(30 days, 33_333);
        _staking.grantRole(_staking.REWARDER_ROLE(), address(_handler));
        _staking.grantRole(_staking.PAUSER_ROLE(), address(_handler));
        _staking.beginDefaultAdminTransfer(address(_handler));
        vm.warp(block.timestamp + 3 days);
        vm.prank(address(_handler));
        _staking.acceptDefaultAdminTransfer();
        targetContract(address(_handler));
    }

    /// @dev Every unit that came in is a stake, an unpaid reward or a donation that waits; none is missing.
    function invariant_EveryUnitIsAccountedFor() public view {
        vm.assertEq(_staking.totalStaked(), _handler.ghostStaked() - _handler.ghostWithdrawn(), "stakes");
        vm.assertEq(_staking.rewardsHeld(), _handler.ghostRewards() - _handler.ghostClaimed(), "rewards");
        vm.assertEq(
            _token.balanceOf(address(_staking)),
            _staking.totalStaked() + _staking.rewardsHeld() + _handler.ghostDonated(),
            "balance"
        );
    }

    function invariant_StakesAndWeightsAreTheSumsOfThePositions() public view {
        uint256 amounts;
        uint256 weights;
        for (uint256 id = 1; id <= _staking.positionCount(); id++) {
            IStaking.Position memory held = _staking.positionOf(id);
            amounts += held.amount;
            weights += held.weight;
        }
        vm.assertEq(_staking.totalStaked(), amounts, "stakes");
        vm.assertEq(_staking.totalWeight(), weights, "weights");
    }

    /// @dev Solvent, and nothing lost: what all could claim now and the unreleased are never more than the rewards held,
    /// and less than a unit a position, and one for the share, short of them (while anybody earns).
    function invariant_RewardsAreSolventAndWhole() public view {
        uint256 owed = _staking.unreleased();
        uint256 count = _staking.positionCount();
        for (uint256 id = 1; id <= count; id++) {
            owed += _staking.claimable(id);
        }
        vm.assertLe(owed, _staking.rewardsHeld(), "solvent");
        if (_staking.totalWeight() != 0) {
            vm.assertLe(_staking.rewardsHeld() - owed, count + 1 + _staking.totalWeight() / RewardIndex.PARTS, "whole");
        }
    }

    /// @dev Whoever wants out gets all of it, and then nothing but rewards remains.
    function invariant_AllStakesCanLeave() public {
        uint256 state = vm.snapshotState();
        vm.warp(block.timestamp + 31 days);
        for (uint256 id = 1; id <= _staking.positionCount(); id++) {
            IStaking.Position memory held = _staking.positionOf(id);
            if (held.amount == 0) continue;
            vm.prank(held.owner);
            _staking.withdraw(id, held.amount);
        }
        vm.assertEq(_staking.totalStaked(), 0);
        vm.assertEq(_staking.totalWeight(), 0);
        vm.revertToState(state);
    }
}
