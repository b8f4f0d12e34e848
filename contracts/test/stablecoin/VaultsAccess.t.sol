// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IVaults} from "../../src/stablecoin/IVaults.sol";
import {VaultsFixture} from "./VaultsFixture.sol";

/// @notice Every privileged function by everybody.
contract VaultsAccessTest is VaultsFixture {
    struct Privileged {
        bytes call;
        address holder;
        bytes32 role;
    }

    function _privileged() private view returns (Privileged[] memory p) {
        address token = address(weth);
        p = new Privileged[](10);
        p[0] = Privileged(abi.encodeCall(vaults.listCollateral, (token, params())), admin, bytes32(0));
        p[1] = Privileged(abi.encodeCall(vaults.setCollateralParams, (token, params())), admin, bytes32(0));
        p[2] = Privileged(abi.encodeCall(vaults.setGlobalDebtCeiling, (1)), admin, bytes32(0));
        p[3] = Privileged(abi.encodeCall(vaults.setSurplusBuffer, (1)), admin, bytes32(0));
        p[4] = Privileged(abi.encodeCall(vaults.setOracle, (address(oracle))), admin, bytes32(0));
        p[5] = Privileged(abi.encodeCall(vaults.setTreasury, (carol)), admin, bytes32(0));
        p[6] = Privileged(abi.encodeCall(vaults.unpause, ()), admin, bytes32(0));
        p[7] = Privileged(abi.encodeCall(vaults.freezePriceByAdmin, (token, 1)), admin, bytes32(0));
        p[8] = Privileged(abi.encodeCall(vaults.pause, ()), guardian, vaults.PAUSER_ROLE());
        p[9] = Privileged(abi.encodeCall(vaults.settle, ()), settler, vaults.SETTLER_ROLE());
    }

    function test_Audit01_RoleMatrix() public {
        address[6] memory callers = [admin, guardian, settler, treasury, alice, address(vaults)];
        Privileged[] memory p = _privileged();
        for (uint256 i = 0; i < p.length; i++) {
            for (uint256 j = 0; j < callers.length; j++) {
                vm.prank(callers[j]);
                (bool done, bytes memory answer) = address(vaults).call(p[i].call);
                bytes memory denied = abi.encodeWithSelector(
                    IAccessControl.AccessControlUnauthorizedAccount.selector, callers[j], p[i].role
                );
                bool isDenied = !done && keccak256(answer) == keccak256(denied);
                vm.assertEq(isDenied, callers[j] != p[i].holder, vm.toString(i * 10 + j));
            }
        }
    }

    function test_Audit01_OnlyTheOwnerTakesFromAVault() public {
        uint256 id = _vault(alice, 10 ether, 15_000e18);
        address[4] memory callers = [bob, admin, guardian, settler];
        for (uint256 i = 0; i < callers.length; i++) {
            bytes memory denied = abi.encodeWithSelector(IVaults.NotVaultOwner.selector, id, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(denied);
            vaults.withdraw(id, 1, callers[i]);
            vm.expectRevert(denied);
            vaults.draw(id, 1, callers[i]);
            vm.expectRevert(denied);
            vaults.close(id, callers[i]);
            vm.stopPrank();
        }
    }

    function test_Audit04_NoSuchVault() public {
        bytes memory unknown = abi.encodeWithSelector(IVaults.NoSuchVault.selector, 99);
        vm.startPrank(alice);
        vm.expectRevert(unknown);
        vaults.withdraw(99, 1, alice);
        vm.expectRevert(unknown);
        vaults.draw(99, 1, alice);
        vm.expectRevert(unknown);
        vaults.repay(99, 1);
        vm.expectRevert(unknown);
        vaults.close(99, alice);
        vm.expectRevert(unknown);
        vaults.liquidate(99, 1, alice);
        vm.expectRevert(unknown);
        vaults.redeem(99, 1, 0, alice);
        vm.stopPrank();
    }

    function test_The_admin_changes_hands_only_after_the_delay() public {
        vm.prank(admin);
        vaults.beginDefaultAdminTransfer(carol);
        vm.prank(carol);
        vm.expectRevert();
        vaults.acceptDefaultAdminTransfer();
        vm.warp(block.timestamp + 1 days + 1);
        vm.prank(carol);
        vaults.acceptDefaultAdminTransfer();
        vm.assertEq(vaults.defaultAdmin(), carol);
    }
}
