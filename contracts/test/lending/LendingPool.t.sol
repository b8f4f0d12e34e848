// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IInterestRateModel} from "../../src/lending/IInterestRateModel.sol";
import {ILendingPool} from "../../src/lending/ILendingPool.sol";
import {LendingPool} from "../../src/lending/LendingPool.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {LendingFixture} from "./LendingFixture.sol";

contract LendingPoolTest is LendingFixture {
    function test_Lifecycle_of_a_loan() public {
        vm.prank(bob);
        pool.supply(address(usdc), 1_000_000e6, bob);
        vm.snapshotGasLastCall("lending", "supply");
        _supply(alice, weth, 10 ether);
        vm.startPrank(alice);
        pool.enableCollateral(address(weth));
        vm.snapshotGasLastCall("lending", "enableCollateral");
        pool.borrow(address(usdc), 16_000e6, alice);
        vm.snapshotGasLastCall("lending", "borrow");
        vm.warp(block.timestamp + YEAR);
        uint256 debt = pool.debtOf(alice, address(usdc));
        vm.assertGt(debt, 16_160e6, "a year at more than the base rate");
        pool.repay(address(usdc), type(uint256).max, alice);
        vm.snapshotGasLastCall("lending", "repay");
        vm.assertEq(pool.debtOf(alice, address(usdc)), 0);
        vm.assertEq(pool.borrowsOf(alice).length, 0);
        pool.withdraw(address(weth), type(uint256).max, alice);
        vm.snapshotGasLastCall("lending", "withdraw");
        vm.stopPrank();
        vm.assertEq(weth.balanceOf(alice), 10_000 ether);
        vm.assertEq(usdc.balanceOf(alice), 50_000_000e6 + 16_000e6 - debt);

        uint256 claim = pool.supplyOf(bob, address(usdc));
        vm.prank(bob);
        vm.assertEq(pool.withdraw(address(usdc), type(uint256).max, bob), claim);
        uint256 interest = debt - 16_000e6;
        vm.assertApproxEqAbs(claim - 1_000_000e6, interest * 9 / 10, 2, "nine tenths of the interest");
        _assertBooks();
    }

    function test_Zero_amounts_and_nobody_are_refused() public {
        _aliceOwes();
        vm.startPrank(alice);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.supply(address(usdc), 0, alice);
        vm.expectRevert(ILendingPool.ZeroAddress.selector);
        pool.supply(address(usdc), 1, address(0));
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.borrow(address(usdc), 0, alice);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.withdraw(address(usdc), 0, alice);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.withdraw(address(usdc), type(uint256).max, alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NoDebt.selector, alice, address(weth)));
        pool.repay(address(weth), 1, alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NoDebt.selector, alice, address(usdc)));
        pool.repay(address(usdc), 0, alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientSupply.selector, 11 ether, 10 ether));
        pool.withdraw(address(weth), 11 ether, alice);
        vm.stopPrank();
    }

    function test_Borrow_and_withdraw_stay_within_the_borrow_power() public {
        _aliceOwes();
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.InsufficientCollateral.selector, 16_000e18 + 1e12, 16_000e18)
        );
        pool.borrow(address(usdc), 2_000e6 + 1, alice);
        pool.borrow(address(usdc), 2_000e6, alice);
        vm.expectPartialRevert(ILendingPool.InsufficientCollateral.selector);
        pool.withdraw(address(weth), 1, alice);
        vm.expectPartialRevert(ILendingPool.InsufficientCollateral.selector);
        pool.disableCollateral(address(weth));
        vm.stopPrank();
        ILendingPool.AccountData memory d = pool.accountData(alice);
        vm.assertEq(d.collateralValue, 20_000e18);
        vm.assertEq(d.borrowPower, 16_000e18);
        vm.assertEq(d.liquidationValue, 17_000e18);
        vm.assertEq(d.debtValue, 16_000e18);
        vm.assertEq(d.healthFactor, 1.0625e18);
        vm.assertEq(pool.healthFactor(bob), type(uint256).max);
    }

    function test_Values_round_against_the_account() public {
        _supply(bob, wbtc, 1e8);
        _pledge(alice, weth, 1 ether);
        _borrow(alice, wbtc, 1);
        oracle.setPrice(address(wbtc), 50_000e18 + 1);
        vm.assertEq(pool.accountData(alice).debtValue, 5e14 + 1, "debt up");
        _pledge(carol, wbtc, 1);
        vm.assertEq(pool.accountData(carol).collateralValue, 5e14, "collateral down");
    }

    function test_What_is_not_collateral_is_free_whatever_is_owed() public {
        _aliceOwes();
        _supply(alice, wbtc, 1e8);
        vm.assertEq(pool.accountData(alice).collateralValue, 20_000e18);
        oracle.setPrice(address(wbtc), 0);
        vm.prank(alice);
        pool.withdraw(address(wbtc), 1e8, alice);
    }

    function test_Collateral_is_enabled_and_disabled_by_its_owner() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotCollateral.selector, address(weth)));
        pool.disableCollateral(address(weth));
        pool.enableCollateral(address(weth));
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.AlreadyCollateral.selector, address(weth)));
        pool.enableCollateral(address(weth));
        pool.enableCollateral(address(usdc));
        pool.disableCollateral(address(weth));
        vm.stopPrank();
        address[] memory list = pool.collateralsOf(alice);
        vm.assertEq(list.length, 1);
        vm.assertEq(list[0], address(usdc));
        ILendingPool.MarketParams memory p = params();
        p.ltvBps = 0;
        _set(wbtc, p);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotCollateral.selector, address(wbtc)));
        pool.enableCollateral(address(wbtc));
    }

    function test_Caps_bound_supply_and_borrow() public {
        ILendingPool.MarketParams memory p = params();
        p.supplyCap = 1_000e6;
        p.borrowCap = 100e6;
        _set(usdc, p);
        _supply(bob, usdc, 1_000e6);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.SupplyCapExceeded.selector, 1_000e6 + 1, 1_000e6));
        pool.supply(address(usdc), 1, bob);
        _pledge(alice, weth, 1 ether);
        _borrow(alice, usdc, 100e6);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.BorrowCapExceeded.selector, 100e6 + 1, 100e6));
        pool.borrow(address(usdc), 1, alice);
    }

    function test_Liquidity_bounds_borrow_and_withdraw() public {
        _supply(bob, usdc, 10_000e6);
        _pledge(alice, weth, 10 ether);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientLiquidity.selector, 10_001e6, 10_000e6));
        pool.borrow(address(usdc), 10_001e6, alice);
        _borrow(alice, usdc, 10_000e6);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientLiquidity.selector, 1, 0));
        pool.withdraw(address(usdc), 1, bob);
        vm.assertEq(pool.liquidityOf(address(usdc)), 0);
    }

    function test_Reserves_are_collected_and_never_lent() public {
        _aliceOwes();
        vm.warp(block.timestamp + YEAR);
        vm.prank(alice);
        pool.repay(address(usdc), type(uint256).max, alice);
        ILendingPool.Market memory m = pool.market(address(usdc));
        uint256 reserves = m.reservesRay / RAY;
        vm.assertGt(reserves, 14e6, "a tenth of more than 1 %");
        vm.assertEq(pool.liquidityOf(address(usdc)), m.cash - reserves - 1);
        vm.assertEq(pool.collectReserves(address(usdc)), reserves);
        vm.snapshotGasLastCall("lending", "collectReserves");
        vm.assertEq(usdc.balanceOf(treasury), reserves);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NothingToCollect.selector, address(usdc)));
        pool.collectReserves(address(usdc));
        _assertBooks();
    }

    function test_Interest_at_full_utilisation_goes_by_the_second_slope() public {
        _supply(bob, usdc, 10_000e6);
        _pledge(alice, weth, 10 ether);
        _borrow(alice, usdc, 10_000e6);
        vm.warp(block.timestamp + 30 days);
        (uint256 supplyIndex, uint256 borrowIndex) = pool.currentIndices(address(usdc));
        // e^(1.05 x 30 / 365) - 1 = 9.0126 %
        vm.assertApproxEqAbs(borrowIndex, 1.0901e27, 0.0001e27, "debt");
        vm.assertApproxEqAbs(supplyIndex, 1.0811e27, 0.0001e27, "supply, less a tenth of the interest");
        pool.accrue(address(usdc));
        vm.assertEq(pool.market(address(usdc)).borrowIndex, borrowIndex);
        _assertBooks();
    }

    function test_A_market_left_alone_for_an_age_neither_overflows_nor_locks_repayment() public {
        _supply(bob, usdc, 10_000e6);
        _pledge(alice, weth, 10 ether);
        _borrow(alice, usdc, 10_000e6);
        bytes memory rate = abi.encodeWithSelector(model.ratePerSecond.selector);
        vm.mockCall(address(model), rate, abi.encode(type(uint256).max));
        vm.warp(block.timestamp + 1_000 * YEAR);
        uint256 debt = pool.debtOf(alice, address(usdc));
        vm.assertLe(debt, 10_000e6 * 22_027, "e^10 at most");
        usdc.mint(alice, debt);
        vm.prank(alice);
        pool.repay(address(usdc), type(uint256).max, alice);
        vm.assertEq(pool.debtOf(alice, address(usdc)), 0);
        _assertBooks();
    }

    function test_New_terms_do_not_reach_back() public {
        _aliceOwes();
        vm.warp(block.timestamp + YEAR);
        uint256 debt = pool.debtOf(alice, address(usdc));
        ILendingPool.MarketParams memory p = params();
        p.reserveFactorBps = 5_000;
        _set(usdc, p);
        vm.assertEq(pool.debtOf(alice, address(usdc)), debt);
        _assertBooks();
    }

    function testFuzz_Rounding_never_favours_the_user(uint256 elapsed, uint256 amount, uint256 part) public {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(carol, wbtc, 100e8);
        _borrow(carol, usdc, 700_000e6);
        vm.warp(block.timestamp + bound(elapsed, 1, 3_650 days));
        amount = bound(amount, 10, 1_000_000e6);
        part = bound(part, 1, amount / 2);
        vm.startPrank(alice);
        pool.supply(address(usdc), amount, alice);
        uint256 claim = pool.supplyOf(alice, address(usdc));
        vm.assertLe(claim, amount, "no more than was supplied");
        if (claim > part) {
            pool.withdraw(address(usdc), part, alice);
            vm.assertLe(pool.supplyOf(alice, address(usdc)) + part, claim, "nothing gained in parts");
        }
        pool.withdraw(address(usdc), type(uint256).max, alice);
        vm.assertLe(usdc.balanceOf(alice), 50_000_000e6, "no profit");

        part = part > 100_000e6 ? 100_000e6 : part;
        pool.supply(address(weth), 1_000 ether, alice);
        pool.enableCollateral(address(weth));
        pool.borrow(address(usdc), part, alice);
        uint256 debt = pool.debtOf(alice, address(usdc));
        vm.assertGe(debt, part, "debt covers what was borrowed");
        uint256 repaid = pool.repay(address(usdc), (part + 1) / 2, alice);
        vm.assertGe(pool.debtOf(alice, address(usdc)) + repaid, debt, "no debt falls by more than was paid");
        vm.stopPrank();
        _assertBooks();
    }

    // ---- first depositor and donations

    function test_Audit09_FirstDepositorAndDonation() public {
        // The attacker takes the first unit and donates a fortune: the classic inflation.
        _supply(carol, usdc, 1);
        vm.prank(carol);
        usdc.transfer(address(pool), 40_000_000e6);
        _supply(alice, usdc, 1_000e6 + 7);
        vm.assertEq(pool.supplyOf(alice, address(usdc)), 1_000e6 + 7, "the victim has all of it");
        vm.assertEq(pool.supplyOf(carol, address(usdc)), 1, "the attacker has a unit");
        (uint256 supplyIndex,) = pool.currentIndices(address(usdc));
        vm.assertEq(supplyIndex, RAY);
    }

    /// @dev Premiums that raise the index of an almost empty market were the way into forks of Aave.
    function test_Audit09_FlashPremiumsDoNotRaiseTheIndex() public {
        _supply(carol, usdc, 1_000_000e6);
        FlashLoops loops = new FlashLoops();
        usdc.mint(address(loops), 1_000_000e6);
        loops.run(pool, address(usdc), 1_000_000e6, 50);
        (uint256 supplyIndex,) = pool.currentIndices(address(usdc));
        vm.assertEq(supplyIndex, RAY);
        vm.assertEq(pool.market(address(usdc)).reservesRay, 50 * 500e6 * RAY);
        _assertBooks();
    }

    /// @dev Many steps of few units, back and forth, at indices that make every step round.
    function testFuzz_Audit08_RoundingInManySmallSteps(uint256 seed) public {
        _supply(bob, usdc, 1_000_000);
        _pledge(carol, weth, 1_000 ether);
        _borrow(carol, usdc, 900_000);
        vm.warp(block.timestamp + 777 days + seed % 1_000);
        vm.startPrank(alice);
        for (uint256 i = 0; i < 20; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 amount = seed % 97 + 2;
            try pool.supply(address(usdc), amount, alice) {} catch {}
            try pool.withdraw(address(usdc), (seed >> 8) % 97 + 1, alice) {} catch {}
        }
        try pool.withdraw(address(usdc), type(uint256).max, alice) {} catch {}
        vm.stopPrank();
        vm.assertLe(usdc.balanceOf(alice), 50_000_000e6, "no profit from rounding");
        _assertBooks();
    }

    // ---- isolation

    function _isolateWbtc(uint128 ceiling) private {
        ILendingPool.MarketParams memory p = params();
        p.isolationDebtCeiling = ceiling;
        _set(wbtc, p);
    }

    function test_Isolated_collateral_borrows_dollars_up_to_its_ceiling() public {
        _isolateWbtc(10_000e18);
        _supply(bob, usdc, 1_000_000e6);
        _supply(bob, weth, 100 ether);
        _pledge(alice, wbtc, 1e8);
        _pledge(carol, wbtc, 1e8);
        _borrow(alice, usdc, 8_000e6);
        vm.startPrank(carol);
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.IsolationCeilingExceeded.selector, 10_000e18 + 1e12, 10_000e18)
        );
        pool.borrow(address(usdc), 2_000e6 + 1, carol);
        pool.borrow(address(usdc), 2_000e6, carol);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotBorrowableInIsolation.selector, address(weth)));
        pool.borrow(address(weth), 1, carol);
        vm.stopPrank();
        vm.assertEq(pool.market(address(wbtc)).isolatedDebt, 10_000e18);
        (address on, uint256 isolated) = pool.isolatedDebtOf(alice);
        vm.assertEq(on, address(wbtc));
        vm.assertEq(isolated, 8_000e18);

        vm.warp(block.timestamp + YEAR);
        vm.startPrank(alice);
        pool.repay(address(usdc), 3_000e6, alice);
        vm.assertEq(pool.market(address(wbtc)).isolatedDebt, 7_000e18);
        pool.repay(address(usdc), type(uint256).max, alice);
        vm.stopPrank();
        vm.assertEq(pool.market(address(wbtc)).isolatedDebt, 2_000e18, "interest does not count");
        (on, isolated) = pool.isolatedDebtOf(alice);
        vm.assertEq(on, address(0));
    }

    function test_Isolated_collateral_stands_alone() public {
        _isolateWbtc(10_000e18);
        vm.startPrank(alice);
        pool.enableCollateral(address(wbtc));
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.IsolatedCollateralStandsAlone.selector, address(wbtc)));
        pool.enableCollateral(address(weth));
        pool.disableCollateral(address(wbtc));
        pool.enableCollateral(address(weth));
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.IsolatedCollateralStandsAlone.selector, address(wbtc)));
        pool.enableCollateral(address(wbtc));
        vm.stopPrank();
    }

    function test_Collateral_that_becomes_isolated_carries_no_new_debt_beside_others() public {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, wbtc, 1e8);
        _pledge(alice, weth, 1 ether);
        _borrow(alice, usdc, 1_000e6);
        _isolateWbtc(10_000e18);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.IsolatedCollateralStandsAlone.selector, address(wbtc)));
        pool.borrow(address(usdc), 1, alice);
        vm.prank(alice);
        pool.repay(address(usdc), type(uint256).max, alice);
    }

    function test_Isolated_debt_moves_to_no_other_collateral() public {
        _isolateWbtc(10_000e18);
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, wbtc, 1e8);
        _borrow(alice, usdc, 1_000e6);
        _isolateWbtc(0);
        _pledge(alice, weth, 10 ether);
        vm.prank(alice);
        pool.disableCollateral(address(wbtc));
        ILendingPool.MarketParams memory p = params();
        p.isolationDebtCeiling = 5_000e18;
        _set(weth, p);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.IsolatedCollateralStandsAlone.selector, address(wbtc)));
        pool.borrow(address(usdc), 1, alice);
        pool.repay(address(usdc), type(uint256).max, alice);
        vm.stopPrank();
        vm.assertEq(pool.market(address(wbtc)).isolatedDebt, 0);
        vm.assertEq(pool.market(address(weth)).isolatedDebt, 0);
    }

    // ---- configuration

    function test_Invalid_parameters_are_refused() public {
        ILendingPool.MarketParams[4] memory bad;
        for (uint256 i = 0; i < bad.length; i++) {
            bad[i] = params();
        }
        bad[0].ltvBps = 8_501;
        bad[1].liquidationBonusBps = 2_001;
        bad[2].liquidationThresholdBps = 9_524; // with 5 % on top more than all
        bad[3].reserveFactorBps = 5_001;
        vm.startPrank(admin);
        for (uint256 i = 0; i < bad.length; i++) {
            vm.expectRevert(ILendingPool.InvalidParams.selector);
            pool.setMarketParams(address(weth), bad[i], model);
        }
        vm.expectRevert(ILendingPool.ZeroAddress.selector);
        pool.setMarketParams(address(weth), params(), IInterestRateModel(address(0)));
        vm.expectRevert(ILendingPool.InvalidParams.selector);
        pool.setFlashLoanPremium(101);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.AlreadyListed.selector, address(weth)));
        pool.listMarket(address(weth), params(), model);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotListed.selector, carol));
        pool.setMarketParams(carol, params(), model);
        vm.stopPrank();
        MockToken fine = new MockToken("24", 24);
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.UnsuitableToken.selector, address(fine)));
        pool.listMarket(address(fine), params(), model);
    }

    function test_Oracle_treasury_and_premium_are_set() public {
        MockPriceOracle other = new MockPriceOracle();
        vm.startPrank(admin);
        pool.setOracle(address(other));
        pool.setTreasury(carol);
        pool.setFlashLoanPremium(9);
        vm.assertEq(address(pool.oracle()), address(other));
        vm.assertEq(pool.treasury(), carol);
        vm.assertEq(uint256(pool.FLASHLOAN_PREMIUM_TOTAL()), 9);
        vm.expectRevert(ILendingPool.ZeroAddress.selector);
        pool.setOracle(address(0));
        vm.expectRevert(ILendingPool.ZeroAddress.selector);
        pool.setTreasury(address(0));
        vm.stopPrank();
        vm.expectRevert(ILendingPool.ZeroAddress.selector);
        new LendingPool(1 days, admin, address(0), treasury);
    }

    function test_Audit10_ListsAreBounded() public {
        uint256 most = pool.MARKETS_MAX();
        MockToken[] memory tokens = new MockToken[](most - 3);
        for (uint256 i = 0; i < tokens.length; i++) {
            tokens[i] = new MockToken("T", 18);
            _list(tokens[i], 1e18, false);
        }
        MockToken last = new MockToken("T", 18);
        vm.prank(admin);
        vm.expectRevert(ILendingPool.TooManyMarkets.selector);
        pool.listMarket(address(last), params(), model);

        // Eight collaterals and eight debts an account, and such an account is liquidated in one call.
        for (uint256 i = 0; i < 8; i++) {
            tokens[i].mint(alice, 10_000e18);
            vm.startPrank(alice);
            tokens[i].approve(address(pool), 10_000e18);
            pool.supply(address(tokens[i]), 10_000e18, alice);
            pool.enableCollateral(address(tokens[i]));
            vm.stopPrank();
        }
        for (uint256 i = 8; i < 17; i++) {
            tokens[i].mint(bob, 10_000e18);
            vm.startPrank(bob);
            tokens[i].approve(address(pool), type(uint256).max);
            pool.supply(address(tokens[i]), 9_000e18, bob);
            vm.stopPrank();
            if (i < 16) _borrow(alice, tokens[i], 8_000e18);
        }
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.TooManyAssets.selector, alice));
        pool.enableCollateral(address(tokens[20]));
        oracle.setPrice(address(tokens[0]), 10e18);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.TooManyAssets.selector, alice));
        pool.borrow(address(tokens[16]), 1, alice);
        vm.stopPrank();
        oracle.setPrice(address(tokens[0]), 0.01e18);
        vm.prank(bob);
        pool.liquidate(alice, address(tokens[8]), address(tokens[7]), 1_000e18, false, bob);
        vm.snapshotGasLastCall("lending", "liquidate of 8 collaterals and 8 debts");
        _assertBooks();
    }

    // ---- pause matrix, oracle

    function test_Pause_matrix() public {
        _aliceOwes();
        _supply(alice, wbtc, 1e8);
        vm.prank(guardian);
        pool.pause();
        vm.assertTrue(pool.paused());
        bytes4 stopped = Pausable.EnforcedPause.selector;
        vm.startPrank(alice);
        vm.expectRevert(stopped);
        pool.supply(address(usdc), 1, alice);
        vm.expectRevert(stopped);
        pool.borrow(address(usdc), 1, alice);
        vm.expectRevert(stopped);
        pool.withdraw(address(weth), 1, alice);
        vm.expectRevert(stopped);
        pool.disableCollateral(address(weth));
        vm.expectRevert(stopped);
        pool.liquidate(alice, address(usdc), address(weth), 1, false, alice);
        vm.expectRevert(stopped);
        pool.flashLoanSimple(alice, address(usdc), 1, "", 0);

        vm.warp(block.timestamp + YEAR);
        pool.withdraw(address(wbtc), 1e8, alice);
        pool.enableCollateral(address(usdc));
        pool.repay(address(usdc), type(uint256).max, alice);
        pool.withdraw(address(weth), 1 ether, alice);
        pool.disableCollateral(address(weth));
        pool.accrue(address(usdc));
        pool.collectReserves(address(usdc));
        vm.stopPrank();
        vm.prank(bob);
        pool.withdraw(address(usdc), type(uint256).max, bob);
        vm.prank(admin);
        pool.unpause();
        _supply(bob, usdc, 10);
    }

    function test_Audit13_SilentOracle() public {
        _aliceOwes();
        oracle.setPrice(address(weth), 0);
        bytes memory stale = abi.encodeWithSelector(MockPriceOracle.StalePrice.selector, address(weth));
        vm.startPrank(alice);
        vm.expectRevert(stale);
        pool.borrow(address(usdc), 1, alice);
        vm.expectRevert(stale);
        pool.withdraw(address(weth), 1, alice);
        vm.expectRevert(stale);
        pool.liquidate(alice, address(usdc), address(weth), 1, false, alice);
        vm.expectRevert(stale);
        pool.healthFactor(alice);
        pool.supply(address(weth), 1 ether, alice);
        pool.repay(address(usdc), type(uint256).max, alice);
        pool.withdraw(address(weth), 11 ether, alice);
        vm.stopPrank();
    }
}

/// @notice Takes flash loans again and again.
contract FlashLoops {
    function run(LendingPool pool, address asset, uint256 amount, uint256 times) external {
        MockToken(asset).approve(address(pool), type(uint256).max);
        for (uint256 i = 0; i < times; i++) {
            pool.flashLoanSimple(address(this), asset, amount, "", 0);
        }
    }

    function executeOperation(address, uint256, uint256, address, bytes calldata) external pure returns (bool) {
        return true;
    }
}
