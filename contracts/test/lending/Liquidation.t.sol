// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingPool} from "../../src/lending/ILendingPool.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {LendingFixture} from "./LendingFixture.sol";

contract LiquidationTest is LendingFixture {
    function test_A_healthy_account_is_not_liquidated() public {
        _aliceOwes();
        uint256 health = pool.healthFactor(alice);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotLiquidatable.selector, health));
        pool.liquidate(alice, address(usdc), address(weth), 1, false, bob);
    }

    function test_Half_of_a_debt_at_most_near_the_threshold() public {
        _aliceOwes();
        oracle.setPrice(address(weth), 1_640e18); // 10 x 1,640 x 0.85 / 14,000 = 0.9957
        uint256 health = pool.healthFactor(alice);
        vm.prank(bob);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, false, carol);
        vm.snapshotGasLastCall("liquidation", "liquidate");
        vm.assertEq(q.repaid, 7_000e6);
        vm.assertEq(q.seized, uint256(7_350e18) * 1e18 / 1_640e18);
        vm.assertEq(weth.balanceOf(carol), 10_000 ether + q.seized);
        vm.assertEq(pool.debtOf(alice, address(usdc)), 7_000e6);
        vm.assertGt(pool.healthFactor(alice), health, "healthier");
        _assertBooks();
    }

    function test_A_quote_is_what_the_liquidation_does() public {
        _aliceOwes();
        oracle.setPrice(address(weth), 1_640e18);
        (uint256 supplyShares, uint256 debtShares) = pool.sharesOf(alice, address(usdc));
        vm.assertEq(supplyShares, 0);
        vm.assertEq(debtShares, 14_000e6);
        ILendingPool.LiquidationQuote memory q = pool.quoteLiquidation(alice, address(usdc), address(weth), 3_000e6);
        vm.prank(bob);
        ILendingPool.LiquidationQuote memory done =
            pool.liquidate(alice, address(usdc), address(weth), 3_000e6, false, bob);
        vm.assertEq(abi.encode(done), abi.encode(q));
        (, debtShares) = pool.sharesOf(alice, address(usdc));
        vm.assertEq(debtShares, 11_000e6);
    }

    function test_All_of_a_debt_far_below_the_threshold() public {
        _aliceOwes();
        oracle.setPrice(address(weth), 1_550e18); // 0.941
        vm.prank(bob);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, false, bob);
        vm.assertEq(q.repaid, 14_000e6);
        vm.assertEq(pool.borrowsOf(alice).length, 0);
        vm.assertEq(pool.supplyOf(alice, address(weth)), 10 ether - q.seized);
        _assertBooks();
    }

    function test_All_of_a_small_debt() public {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, weth, 1 ether);
        _borrow(alice, usdc, 1_500e6);
        oracle.setPrice(address(weth), 1_740e18); // 0.986
        vm.prank(bob);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, false, bob);
        vm.assertEq(q.repaid, 1_500e6);
    }

    function test_A_liquidation_leaves_no_dust() public {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, weth, 1 ether);
        _borrow(alice, usdc, 1_500e6);
        oracle.setPrice(address(weth), 1_740e18);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.DustLeft.selector, 500e18, 690e18 + 900));
        pool.liquidate(alice, address(usdc), address(weth), 1_000e6, false, bob);
    }

    /// @dev Dust of collateral beside debts on another collateral.
    function test_A_liquidation_leaves_no_dust_of_collateral() public {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, weth, 10 ether);
        _pledge(alice, wbtc, 4_000_000); // 2,000 $
        _borrow(alice, usdc, 17_000e6);
        oracle.setPrice(address(weth), 1_700e18);
        vm.startPrank(bob);
        vm.expectPartialRevert(ILendingPool.DustLeft.selector);
        pool.liquidate(alice, address(usdc), address(wbtc), 1_500e6, false, bob);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(usdc), address(wbtc), 5_000e6, false, bob);
        vm.stopPrank();
        vm.assertTrue(q.seizesAll, "all of it");
        vm.assertEq(q.repaid, 1_904_761_905, "2,000 / 1.05, rounded up");
        vm.assertEq(pool.supplyOf(alice, address(wbtc)), 0);
        _assertBooks();
    }

    /// @dev Half of the debt would leave dust of a small collateral, so all of it may go.
    function test_All_of_a_small_collateral() public {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, weth, 1 ether);
        _pledge(alice, wbtc, 3_900_000); // 1,950 $
        _borrow(alice, usdc, 3_000e6);
        oracle.setPrice(address(weth), 1_500e18); // 0.9775
        vm.prank(bob);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(usdc), address(wbtc), type(uint256).max, false, bob);
        vm.assertTrue(q.seizesAll, "all of it");
        vm.assertEq(q.repaid, 1_857_142_858, "1,950 / 1.05, rounded up");
    }

    function test_Collateral_in_shares_where_there_is_no_liquidity() public {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, weth, 10 ether);
        _borrow(alice, usdc, 14_000e6);
        _pledge(carol, wbtc, 10e8);
        _borrow(carol, weth, 10 ether);
        oracle.setPrice(address(weth), 1_640e18);
        vm.startPrank(bob);
        vm.expectPartialRevert(ILendingPool.InsufficientLiquidity.selector);
        pool.liquidate(alice, address(usdc), address(weth), 7_000e6, false, bob);
        ILendingPool.LiquidationQuote memory q;
        q = pool.liquidate(alice, address(usdc), address(weth), 7_000e6, true, bob);
        vm.stopPrank();
        vm.assertEq(pool.supplyOf(bob, address(weth)), q.seized);
        vm.assertEq(pool.supplyOf(alice, address(weth)), 10 ether - q.seized);
        _assertBooks();
    }

    function test_Bad_debt_is_booked_and_covered() public {
        _aliceOwes();
        _borrow(alice, weth, 0.1 ether);
        oracle.setPrice(address(weth), 700e18); // 7,000 $ for 14,070 $
        uint256 claim = pool.supplyOf(bob, address(usdc));
        vm.prank(bob);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, true, bob);
        vm.assertTrue(q.seizesAll, "all of it");
        vm.assertEq(pool.supplyOf(alice, address(weth)), 0);
        vm.assertEq(pool.supplyOf(bob, address(weth)), 10 ether);
        vm.assertEq(pool.borrowsOf(alice).length, 0);
        uint256 deficit = 14_000e6 - q.repaid;
        vm.assertEq(pool.market(address(usdc)).deficitRay, deficit * RAY);
        vm.assertEq(pool.market(address(weth)).deficitRay, 0.1 ether * RAY);
        vm.assertEq(pool.supplyOf(bob, address(usdc)), claim, "suppliers keep their claim");
        _assertBooks();

        vm.startPrank(carol);
        vm.assertEq(pool.coverDeficit(address(usdc), 1_000e6), 1_000e6);
        vm.assertEq(pool.coverDeficit(address(usdc), type(uint256).max), deficit - 1_000e6);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NoDeficit.selector, address(usdc)));
        pool.coverDeficit(address(usdc), 1);
        vm.stopPrank();
        _assertBooks();
        vm.prank(bob);
        pool.withdraw(address(usdc), type(uint256).max, bob);
        vm.assertEq(usdc.balanceOf(bob), 50_000_000e6 - q.repaid);
    }

    function test_Deficit_is_set_off_against_reserves() public {
        _aliceOwes();
        vm.warp(block.timestamp + YEAR);
        oracle.setPrice(address(weth), 700e18);
        vm.prank(bob);
        pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, false, bob);
        ILendingPool.Market memory m = pool.market(address(usdc));
        pool.coverDeficitFromReserves(address(usdc));
        vm.assertEq(pool.market(address(usdc)).deficitRay, m.deficitRay - m.reservesRay);
        vm.assertEq(pool.market(address(usdc)).reservesRay, 0);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NoDeficit.selector, address(usdc)));
        pool.coverDeficitFromReserves(address(usdc));
        // The last part of a unit is paid in full, and what it is too much is reserves.
        vm.prank(carol);
        pool.coverDeficit(address(usdc), type(uint256).max);
        vm.assertEq(pool.market(address(usdc)).deficitRay, 0);
        vm.assertGt(pool.market(address(usdc)).reservesRay, 0, "the rounding");
        _assertBooks();
    }

    function test_The_deficit_of_an_isolated_account_frees_its_ceiling() public {
        ILendingPool.MarketParams memory p = params();
        p.isolationDebtCeiling = 50_000e18;
        _set(wbtc, p);
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, wbtc, 1e8);
        _borrow(alice, usdc, 30_000e6);
        oracle.setPrice(address(wbtc), 20_000e18);
        vm.prank(bob);
        pool.liquidate(alice, address(usdc), address(wbtc), type(uint256).max, false, bob);
        vm.assertEq(pool.market(address(wbtc)).isolatedDebt, 0);
        vm.assertGt(pool.market(address(usdc)).deficitRay, 0, "booked");
        _assertBooks();
    }

    function test_Only_collateral_is_seized_and_only_debt_repaid() public {
        _aliceOwes();
        _supply(alice, wbtc, 1e8);
        oracle.setPrice(address(weth), 1_640e18);
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotCollateral.selector, address(wbtc)));
        pool.liquidate(alice, address(usdc), address(wbtc), 1e6, false, bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotCollateral.selector, address(usdc)));
        pool.liquidate(alice, address(usdc), address(usdc), 1e6, false, bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NoDebt.selector, alice, address(weth)));
        pool.liquidate(alice, address(weth), address(weth), 1e6, false, bob);
        vm.expectRevert(ILendingPool.ZeroAmount.selector);
        pool.liquidate(alice, address(usdc), address(weth), 0, false, bob);
        vm.expectRevert(ILendingPool.ZeroAddress.selector);
        pool.liquidate(alice, address(usdc), address(weth), 1e6, true, address(0));
        vm.stopPrank();
    }

    function test_Debt_and_collateral_in_one_asset() public {
        _supply(bob, weth, 100 ether);
        _pledge(alice, weth, 10 ether);
        _pledge(alice, wbtc, 1e8);
        _borrow(alice, weth, 20 ether);
        oracle.setPrice(address(weth), 8_000e18);
        vm.prank(bob);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(weth), address(weth), 2 ether, false, bob);
        vm.assertEq(q.seized, 2.1 ether);
        vm.assertEq(weth.balanceOf(bob), 10_000 ether - 100 ether + 0.1 ether);
        _assertBooks();
    }

    function testFuzz_Liquidation_pays_the_bonus_at_most_and_heals(uint256 priceE18, uint256 part, bool inShares)
        public
    {
        _aliceOwes();
        priceE18 = bound(priceE18, 1e18, 1_640e18);
        oracle.setPrice(address(weth), priceE18);
        part = bound(part, 1e6, 14_000e6);
        uint256 health = pool.healthFactor(alice);
        vm.prank(bob);
        try pool.liquidate(alice, address(usdc), address(weth), part, inShares, bob) returns (
            ILendingPool.LiquidationQuote memory q
        ) {
            // A unit of USDC is 1e12 of value: the payment is rounded up to it.
            vm.assertLe(q.seized * priceE18 / 1e18, q.repaid * 1e12 * 105 / 100, "par and bonus at most");
            // Above 0.85 x 1.05 a liquidation heals; below, the account is too far gone for any bonus.
            if (health > 0.8925e18) vm.assertGe(pool.healthFactor(alice), health, "healthier");
            if (health > 0.8925e18) vm.assertEq(pool.market(address(usdc)).deficitRay, 0);
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(bytes4(reason)), bytes32(ILendingPool.DustLeft.selector));
        }
        _assertBooks();
    }

    /// @dev A price within one block: what the pool acts on is the oracle's alone, so a balance moves nothing.
    function test_Audit07_BalancesAreNoPrice() public {
        _aliceOwes();
        uint256 health = pool.healthFactor(alice);
        vm.startPrank(bob);
        usdc.transfer(address(pool), 10_000_000e6);
        weth.transfer(address(pool), 5_000 ether);
        vm.assertEq(pool.healthFactor(alice), health);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NotLiquidatable.selector, health));
        pool.liquidate(alice, address(usdc), address(weth), 1e6, false, bob);
        vm.stopPrank();
    }

    /// @dev The treasury is not paid before the suppliers: whoever calls first must not decide whether reserves cover.
    function test_Audit15_ReservesCoverTheDeficitBeforeTheTreasuryGetsAny() public {
        _aliceOwes();
        vm.warp(block.timestamp + 2 * YEAR);
        oracle.setPrice(address(weth), 1_400e18);
        vm.prank(bob);
        pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, false, bob);
        ILendingPool.Market memory m = pool.market(address(usdc));
        vm.assertGt(m.deficitRay, m.reservesRay, "more was lost than kept");
        vm.assertGt(m.reservesRay, 0, "but something was kept");

        vm.prank(carol);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NothingToCollect.selector, address(usdc)));
        pool.collectReserves(address(usdc));
        pool.coverDeficitFromReserves(address(usdc));
        m = pool.market(address(usdc));
        vm.assertEq(m.reservesRay, 0);
        uint256 lost = Math.ceilDiv(m.deficitRay, RAY);

        // Below a unit is left over by the cover's rounding: nothing for the treasury yet.
        vm.prank(carol);
        pool.coverDeficit(address(usdc), lost);
        vm.assertEq(pool.market(address(usdc)).deficitRay, 0);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.NothingToCollect.selector, address(usdc)));
        pool.collectReserves(address(usdc));
        _assertBooks();
    }

    /// @dev Money that comes in raises the liquidity, and so lowers the rate, from now on and not for the time before.
    function test_Audit08_CoveringADeficitDoesNotReachBack() public {
        _aliceOwes();
        _pledge(carol, weth, 5_000 ether);
        oracle.setPrice(address(weth), 700e18);
        vm.prank(bob);
        pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, true, bob);
        uint256 liquidity = pool.liquidityOf(address(usdc));
        _borrow(carol, usdc, liquidity);
        vm.warp(block.timestamp + 30 days);
        uint256 owed = pool.debtOf(carol, address(usdc));
        vm.prank(bob);
        pool.coverDeficit(address(usdc), type(uint256).max);
        vm.assertEq(pool.debtOf(carol, address(usdc)), owed);
        _assertBooks();
    }

    /// @dev Why no asset whose price somebody can make the oracle refuse may be collateral beside others, or be borrowed:
    /// a unit of it keeps the whole account from liquidation. Listed as isolated and with a borrow cap of 0, it cannot.
    function test_Audit13_OneUnitOfAnAssetWithoutPriceShieldsAnAccount() public {
        _aliceOwes();
        _pledge(alice, wbtc, 1);
        oracle.setPrice(address(weth), 1_500e18);
        oracle.setPrice(address(wbtc), 0); // refused
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(MockPriceOracle.StalePrice.selector, address(wbtc)));
        pool.liquidate(alice, address(usdc), address(weth), 7_000e6, false, bob);
        vm.stopPrank();

        oracle.setPrice(address(wbtc), 50_000e18);
        ILendingPool.MarketParams memory p = params();
        (p.isolationDebtCeiling, p.borrowCap) = (1_000_000e18, 0);
        _set(wbtc, p);
        _pledge(carol, weth, 10 ether);
        _supply(carol, wbtc, 1);
        vm.startPrank(carol);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.IsolatedCollateralStandsAlone.selector, address(wbtc)));
        pool.enableCollateral(address(wbtc));
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.BorrowCapExceeded.selector, 1, 0));
        pool.borrow(address(wbtc), 1, carol);
        vm.stopPrank();
    }

    /// @dev Collateral taken in shares by the debtor itself is a repayment with detours: nothing is gained or lost.
    function test_Audit15_LiquidatingOneselfInSharesGainsNothing() public {
        _aliceOwes();
        oracle.setPrice(address(weth), 1_600e18);
        (uint256 held,) = pool.sharesOf(alice, address(weth));
        vm.prank(alice);
        ILendingPool.LiquidationQuote memory q =
            pool.liquidate(alice, address(usdc), address(weth), type(uint256).max, true, alice);
        (uint256 after_,) = pool.sharesOf(alice, address(weth));
        vm.assertEq(after_, held, "all came back");
        vm.assertEq(pool.debtOf(alice, address(usdc)), 14_000e6 - q.repaid);
        vm.assertEq(pool.market(address(usdc)).deficitRay, 0, "an account with collateral has no deficit");
        _assertBooks();
    }
}
