// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ExactTransfer} from "../../src/libraries/ExactTransfer.sol";
import {IVaults} from "../../src/stablecoin/IVaults.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {RebasingToken} from "../mocks/RebasingToken.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ReturnsFalseToken} from "../mocks/ReturnsFalseToken.sol";
import {VaultsFixture} from "./VaultsFixture.sol";

/// @notice A rebasing token that says its decimals.
contract ListedRebasingToken is RebasingToken {
    uint8 public constant decimals = 18;
}

/// @notice Notes what the vaults' views say in the middle of a transfer.
contract ViewProbe {
    uint256 public collateral;
    uint256 public totalCollateral;
    uint256 public balance;

    function look(IVaults vaults, uint256 id, MockToken token) external {
        collateral = vaults.vault(id).collateral;
        totalCollateral = vaults.collateral(address(token)).totalCollateral;
        balance = token.balanceOf(address(vaults));
    }
}

contract VaultsHostileTokensTest is VaultsFixture {
    function _list(address token) private returns (uint256 id) {
        oracle.setPrice(token, ETH_PRICE);
        vm.prank(admin);
        vaults.listCollateral(token, params());
        vm.prank(alice);
        id = vaults.open(token);
    }

    function test_Audit12_FeeOnTransferCollateralIsRefused() public {
        FeeOnTransferToken token = new FeeOnTransferToken(10);
        uint256 id = _list(address(token));
        token.mint(alice, 10 ether);
        vm.startPrank(alice);
        token.approve(address(vaults), type(uint256).max);
        vm.expectPartialRevert(ExactTransfer.InexactTransfer.selector);
        vaults.deposit(id, 1 ether);
        vm.stopPrank();
    }

    function test_Audit12_RebasedCollateralTakesNoMoreDeposits() public {
        ListedRebasingToken token = new ListedRebasingToken();
        uint256 id = _list(address(token));
        token.mint(alice, 10 ether);
        vm.startPrank(alice);
        token.approve(address(vaults), type(uint256).max);
        vaults.deposit(id, 1 ether);
        token.rebase(20_000);
        vaults.deposit(id, 1 ether);
        vm.assertEq(vaults.vault(id).collateral, 2 ether, "a rebase upwards is nobody's");
        token.rebase(2_000);
        vm.expectPartialRevert(IVaults.BalanceBelowBooks.selector);
        vaults.deposit(id, 1 ether);
        vm.stopPrank();
    }

    function test_Audit06_TokensWithoutReturnValueWork() public {
        NoReturnToken token = new NoReturnToken();
        uint256 id = _list(address(token));
        token.mint(alice, 10e6);
        vm.startPrank(alice);
        token.approve(address(vaults), 10e6);
        vaults.deposit(id, 10e6);
        vaults.draw(id, 20_000e18, alice);
        vaults.close(id, alice);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(alice), 10e6);
    }

    function test_Audit06_TokensThatReturnFalseRevert() public {
        ReturnsFalseToken token = new ReturnsFalseToken();
        uint256 id = _list(address(token));
        token.mint(alice, 10 ether);
        vm.startPrank(alice);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        vm.expectRevert(failed);
        vaults.deposit(id, 1 ether);
        token.approve(address(vaults), type(uint256).max);
        vaults.deposit(id, 1 ether);
        token.setFailing(true);
        vm.expectRevert(failed);
        vaults.withdraw(id, 1 ether, alice);
        vm.stopPrank();
    }

    function test_Nothing_is_paid_to_the_vaults_themselves() public {
        uint256 id = _vault(alice, 10 ether, 0);
        vm.prank(alice);
        vm.expectPartialRevert(ExactTransfer.InexactTransfer.selector);
        vaults.withdraw(id, 1 ether, address(vaults));
    }

    function _reentrant() private returns (ReentrantToken token, uint256 id) {
        token = new ReentrantToken();
        id = _list(address(token));
        token.mint(alice, 100 ether);
        vm.startPrank(alice);
        token.approve(address(vaults), type(uint256).max);
        vaults.deposit(id, 10 ether);
        vaults.draw(id, 15_000e18, address(token)); // the token can pay when it calls
        vm.stopPrank();
    }

    function test_Audit05_ReentrancyByCollateralCallback() public {
        (ReentrantToken token, uint256 id) = _reentrant();
        bytes[7] memory calls = [
            abi.encodeCall(vaults.deposit, (id, 1)),
            abi.encodeCall(vaults.withdraw, (id, 1, address(token))),
            abi.encodeCall(vaults.draw, (id, 1, address(token))),
            abi.encodeCall(vaults.repay, (id, 1)),
            abi.encodeCall(vaults.close, (id, address(token))),
            abi.encodeCall(vaults.liquidate, (id, 1, address(token))),
            abi.encodeCall(vaults.redeem, (id, 1, 0, address(token)))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            token.arm(address(vaults), calls[i]);
            vm.prank(alice);
            if (i % 2 == 0) vaults.withdraw(id, 0.1 ether, alice);
            else vaults.deposit(id, 0.1 ether);
            vm.assertEq(token.calls(), i + 1);
            vm.assertFalse(token.wentThrough(), "locked");
            vm.assertEq(
                bytes32(token.answer()), bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
        _assertBooks();
    }

    function test_Audit05_ReadOnlyReentrancyNeverOverstates() public {
        (ReentrantToken token, uint256 id) = _reentrant();
        ViewProbe probe = new ViewProbe();
        bytes memory look = abi.encodeCall(probe.look, (vaults, id, token));
        token.arm(address(probe), look);
        vm.prank(alice);
        vaults.deposit(id, 5 ether);
        vm.assertEq(probe.collateral(), 10 ether, "not booked before it is there");
        vm.assertGe(probe.balance(), probe.totalCollateral(), "backed");
        token.arm(address(probe), look);
        vm.prank(alice);
        vaults.withdraw(id, 5 ether, alice);
        vm.assertEq(probe.collateral(), 10 ether, "unbooked before it goes");
        vm.assertGe(probe.balance(), probe.totalCollateral(), "backed");
    }

    function test_Audit09_DonationsMoveNothing() public {
        uint256 id = _vault(alice, 10 ether, 15_000e18);
        uint256 ratio = vaults.ratioBpsOf(id);
        vm.startPrank(bob);
        weth.transfer(address(vaults), 1_000 ether);
        vm.stopPrank();
        vm.assertEq(vaults.ratioBpsOf(id), ratio);
        vm.assertEq(vaults.collateral(address(weth)).totalCollateral, 10 ether);
        _assertBooks();
    }
}
