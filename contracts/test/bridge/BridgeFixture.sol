// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BridgedFlareToken} from "../../src/bridge/BridgedFlareToken.sol";
import {XERC20Lockbox} from "../../src/bridge/XERC20Lockbox.sol";
import {FlareToken} from "../../src/token/FlareToken.sol";
import {Base} from "../Base.sol";

/// @notice A bridge with one end on each of several chains: burns here, and mints there when the message arrives.
contract PeerBridge {
    struct Message {
        BridgedFlareToken to;
        address user;
        uint256 amount;
    }

    Message[] public inFlight;
    uint256 public amountInFlight;

    function send(BridgedFlareToken from, BridgedFlareToken to, uint256 amount) external {
        from.crosschainBurn(msg.sender, amount);
        inFlight.push(Message(to, msg.sender, amount));
        amountInFlight += amount;
    }

    /// @dev The last first: order does not matter.
    function deliver() external {
        Message memory message = inFlight[inFlight.length - 1];
        inFlight.pop();
        amountInFlight -= message.amount;
        message.to.crosschainMint(message.user, message.amount);
    }

    function pending() external view returns (uint256) {
        return inFlight.length;
    }
}

/// @notice A home chain (the token, its bridgeable form, the lockbox) and two others.
abstract contract BridgeFixture is Base {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant LIMIT = 1_000_000e18;
    address internal constant TREASURY = address(0x7e);
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);

    FlareToken internal flare;
    BridgedFlareToken internal home;
    BridgedFlareToken internal base;
    BridgedFlareToken internal arbitrum;
    XERC20Lockbox internal lockbox;
    PeerBridge internal bridge;

    function setUp() public virtual {
        vm.warp(START);
        flare = new FlareToken(0, address(this), TREASURY, 100_000_000e18);
        home = deployBridged();
        base = deployBridged();
        arbitrum = deployBridged();
        lockbox = new XERC20Lockbox(home, flare);
        home.setLockbox(address(lockbox));
        flare.grantRole(flare.TAX_SETTER_ROLE(), address(this));
        flare.setTaxExempt(address(lockbox), true);
        home.setTaxExempt(address(lockbox), true);
        bridge = new PeerBridge();
        home.setLimits(address(bridge), LIMIT, LIMIT);
        base.setLimits(address(bridge), LIMIT, LIMIT);
        arbitrum.setLimits(address(bridge), LIMIT, LIMIT);
        give(ALICE, 10_000_000e18);
        give(BOB, 10_000_000e18);
    }

    function deployBridged() internal returns (BridgedFlareToken token) {
        token = new BridgedFlareToken(0, address(this), TREASURY);
        token.grantRole(token.BRIDGE_ADMIN_ROLE(), address(this));
        token.grantRole(token.TAX_SETTER_ROLE(), address(this));
        token.grantRole(token.PAUSER_ROLE(), address(this));
        token.grantRole(token.BLACKLISTER_ROLE(), address(this));
    }

    function give(address who, uint256 amount) internal {
        vm.prank(TREASURY);
        flare.transfer(who, amount);
        vm.startPrank(who);
        flare.approve(address(lockbox), type(uint256).max);
        home.approve(address(lockbox), type(uint256).max);
        home.approve(address(bridge), type(uint256).max);
        base.approve(address(bridge), type(uint256).max);
        arbitrum.approve(address(bridge), type(uint256).max);
        vm.stopPrank();
    }
}
