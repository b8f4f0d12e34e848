// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BridgedFlareToken} from "../../src/bridge/BridgedFlareToken.sol";
import {XERC20Lockbox} from "../../src/bridge/XERC20Lockbox.sol";
import {FlareToken} from "../../src/token/FlareToken.sol";
import {Base} from "../Base.sol";
import {BridgeFixture, PeerBridge} from "./BridgeFixture.sol";

/// @notice Two users who move FLS among three chains, beside the sums of what a bridge burnt and minted.
contract BridgeHandler is Base {
    struct World {
        FlareToken flare;
        XERC20Lockbox lockbox;
        PeerBridge bridge;
        BridgedFlareToken[3] chains;
        address[2] users;
    }

    World private _world;
    uint256 public mintedAtHome;
    /// @dev Of each chain, by the bridge since the start.
    uint256[3] public bridgedIn;
    uint256 public immutable startedAt = block.timestamp;

    constructor(World memory world) {
        _world = world;
        mintedAtHome = world.flare.totalSupply();
    }

    function deposit(uint256 user, uint256 amount) external {
        address who = _world.users[user % 2];
        amount = bound(amount, 1, _world.flare.balanceOf(who) + 1);
        vm.prank(who);
        _world.lockbox.depositTo(_world.users[(user >> 8) % 2], amount);
    }

    function withdraw(uint256 user, uint256 amount) external {
        address who = _world.users[user % 2];
        amount = bound(amount, 1, _world.chains[0].balanceOf(who) + 1);
        vm.prank(who);
        _world.lockbox.withdrawTo(_world.users[(user >> 8) % 2], amount);
    }

    function send(uint256 user, uint256 from, uint256 to, uint256 amount) external {
        address who = _world.users[user % 2];
        BridgedFlareToken chain = _world.chains[from % 3];
        // Often near the limit, so that it is reached.
        amount = bound(amount, 0, chain.burningMaxLimitOf(address(_world.bridge)));
        vm.prank(who);
        _world.bridge.send(chain, _world.chains[to % 3], amount);
    }

    function deliver() external {
        (BridgedFlareToken to,, uint256 amount) = _world.bridge.inFlight(_world.bridge.pending() - 1);
        _world.bridge.deliver();
        for (uint256 i = 0; i < 3; i++) {
            if (address(_world.chains[i]) == address(to)) bridgedIn[i] += amount;
        }
    }

    function transfer(uint256 chain, uint256 user, uint256 amount) external {
        BridgedFlareToken token = _world.chains[chain % 3];
        address who = _world.users[user % 2];
        amount = bound(amount, 0, token.balanceOf(who));
        vm.prank(who);
        token.transfer(_world.users[(user % 2) ^ 1], amount);
    }

    function mintOrBurnAtHome(uint256 amount, bool burns) external {
        address who = _world.users[0];
        if (burns) {
            amount = bound(amount, 0, _world.flare.balanceOf(who));
            vm.prank(who);
            _world.flare.burn(amount);
            mintedAtHome -= amount;
        } else {
            amount = bound(amount, 0, 1_000_000e18);
            _world.flare.mint(who, amount);
            mintedAtHome += amount;
        }
    }

    function wait_(uint256 time) external {
        vm.warp(block.timestamp + time % 1 hours);
    }
}

contract BridgeInvariants is BridgeFixture {
    BridgeHandler internal handler;

    function setUp() public override {
        super.setUp();
        spread(ALICE);
        spread(BOB);
        // What these used has come back.
        vm.warp(START + 30 days);
        handler = new BridgeHandler(BridgeHandler.World(flare, lockbox, bridge, [home, base, arbitrum], [ALICE, BOB]));
        flare.grantRole(flare.MINTER_ROLE(), address(handler));
        bytes4[] memory actions = new bytes4[](9);
        actions[0] = BridgeHandler.deposit.selector;
        actions[1] = BridgeHandler.withdraw.selector;
        actions[2] = BridgeHandler.send.selector;
        actions[3] = BridgeHandler.send.selector;
        actions[4] = BridgeHandler.deliver.selector;
        actions[5] = BridgeHandler.deliver.selector;
        actions[6] = BridgeHandler.transfer.selector;
        actions[7] = BridgeHandler.mintOrBurnAtHome.selector;
        actions[8] = BridgeHandler.wait_.selector;
        targetContract(address(handler));
        targetSelectors(address(handler), actions);
    }

    function invariant_All_chains_together_have_what_was_minted_at_home_and_bridges_keep_their_limits() public view {
        uint256 elsewhere = home.totalSupply() + base.totalSupply() + arbitrum.totalSupply() + bridge.amountInFlight();
        uint256 locked = flare.balanceOf(address(lockbox));
        vm.assertEq(locked, elsewhere, "one FLS in the lockbox for each that is elsewhere");
        vm.assertEq(flare.totalSupply(), handler.mintedAtHome(), "no bridge mints or burns at home");
        uint256 circulating = flare.totalSupply() - locked + elsewhere;
        vm.assertEq(circulating, handler.mintedAtHome(), "circulating");
        vm.assertLe(circulating, flare.cap(), "cap");
        uint256 most = LIMIT + LIMIT * (block.timestamp - handler.startedAt()) / 1 days;
        for (uint256 i = 0; i < 3; i++) {
            vm.assertLe(handler.bridgedIn(i), most, "no bridge exceeds its limit and its refill");
        }
    }

    /// @dev Three million to each chain, so that every action has something to move.
    function spread(address user) private {
        vm.startPrank(user);
        lockbox.deposit(9_000_000e18);
        for (uint256 i = 0; i < 6; i++) {
            bridge.send(home, i % 2 == 0 ? base : arbitrum, LIMIT);
            bridge.deliver();
            vm.warp(block.timestamp + 1 days);
        }
        vm.stopPrank();
    }
}
