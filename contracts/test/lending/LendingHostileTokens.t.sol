// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ExactTransfer} from "../../src/libraries/ExactTransfer.sol";
import {ILendingPool} from "../../src/lending/ILendingPool.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {FlashReceiver} from "../mocks/FlashReceiver.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {RebasingToken} from "../mocks/RebasingToken.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ReturnsFalseToken} from "../mocks/ReturnsFalseToken.sol";
import {LendingFixture} from "./LendingFixture.sol";

/// @notice A rebasing token that says its decimals.
contract LendableRebasingToken is RebasingToken {
    uint8 public constant decimals = 18;
}

/// @notice Notes what the pool's views say in the middle of a transfer.
contract LendingProbe {
    uint256 public supplied;
    uint256 public owed;
    uint256 public cash;
    uint256 public balance;

    function look(ILendingPool pool, address account, MockToken token) external {
        supplied = pool.supplyOf(account, address(token));
        owed = pool.debtOf(account, address(token));
        cash = pool.market(address(token)).cash;
        balance = token.balanceOf(address(pool));
    }
}

contract LendingHostileTokensTest is LendingFixture {
    function _open(address token) private {
        oracle.setPrice(token, 1e18);
        vm.prank(admin);
        pool.listMarket(token, params(), model);
    }

    function test_Audit12_FeeOnTransferAssetsAreRefused() public {
        FeeOnTransferToken token = new FeeOnTransferToken(10);
        _open(address(token));
        token.mint(alice, 10 ether);
        vm.startPrank(alice);
        token.approve(address(pool), type(uint256).max);
        vm.expectPartialRevert(ExactTransfer.InexactTransfer.selector);
        pool.supply(address(token), 1 ether, alice);
        vm.stopPrank();
    }

    function test_Audit12_RebasedAssetsTakeNoMoreSupplies() public {
        LendableRebasingToken token = new LendableRebasingToken();
        _open(address(token));
        token.mint(alice, 10 ether);
        vm.startPrank(alice);
        token.approve(address(pool), type(uint256).max);
        pool.supply(address(token), 1 ether, alice);
        token.rebase(20_000);
        pool.supply(address(token), 1 ether, alice);
        vm.assertEq(pool.supplyOf(alice, address(token)), 2 ether, "a rebase upwards is nobody's");
        token.rebase(2_000);
        vm.expectPartialRevert(ILendingPool.BalanceBelowBooks.selector);
        pool.supply(address(token), 1 ether, alice);
        vm.stopPrank();
    }

    function test_Audit06_TokensWithoutReturnValueWork() public {
        NoReturnToken token = new NoReturnToken();
        _open(address(token));
        token.mint(alice, 10e6);
        vm.startPrank(alice);
        token.approve(address(pool), 10e6);
        pool.supply(address(token), 10e6, alice);
        pool.withdraw(address(token), type(uint256).max, alice);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(alice), 10e6);
    }

    function test_Audit06_TokensThatReturnFalseRevert() public {
        ReturnsFalseToken token = new ReturnsFalseToken();
        _open(address(token));
        token.mint(alice, 10 ether);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        vm.startPrank(alice);
        vm.expectRevert(failed);
        pool.supply(address(token), 1 ether, alice);
        token.approve(address(pool), type(uint256).max);
        pool.supply(address(token), 1 ether, alice);
        token.setFailing(true);
        vm.expectRevert(failed);
        pool.withdraw(address(token), 1 ether, alice);
        vm.stopPrank();
    }

    function test_Nothing_is_paid_to_the_pool_itself() public {
        _pledge(alice, weth, 10 ether);
        vm.startPrank(alice);
        vm.expectPartialRevert(ExactTransfer.InexactTransfer.selector);
        pool.withdraw(address(weth), 1 ether, address(pool));
        vm.expectPartialRevert(ExactTransfer.InexactTransfer.selector);
        pool.borrow(address(weth), 1 ether, address(pool));
        vm.stopPrank();
    }

    function _reentrant() private returns (ReentrantToken token) {
        token = new ReentrantToken();
        _open(address(token));
        token.mint(alice, 100 ether);
        vm.startPrank(alice);
        token.approve(address(pool), type(uint256).max);
        pool.supply(address(token), 10 ether, alice);
        vm.stopPrank();
    }

    function test_Audit05_ReentrancyByTokenCallback() public {
        ReentrantToken token = _reentrant();
        address t = address(token);
        bytes[11] memory calls = [
            abi.encodeCall(pool.supply, (t, 1, t)),
            abi.encodeCall(pool.withdraw, (t, 1, t)),
            abi.encodeCall(pool.borrow, (t, 1, t)),
            abi.encodeCall(pool.repay, (t, 1, t)),
            abi.encodeCall(pool.liquidate, (alice, t, t, 1, false, t)),
            abi.encodeCall(pool.flashLoanSimple, (t, t, 1, "", 0)),
            abi.encodeCall(pool.enableCollateral, (t)),
            abi.encodeCall(pool.disableCollateral, (t)),
            abi.encodeCall(pool.coverDeficit, (t, 1)),
            abi.encodeCall(pool.coverDeficitFromReserves, (t)),
            abi.encodeCall(pool.collectReserves, (t))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            token.arm(address(pool), calls[i]);
            vm.prank(alice);
            if (i % 2 == 0) pool.withdraw(t, 0.1 ether, alice);
            else pool.supply(t, 0.1 ether, alice);
            vm.assertEq(token.calls(), i + 1);
            vm.assertFalse(token.wentThrough(), "locked");
            vm.assertEq(
                bytes32(token.answer()), bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
        _assertBooks();
    }

    function test_Audit05_ReadOnlyReentrancyNeverOverstates() public {
        ReentrantToken token = _reentrant();
        LendingProbe probe = new LendingProbe();
        bytes memory look = abi.encodeCall(probe.look, (pool, alice, token));
        vm.prank(alice);
        pool.enableCollateral(address(token));

        token.arm(address(probe), look);
        vm.prank(alice);
        pool.supply(address(token), 5 ether, alice);
        vm.assertEq(probe.supplied(), 10 ether, "not booked before it is there");
        vm.assertGe(probe.balance(), probe.cash(), "backed");

        token.arm(address(probe), look);
        vm.prank(alice);
        pool.borrow(address(token), 2 ether, alice);
        vm.assertEq(probe.owed(), 2 ether, "owed before it goes");
        vm.assertGe(probe.balance(), probe.cash(), "backed");

        token.arm(address(probe), look);
        vm.prank(alice);
        pool.repay(address(token), 2 ether, alice);
        vm.assertEq(probe.owed(), 2 ether, "owed until it is there");
        vm.assertGe(probe.balance(), probe.cash(), "backed");

        token.arm(address(probe), look);
        vm.prank(alice);
        pool.withdraw(address(token), 5 ether, alice);
        vm.assertEq(probe.supplied(), 10 ether, "unbooked before it goes");
        vm.assertGe(probe.balance(), probe.cash(), "backed");
    }

    // ---- flash loans

    function test_Flash_loan_succeeds_and_its_premium_is_reserves() public {
        _supply(bob, usdc, 1_000_000e6);
        FlashReceiver receiver = new FlashReceiver();
        usdc.mint(address(receiver), 500e6);
        vm.prank(carol);
        pool.flashLoanSimple(address(receiver), address(usdc), 1_000_000e6, hex"c0de", 7);
        vm.snapshotGasLastCall("flashLoan", "flashLoanSimple");
        vm.assertEq(receiver.premium(), 500e6);
        vm.assertEq(receiver.initiator(), carol);
        vm.assertEq(receiver.params(), hex"c0de");
        vm.assertEq(usdc.balanceOf(address(receiver)), 0);
        vm.assertEq(pool.market(address(usdc)).reservesRay, 500e6 * RAY);
        vm.assertEq(pool.supplyOf(bob, address(usdc)), 1_000_000e6);
        _assertBooks();
    }

    function testFuzz_Flash_loan_succeeds_if_and_only_if_amount_and_premium_return(
        uint256 amount,
        uint256 funds,
        uint256 approval
    ) public {
        _supply(bob, usdc, 1_000_000e6);
        FlashReceiver receiver = new FlashReceiver();
        amount = bound(amount, 1, 1_000_000e6);
        funds = bound(funds, 0, 1_000e6);
        approval = bound(approval, amount, amount + 1_000e6);
        usdc.mint(address(receiver), funds);
        receiver.setApproval(approval);
        uint256 premium = (amount * 5 + 9_999) / 10_000;
        bool returns_ = funds >= premium && approval >= amount + premium;
        try pool.flashLoanSimple(address(receiver), address(usdc), amount, "", 0) {
            vm.assertTrue(returns_, "not paid for");
            vm.assertEq(usdc.balanceOf(address(pool)), 1_000_000e6 + premium);
        } catch {
            vm.assertFalse(returns_, "paid for, yet refused");
        }
        _assertBooks();
    }

    function test_Flash_loans_are_refused() public {
        _supply(bob, usdc, 1_000e6);
        FlashReceiver receiver = new FlashReceiver();
        usdc.mint(address(receiver), 500e6);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.flashLoanSimple(address(receiver), address(usdc), 0, "", 0);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientLiquidity.selector, 1_001e6, 1_000e6));
        pool.flashLoanSimple(address(receiver), address(usdc), 1_001e6, "", 0);
        receiver.setAccepts(false);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.FlashLoanRefused.selector, address(receiver)));
        pool.flashLoanSimple(address(receiver), address(usdc), 1_000e6, "", 0);
        ILendingPool.MarketParams memory p = params();
        p.flashLoans = false;
        _set(usdc, p);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.FlashLoansOff.selector, address(usdc)));
        pool.flashLoanSimple(address(receiver), address(usdc), 1_000e6, "", 0);
    }

    /// @dev Supplying the loan itself would return it and keep the shares.
    function test_Audit05_ReentrancyFromAFlashLoan() public {
        _supply(bob, usdc, 1_000e6);
        FlashReceiver receiver = new FlashReceiver();
        usdc.mint(address(receiver), 500e6);
        receiver.prepare(address(pool), abi.encodeCall(pool.supply, (address(usdc), 1_000e6, address(receiver))));
        pool.flashLoanSimple(address(receiver), address(usdc), 1_000e6, "", 0);
        vm.assertFalse(receiver.wentThrough(), "locked");
        vm.assertEq(pool.supplyOf(address(receiver), address(usdc)), 0);
    }

    function test_Audit05_ReadOnlyReentrancyFromAFlashLoan() public {
        _supply(bob, usdc, 1_000e6);
        FlashReceiver receiver = new FlashReceiver();
        LendingProbe probe = new LendingProbe();
        usdc.mint(address(receiver), 500e6);
        receiver.prepare(address(probe), abi.encodeCall(probe.look, (pool, bob, usdc)));
        pool.flashLoanSimple(address(receiver), address(usdc), 900e6, "", 0);
        vm.assertTrue(receiver.wentThrough(), "looked");
        vm.assertEq(probe.cash(), 100e6, "what is lent is not there");
        vm.assertEq(probe.balance(), 100e6);
        vm.assertEq(probe.supplied(), 1_000e6);
    }
}
