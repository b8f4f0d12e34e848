// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FlareToken} from "../../src/token/FlareToken.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {Base} from "../Base.sol";

/// @notice A token whose roles are all held by this suite, with two holders and one pair.
abstract contract FlareFixture is Base {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant FIRST_SUPPLY = 400_000_000e18;
    uint256 internal constant ALICE_KEY = 0xa11ce;

    address internal immutable ALICE = vm.addr(ALICE_KEY);
    address internal constant BOB = address(0xb0b);
    address internal constant PAIR = address(0xa1);
    address internal constant TREASURY = address(0x7e);
    address internal constant STAKERS = address(0x5a);
    address internal constant LIQUIDITY = address(0x11);

    FlareToken internal flare;

    function setUp() public virtual {
        vm.warp(START);
        flare = new FlareToken(1 days, address(this), TREASURY, FIRST_SUPPLY);
        flare.grantRole(flare.MINTER_ROLE(), address(this));
        flare.grantRole(flare.PAUSER_ROLE(), address(this));
        flare.grantRole(flare.BLACKLISTER_ROLE(), address(this));
        flare.grantRole(flare.TAX_SETTER_ROLE(), address(this));
        flare.grantRole(flare.SNAPSHOT_ROLE(), address(this));
        give(ALICE, 1000e18);
        give(BOB, 500e18);
    }

    function give(address to, uint256 value) internal {
        vm.prank(TREASURY);
        flare.transfer(to, value);
    }

    function freeze(address account) internal {
        flare.scheduleFreeze(account);
        vm.warp(block.timestamp + flare.FREEZE_DELAY());
        flare.executeFreeze(account);
    }

    /// @dev 1 % on buys, 2 % on sells; of it 30 % to stakers and 20 % to liquidity.
    function taxTrades() internal {
        flare.setMarketPair(PAIR, true);
        flare.setTaxRates(IFlareToken.TaxRates(100, 200, 3000, 2000));
        flare.setTaxReceivers(IFlareToken.TaxReceivers(TREASURY, STAKERS, LIQUIDITY));
    }

    function signPermit(address spender, uint256 value, uint256 nonce, uint256 deadline)
        internal
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, ALICE, spender, value, nonce, deadline));
        return vm.sign(ALICE_KEY, keccak256(abi.encodePacked("\x19\x01", flare.DOMAIN_SEPARATOR(), structHash)));
    }
}
