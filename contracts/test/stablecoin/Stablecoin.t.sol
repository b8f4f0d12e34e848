// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IStablecoin} from "../../src/stablecoin/IStablecoin.sol";
import {VaultsFixture} from "./VaultsFixture.sol";

contract StablecoinTest is VaultsFixture {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    uint256 private constant KEY = 0xA11CE;

    function _permit(uint256 key, uint256 value, uint256 nonce, uint256 deadline)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, vm.addr(key), bob, value, nonce, deadline));
        return vm.sign(key, keccak256(abi.encodePacked("\x19\x01", qusd.DOMAIN_SEPARATOR(), structHash)));
    }

    function test_Is_named_qUSD_with_18_decimals() public view {
        vm.assertEq(qusd.symbol(), "qUSD");
        vm.assertEq(qusd.name(), "ActorTrade Dollar");
        vm.assertEq(uint256(qusd.decimals()), 18);
        vm.assertEq(qusd.vaults(), address(vaults));
    }

    function test_Audit01_OnlyVaultsMintAndBurn() public {
        _vault(alice, 10 ether, 5_000e18);
        address[4] memory callers = [alice, admin, guardian, treasury];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.startPrank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IStablecoin.NotVaults.selector, callers[i]));
            qusd.mint(callers[i], 1);
            vm.expectRevert(abi.encodeWithSelector(IStablecoin.NotVaults.selector, callers[i]));
            qusd.burn(alice, 1);
            vm.stopPrank();
        }
    }

    function test_Permit_grants_an_allowance() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(KEY, 7e18, 0, block.timestamp);
        qusd.permit(vm.addr(KEY), bob, 7e18, block.timestamp, v, r, s);
        vm.assertEq(qusd.allowance(vm.addr(KEY), bob), 7e18);
        vm.assertEq(qusd.nonces(vm.addr(KEY)), 1);
    }

    function test_Audit11_PermitReplay() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(KEY, 7e18, 0, block.timestamp);
        qusd.permit(vm.addr(KEY), bob, 7e18, block.timestamp, v, r, s);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        qusd.permit(vm.addr(KEY), bob, 7e18, block.timestamp, v, r, s);
    }

    function test_Audit11_PermitOfAnotherChain() public {
        (uint8 v, bytes32 r, bytes32 s) = _permit(KEY, 7e18, 0, block.timestamp);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        qusd.permit(vm.addr(KEY), bob, 7e18, block.timestamp, v, r, s);
    }

    function test_Permit_expires() public {
        uint256 deadline = block.timestamp - 1;
        (uint8 v, bytes32 r, bytes32 s) = _permit(KEY, 7e18, 0, deadline);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        qusd.permit(vm.addr(KEY), bob, 7e18, deadline, v, r, s);
    }

    function test_Pause_stops_transfers_and_mints_but_not_repayment() public {
        uint256 id = _vault(alice, 10 ether, 5_000e18);
        vm.prank(guardian);
        qusd.pause();
        vm.assertTrue(qusd.paused());

        vm.startPrank(alice);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        qusd.transfer(bob, 1);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        vaults.draw(id, 1_000e18, alice);
        vaults.repay(id, 1_000e18);
        vm.stopPrank();
        vm.assertEq(qusd.totalSupply(), 4_000e18);

        vm.prank(admin);
        qusd.unpause();
        vm.prank(alice);
        qusd.transfer(bob, 1);
        vm.assertEq(qusd.balanceOf(bob), 1);
    }

    function test_Roles_of_pause_and_unpause() public {
        bytes32 pauser = qusd.PAUSER_ROLE();
        address[4] memory callers = [alice, admin, settler, treasury];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.expectRevert(
                abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, callers[i], pauser)
            );
            vm.prank(callers[i]);
            qusd.pause();
        }
        vm.prank(guardian);
        qusd.pause();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, guardian, bytes32(0))
        );
        vm.prank(guardian);
        qusd.unpause();
    }
}
