// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ILendingPool} from "../../src/lending/ILendingPool.sol";
import {LendingFixture} from "./LendingFixture.sol";

/// @notice Every privileged function by everybody.
contract LendingAccessTest is LendingFixture {
    struct Privileged {
        bytes call;
        address holder;
        bytes32 role;
    }

    function _privileged() private view returns (Privileged[] memory p) {
        address asset = address(weth);
        p = new Privileged[](7);
        p[0] = Privileged(abi.encodeCall(pool.listMarket, (asset, params(), model)), admin, bytes32(0));
        p[1] = Privileged(abi.encodeCall(pool.setMarketParams, (asset, params(), model)), admin, bytes32(0));
        p[2] = Privileged(abi.encodeCall(pool.setFlashLoanPremium, (1)), admin, bytes32(0));
        p[3] = Privileged(abi.encodeCall(pool.setOracle, (address(oracle))), admin, bytes32(0));
        p[4] = Privileged(abi.encodeCall(pool.setTreasury, (carol)), admin, bytes32(0));
        p[5] = Privileged(abi.encodeCall(pool.unpause, ()), admin, bytes32(0));
        p[6] = Privileged(abi.encodeCall(pool.pause, ()), guardian, pool.PAUSER_ROLE());
    }

    function test_Audit01_RoleMatrix() public {
        address[5] memory callers = [admin, guardian, treasury, alice, address(pool)];
        Privileged[] memory p = _privileged();
        for (uint256 i = 0; i < p.length; i++) {
            for (uint256 j = 0; j < callers.length; j++) {
                vm.prank(callers[j]);
                (bool done, bytes memory answer) = address(pool).call(p[i].call);
                bytes memory denied = abi.encodeWithSelector(
                    IAccessControl.AccessControlUnauthorizedAccount.selector, callers[j], p[i].role
                );
                bool isDenied = !done && keccak256(answer) == keccak256(denied);
                vm.assertEq(isDenied, callers[j] != p[i].holder, vm.toString(i * 10 + j));
            }
        }
    }

    function test_Audit01_NobodyTakesAnothersSupplyOrBorrowsOnIt() public {
        _pledge(alice, weth, 10 ether);
        _supply(bob, usdc, 1_000e6);
        address[3] memory callers = [carol, admin, guardian];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.startPrank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientSupply.selector, 1, 0));
            pool.withdraw(address(weth), 1, callers[i]);
            vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientCollateral.selector, 1e12, 0));
            pool.borrow(address(usdc), 1, callers[i]);
            vm.stopPrank();
        }
    }

    function test_Audit04_UnknownAssets() public {
        bytes memory unknown = abi.encodeWithSelector(ILendingPool.NotListed.selector, carol);
        vm.startPrank(alice);
        vm.expectRevert(unknown);
        pool.supply(carol, 1, alice);
        vm.expectRevert(unknown);
        pool.withdraw(carol, 1, alice);
        vm.expectRevert(unknown);
        pool.borrow(carol, 1, alice);
        vm.expectRevert(unknown);
        pool.repay(carol, 1, alice);
        vm.expectRevert(unknown);
        pool.enableCollateral(carol);
        vm.expectRevert(unknown);
        pool.liquidate(bob, carol, address(weth), 1, false, alice);
        vm.expectRevert(unknown);
        pool.liquidate(bob, address(weth), carol, 1, false, alice);
        vm.expectRevert(unknown);
        pool.flashLoanSimple(alice, carol, 1, "", 0);
        vm.expectRevert(unknown);
        pool.coverDeficit(carol, 1);
        vm.expectRevert(unknown);
        pool.coverDeficitFromReserves(carol);
        vm.expectRevert(unknown);
        pool.collectReserves(carol);
        vm.expectRevert(unknown);
        pool.accrue(carol);
        vm.expectRevert(unknown);
        pool.liquidityOf(carol);
        vm.stopPrank();
    }

    function test_The_admin_changes_hands_only_after_the_delay() public {
        vm.prank(admin);
        pool.beginDefaultAdminTransfer(carol);
        vm.prank(carol);
        vm.expectRevert();
        pool.acceptDefaultAdminTransfer();
        vm.warp(block.timestamp + 1 days + 1);
        vm.prank(carol);
        pool.acceptDefaultAdminTransfer();
        vm.assertEq(pool.defaultAdmin(), carol);
    }
}
