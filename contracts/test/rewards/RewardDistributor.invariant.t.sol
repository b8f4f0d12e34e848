// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Base} from "../Base.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {RewardTree} from "./RewardDistributor.t.sol";
import {IRewardDistributor} from "../../src/rewards/IRewardDistributor.sol";
import {RewardDistributor} from "../../src/rewards/RewardDistributor.sol";

/// @notice Publishes epochs of eight leaves, some of them owing more than was paid in, and claims, takes back and lets
/// expire in any order.
contract RewardHandler is RewardTree {
    MockToken public immutable TOKEN;
    RewardDistributor public immutable DISTRIBUTOR;
    uint256 public ghostPaidIn;
    uint256 public ghostClaimed;
    bool public claimedTwice;
    mapping(uint256 epoch => mapping(uint256 index => uint256)) private _paid;

    constructor(MockToken token, RewardDistributor distributor) {
        TOKEN = token;
        DISTRIBUTOR = distributor;
        token.approve(address(distributor), type(uint256).max);
    }

    function publish(uint256 shortBy) external {
        uint256 epoch = DISTRIBUTOR.epochCount() + 1;
        if (epoch > 6) return;
        uint256 total;
        uint256[] memory amounts = _amounts(epoch);
        for (uint256 i; i < 8; i++) {
            total += amounts[i];
        }
        total -= shortBy % 3 == 0 ? shortBy % total : 0;
        TOKEN.mint(address(this), total);
        DISTRIBUTOR.publish(_root(_leaves(DISTRIBUTOR, epoch, amounts)), total, 30 days);
        ghostPaidIn += total;
    }

    function claim(uint256 epoch, uint256 index) external {
        epoch = _epoch(epoch);
        index %= 8;
        uint256[] memory amounts = _amounts(epoch);
        bytes32[] memory proof = _proof(_leaves(DISTRIBUTOR, epoch, amounts), index);
        try DISTRIBUTOR.claim(epoch, index, _account(index), amounts[index], proof) {
            if (_paid[epoch][index] != 0) claimedTwice = true;
            _paid[epoch][index] = amounts[index];
            ghostClaimed += amounts[index];
        } catch {}
    }

    function takeBack(uint256 epoch) external {
        try DISTRIBUTOR.takeBack(_epoch(epoch)) {} catch {}
    }

    function expire(uint256 epoch) external {
        try DISTRIBUTOR.expire(_epoch(epoch)) {} catch {}
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1 hours, 4 days));
    }

    function _epoch(uint256 choice) private view returns (uint256) {
        uint256 count = DISTRIBUTOR.epochCount();
        return count == 0 ? 1 : 1 + choice % count;
    }

    function _amounts(uint256 epoch) private pure returns (uint256[] memory amounts) {
        amounts = new uint256[](8);
        for (uint256 i; i < 8; i++) {
            amounts[i] = 1 + uint256(keccak256(abi.encode(epoch, i))) % 1e20;
        }
    }
}

/// forge-config: default.invariant.fail-on-revert = true
contract RewardDistributorInvariants is Base {
    address private constant TREASURY = address(0x7E);
    MockToken private _token;
    RewardDistributor private _distributor;
    RewardHandler private _handler;

    function setUp() public {
        vm.warp(1_700_000_000);
        _token = new MockToken("FLS", 18);
        _distributor = new RewardDistributor(IERC20(address(_token)), TREASURY, 2 days, 2 days, address(this));
        _handler = new RewardHandler(_token, _distributor);
        _distributor.grantRole(_distributor.ROOT_ROLE(), address(_handler));
        _distributor.beginDefaultAdminTransfer(address(_handler));
        vm.warp(block.timestamp + 3 days);
        vm.prank(address(_handler));
        _distributor.acceptDefaultAdminTransfer();
        targetContract(address(_handler));
    }

    function invariant_WhatCameInIsHeldClaimedOrWithTheTreasury() public view {
        vm.assertEq(
            _handler.ghostPaidIn(),
            _token.balanceOf(address(_distributor)) + _handler.ghostClaimed() + _token.balanceOf(TREASURY)
        );
    }

    function invariant_TheBalanceIsWhatTheEpochsStillOwe() public view {
        uint256 owed;
        for (uint256 epoch = 1; epoch <= _distributor.epochCount(); epoch++) {
            IRewardDistributor.Epoch memory held = _distributor.epochOf(epoch);
            owed += held.total - held.claimed;
        }
        vm.assertEq(_token.balanceOf(address(_distributor)), owed);
    }

    function invariant_NoLeafIsPaidTwice() public view {
        vm.assertFalse(_handler.claimedTwice());
    }
}
