// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {RayMath} from "../../src/libraries/RayMath.sol";
import {IVaults} from "../../src/stablecoin/IVaults.sol";
import {Vaults} from "../../src/stablecoin/Vaults.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {VaultsFixture} from "./VaultsFixture.sol";

contract VaultsTest is VaultsFixture {
    function test_Lifecycle_of_a_vault() public {
        vm.startPrank(alice);
        uint256 id = vaults.open(address(weth));
        vm.snapshotGasLastCall("vaults", "open");
        vaults.deposit(id, 10 ether);
        vm.snapshotGasLastCall("vaults", "deposit");
        vaults.draw(id, 15_000e18, bob);
        vm.snapshotGasLastCall("vaults", "draw");
        vm.assertEq(qusd.balanceOf(bob), 15_000e18);
        vm.assertEq(vaults.debtOf(id), 15_000e18);
        vm.assertEq(vaults.ratioBpsOf(id), 20_000);
        vaults.withdraw(id, 2 ether, carol);
        vm.snapshotGasLastCall("vaults", "withdraw");
        vm.assertEq(weth.balanceOf(carol), 10_002 ether);
        vm.stopPrank();

        vm.prank(bob);
        vaults.repay(id, 5_000e18);
        vm.snapshotGasLastCall("vaults", "repay");
        vm.assertEq(vaults.debtOf(id), 10_000e18);

        vm.prank(bob);
        qusd.transfer(alice, 10_000e18);
        vm.prank(alice);
        vaults.close(id, alice);
        vm.snapshotGasLastCall("vaults", "close");
        vm.assertEq(weth.balanceOf(alice), 9_998 ether);
        vm.assertEq(qusd.totalSupply(), 0);
        vm.assertEq(vaults.vault(id).owner, address(0));
        _assertBooks();
    }

    function test_Close_without_debt_or_collateral() public {
        vm.startPrank(alice);
        uint256 id = vaults.open(address(weth));
        vaults.close(id, alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.NoSuchVault.selector, id));
        vaults.deposit(id, 1);
        vm.stopPrank();
    }

    function test_A_vault_without_debt_has_the_highest_ratio() public {
        uint256 id = _vault(alice, 1 ether, 0);
        vm.assertEq(vaults.ratioBpsOf(id), type(uint256).max);
    }

    function test_Collateral_of_8_decimals_is_worth_as_much() public {
        vm.startPrank(alice);
        uint256 id = vaults.open(address(wbtc));
        vaults.deposit(id, 1e8);
        vm.expectPartialRevert(IVaults.RatioTooLow.selector);
        vaults.draw(id, 40_000e18 + 1, alice);
        vaults.draw(id, 40_000e18, alice);
        vm.stopPrank();
        vm.assertEq(vaults.ratioBpsOf(id), 15_000);
    }

    function test_Draw_and_withdraw_keep_the_minimum_ratio() public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.RatioTooLow.selector, 30_000e18, 20_000e18 + 1, 15_000));
        vaults.draw(id, 1, alice);
        vm.expectPartialRevert(IVaults.RatioTooLow.selector);
        vaults.withdraw(id, 1, alice);
        vm.stopPrank();
    }

    function test_Zero_amounts_are_refused() public {
        uint256 id = _vault(alice, 10 ether, 0);
        vm.startPrank(alice);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.deposit(id, 0);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.withdraw(id, 0, alice);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.draw(id, 0, alice);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.repay(id, 1);
        vm.stopPrank();
    }

    function test_Debt_is_none_or_at_least_the_minimum() public {
        uint256 id = _vault(alice, 10 ether, 0);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.DebtBelowMinimum.selector, 999e18, 1_000e18));
        vaults.draw(id, 999e18, alice);
        vaults.draw(id, 2_000e18, alice);
        vm.expectPartialRevert(IVaults.DebtBelowMinimum.selector);
        vaults.repay(id, 1_001e18);
        vaults.repay(id, 2_000e18);
        vm.stopPrank();
        vm.assertEq(vaults.debtOf(id), 0);
    }

    function test_Ceilings_bound_draws() public {
        IVaults.CollateralParams memory p = params();
        p.debtCeiling = 10_000e18;
        vm.startPrank(admin);
        vaults.setCollateralParams(address(weth), p);
        vaults.setGlobalDebtCeiling(12_000e18);
        vm.stopPrank();
        uint256 id = _vault(alice, 100 ether, 10_000e18);
        vm.prank(alice);
        vm.expectPartialRevert(IVaults.DebtCeilingExceeded.selector);
        vaults.draw(id, 1, alice);

        vm.startPrank(bob);
        uint256 other = vaults.open(address(wbtc));
        vaults.deposit(other, 10e8);
        vm.expectPartialRevert(IVaults.DebtCeilingExceeded.selector);
        vaults.draw(other, 2_000e18 + 1, bob);
        vaults.draw(other, 2_000e18, bob);
        vm.stopPrank();
    }

    function test_The_fee_compounds_by_the_second() public {
        uint256 id = _vault(alice, 10 ether, 10_000e18);
        vm.warp(block.timestamp + 365 days);
        // 5 % a year, to a billionth.
        vm.assertApproxEqAbs(vaults.debtOf(id), 10_500e18, 1e12, "debt after a year");
        uint256 expected = vaults.currentRate(address(weth));
        vm.assertEq(vaults.accrue(address(weth)), expected);
        vm.assertEq(vaults.accrue(address(weth)), expected);
        _assertBooks();
    }

    function test_An_index_left_alone_for_an_age_neither_overflows_nor_locks_repayment() public {
        IVaults.CollateralParams memory p = params();
        p.feeFactor = uint96(vaults.FEE_FACTOR_MAX());
        vm.prank(admin);
        vaults.setCollateralParams(address(weth), p);
        uint256 id = _vault(alice, 10 ether, 10_000e18);
        vm.warp(block.timestamp + 1_000 * 365 days);
        vm.assertApproxEqAbs(vaults.debtOf(id), 20_000e18, 1e15, "a year at most");
        vm.prank(alice);
        vaults.repay(id, 9_000e18);
        _assertBooks();
    }

    function test_Surplus_beyond_the_buffer_is_minted_to_the_treasury() public {
        _vault(alice, 10 ether, 10_000e18);
        vm.warp(block.timestamp + 365 days);
        vaults.accrue(address(weth));
        vm.prank(admin);
        vaults.setSurplusBuffer(200e18);
        uint256 amount = vaults.distributeSurplus();
        vm.assertEq(qusd.balanceOf(treasury), amount);
        vm.assertApproxEqAbs(amount, 300e18, 1e12, "fee less buffer");
        vm.assertTrue(vaults.surplusRad() >= int256(200e18 * RAY), "the buffer stays");
        vm.expectRevert(IVaults.NothingToDistribute.selector);
        vaults.distributeSurplus();
        _assertBooks();
    }

    function testFuzz_Rounding_never_favours_the_user(uint256 elapsed, uint256 amount, uint256 payment) public {
        elapsed = bound(elapsed, 1, 3_650 days);
        amount = bound(amount, 1_000e18, 10_000e18);
        uint256 anchor = _vault(bob, 100 ether, 50_000e18);
        vm.warp(block.timestamp + elapsed);
        uint256 id = _vault(alice, 10 ether, amount);
        vm.assertGe(vaults.debtOf(id), amount, "debt covers what was drawn");
        payment = bound(payment, 1, amount);
        if (amount - payment < 1_001e18) payment = type(uint256).max;
        uint256 before = vaults.debtOf(id);
        vm.prank(bob);
        qusd.transfer(alice, 1e18); // the roundings of a debt repaid in full
        vm.prank(alice);
        uint256 repaid = vaults.repay(id, payment);
        vm.assertGe(vaults.debtOf(id) + repaid, before, "no debt falls by more than was paid");
        vm.assertGe(vaults.debtOf(anchor), 50_000e18, "others' debt stays");
        _assertBooks();
    }

    /// @dev Many draws and payments of few units, at a rate that makes every step round.
    function testFuzz_Audit08_RoundingInManySmallSteps(uint256 seed) public {
        uint256 id = _vault(alice, 100 ether, 10_000e18);
        vm.warp(block.timestamp + 777 days + seed % 1_000);
        uint256 debt = vaults.debtOf(id);
        uint256 balance = qusd.balanceOf(alice);
        vm.startPrank(alice);
        for (uint256 i = 0; i < 20; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            vaults.draw(id, seed % 97 + 1, alice);
            vaults.repay(id, (seed >> 8) % 97 + 1);
        }
        vm.stopPrank();
        vm.assertLe(qusd.balanceOf(alice) + debt, balance + vaults.debtOf(id), "no qUSD without debt");
        _assertBooks();
    }

    /// @dev What the vaults act on is the oracle's price alone, whatever balances a block's flash loan moves.
    function test_Audit07_BalancesAreNoPrice() public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        weth.mint(address(vaults), 1_000_000 ether);
        weth.burn(bob, 10_000 ether);
        vm.assertEq(vaults.ratioBpsOf(id), 15_000);
        vm.prank(alice);
        vm.expectPartialRevert(IVaults.RatioTooLow.selector);
        vaults.draw(id, 1e18, alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotLiquidatable.selector, id));
        vaults.liquidate(id, 1e18, bob);
    }

    // ---- liquidation

    function test_Liquidation_restores_the_target_ratio_and_pays_the_bonus() public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        _vault(bob, 100 ether, 50_000e18);
        oracle.setPrice(address(weth), 2_500e18); // 125 %
        IVaults.LiquidationQuote memory q = vaults.quoteLiquidation(id, type(uint256).max);
        vm.prank(bob);
        vaults.liquidate(id, type(uint256).max, carol);
        vm.snapshotGasLastCall("vaults", "liquidate");
        // (20,000 * 1.6 - 25,000) / (1.6 - 1.1) = 14,000
        vm.assertEq(q.repaid, 14_000e18);
        vm.assertEq(q.seized, 6.16 ether);
        vm.assertFalse(q.writesOff, "all can be paid");
        vm.assertEq(weth.balanceOf(carol), 10_006.16 ether);
        vm.assertEq(vaults.ratioBpsOf(id), 16_000);
        _assertBooks();
    }

    function test_Liquidation_in_parts() public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        _vault(bob, 100 ether, 50_000e18);
        oracle.setPrice(address(weth), 2_500e18);
        vm.startPrank(bob);
        vaults.liquidate(id, 3_000e18, bob);
        vm.assertEq(vaults.debtOf(id), 17_000e18);
        vm.assertEq(vaults.vault(id).collateral, 10 ether - 1.32 ether);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.liquidate(id, 0, bob);
        vm.stopPrank();
    }

    function test_A_safe_vault_is_not_liquidated() public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        uint256 empty = _vault(alice, 1 ether, 0);
        oracle.setPrice(address(weth), 2_600e18); // 130 %, the liquidation ratio itself
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotLiquidatable.selector, id));
        vaults.liquidate(id, 1e18, bob);
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotLiquidatable.selector, empty));
        vaults.liquidate(empty, 1e18, bob);
    }

    function test_A_small_vault_is_liquidated_whole() public {
        uint256 id = _vault(alice, 1 ether, 2_000e18);
        _vault(bob, 100 ether, 50_000e18);
        oracle.setPrice(address(weth), 2_500e18);
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(IVaults.DebtBelowMinimum.selector, 500e18, 1_000e18));
        vaults.liquidate(id, 1_500e18, bob);
        vaults.liquidate(id, type(uint256).max, bob);
        vm.stopPrank();
        vm.assertEq(vaults.debtOf(id), 0);
        vm.assertEq(vaults.vault(id).collateral, 1 ether - 0.88 ether);
    }

    function test_Bad_debt_is_booked_and_recapitalised() public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        _vault(bob, 100 ether, 50_000e18);
        oracle.setPrice(address(weth), 1_100e18); // 55 %
        vm.prank(bob);
        vaults.liquidate(id, type(uint256).max, bob);
        vm.assertEq(vaults.vault(id).collateral, 0);
        vm.assertEq(vaults.debtOf(id), 0);
        vm.assertEq(vaults.deficit(), 10_000e18);
        _assertBooks();
        vm.expectRevert(IVaults.NothingToDistribute.selector);
        vaults.distributeSurplus();

        vm.startPrank(bob);
        vm.assertEq(vaults.recapitalise(4_000e18), 4_000e18);
        vm.assertEq(vaults.recapitalise(40_000e18), 6_000e18);
        vm.expectRevert(IVaults.NoDeficit.selector);
        vaults.recapitalise(1);
        vm.stopPrank();
        vm.assertEq(vaults.deficit(), 0);
        _assertBooks();
    }

    function test_Fees_cover_bad_debt_before_the_treasury_gets_any() public {
        _vault(bob, 1_000 ether, 400_000e18);
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        vm.warp(block.timestamp + 365 days);
        oracle.setPrice(address(weth), 1_100e18);
        vm.prank(bob);
        vaults.liquidate(id, type(uint256).max, bob);
        // 20,000 + 1,000 of fees, less 11,000 worth / 1.1
        vm.assertApproxEqAbs(uint256(vaults.surplusRad()) / RAY, 21_000e18 - 11_000e18, 1e13, "surplus");
        vm.assertEq(vaults.deficit(), 0);
        _assertBooks();
    }

    function test_An_insolvent_vault_is_liquidated_in_parts_too() public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        _vault(bob, 100 ether, 50_000e18);
        oracle.setPrice(address(weth), 1_100e18);
        vm.startPrank(bob);
        vaults.liquidate(id, 9_999e18, bob);
        vm.assertGt(vaults.debtOf(id), 10_000e18, "still owed");
        vaults.liquidate(id, type(uint256).max, bob);
        vm.stopPrank();
        vm.assertEq(vaults.vault(id).collateral, 0);
        vm.assertApproxEqAbs(vaults.deficit(), 10_000e18, 10, "the same loss as in one");
        _assertBooks();
    }

    function test_Worthless_collateral_is_written_off_without_payment() public {
        uint256 id = _vault(alice, 1, 0);
        vm.startPrank(alice);
        uint256 dear = vaults.open(address(weth));
        oracle.setPrice(address(weth), 1e30 * 1e18);
        vaults.deposit(dear, 1e6);
        vaults.draw(dear, 1_000e18, alice);
        vm.stopPrank();
        oracle.setPrice(address(weth), 1);
        vaults.liquidate(dear, 0, bob);
        vm.assertEq(vaults.deficit(), 1_000e18);
        vm.assertEq(vaults.vault(id).collateral, 1);
        _assertBooks();
    }

    function testFuzz_Liquidation_never_pays_more_than_the_bonus(uint256 priceE18, uint256 part) public {
        uint256 id = _vault(alice, 10 ether, 20_000e18);
        _vault(bob, 100 ether, 50_000e18);
        priceE18 = bound(priceE18, 100e18, 2_599e18);
        oracle.setPrice(address(weth), priceE18);
        uint256 ratio = vaults.ratioBpsOf(id);
        part = bound(part, 1, 19_000e18);
        vm.prank(bob);
        IVaults.LiquidationQuote memory q = vaults.liquidate(id, part, bob);
        vm.assertLe(q.seized * priceE18 / 1e18 * 10_000, q.repaid * 11_000, "par and bonus at most");
        if (ratio > 11_000 && vaults.debtOf(id) != 0) vm.assertGe(vaults.ratioBpsOf(id), ratio, "healthier");
        if (ratio > 11_000) vm.assertEq(vaults.deficit(), 0);
        _assertBooks();
    }

    // ---- redemption

    function test_Redemption_takes_collateral_at_par_less_the_fee() public {
        uint256 id = _vault(alice, 10 ether, 18_000e18);
        vm.prank(alice);
        qusd.transfer(bob, 9_000e18);
        vm.prank(bob);
        (uint256 repaid, uint256 out) = vaults.redeem(id, 9_000e18, 2.97 ether, bob);
        vm.snapshotGasLastCall("vaults", "redeem");
        vm.assertEq(repaid, 9_000e18);
        vm.assertEq(out, 2.97 ether);
        vm.assertEq(vaults.debtOf(id), 9_000e18);
        _assertBooks();
    }

    function test_Redemption_leaves_no_debt_or_the_minimum() public {
        uint256 id = _vault(alice, 10 ether, 18_000e18);
        _vault(bob, 100 ether, 50_000e18);
        vm.startPrank(bob);
        (uint256 repaid,) = vaults.redeem(id, 17_500e18, 0, bob);
        vm.assertEq(repaid, 17_000e18);
        vm.stopPrank();
        // The vault is far above the band by now; a price brings it back.
        oracle.setPrice(address(weth), 400e18);
        vm.startPrank(bob);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.redeem(id, 1e18, 0, bob);
        (repaid,) = vaults.redeem(id, 1_000e18, 0, bob);
        vm.stopPrank();
        vm.assertEq(repaid, 1_000e18);
        vm.assertEq(vaults.debtOf(id), 0);
    }

    function test_Redemption_spares_vaults_above_the_band_below_par_and_without_debt() public {
        uint256 safe = _vault(alice, 10 ether, 15_000e18); // 200 %, the edge of the band
        uint256 empty = _vault(alice, 1 ether, 0);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotRedeemable.selector, safe));
        vaults.redeem(safe, 1_000e18, 0, alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotRedeemable.selector, empty));
        vaults.redeem(empty, 1_000e18, 0, alice);
        oracle.setPrice(address(weth), 1_499e18);
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotRedeemable.selector, safe));
        vaults.redeem(safe, 1_000e18, 0, alice);
        vm.stopPrank();
    }

    function test_Redemption_of_all_by_an_exact_fit() public {
        uint256 id = _vault(alice, 10 ether, 18_000e18);
        vm.prank(alice);
        (uint256 repaid,) = vaults.redeem(id, type(uint256).max, 0, alice);
        vm.assertEq(repaid, 18_000e18);
        vm.assertEq(qusd.totalSupply(), 0);
    }

    function test_Redemption_keeps_its_price_promise() public {
        uint256 id = _vault(alice, 10 ether, 18_000e18);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.TooLittleOut.selector, 0.33 ether, 0.33 ether + 1));
        vaults.redeem(id, 1_000e18, 0.33 ether + 1, alice);
    }

    /// @dev The oracle lags by less than the fee: a redeemer who sees the next price gains nothing from the vault.
    function testFuzz_Audit02_RedemptionAheadOfTheOracle(uint256 lagBps) public {
        lagBps = bound(lagBps, 0, 99);
        uint256 id = _vault(alice, 10 ether, 18_000e18);
        vm.prank(alice);
        (uint256 repaid, uint256 out) = vaults.redeem(id, 9_000e18, 0, alice);
        uint256 nextPrice = ETH_PRICE * (10_000 + lagBps) / 10_000;
        vm.assertLe(out * nextPrice / 1e18, repaid, "worth no more than was paid");
    }

    // ---- configuration

    function test_Invalid_parameters_are_refused() public {
        IVaults.CollateralParams[11] memory bad;
        for (uint256 i = 0; i < bad.length; i++) {
            bad[i] = params();
        }
        bad[0].feeFactor = uint96(RAY - 1);
        bad[1].feeFactor = uint96(vaults.FEE_FACTOR_MAX() + 1);
        bad[2].ratioMinBps = bad[2].liquidationRatioBps;
        bad[3].targetRatioBps = bad[3].liquidationRatioBps - 1;
        bad[4].liquidationRatioBps = 11_000;
        bad[5].redemptionRatioBps = 9_999;
        bad[6].liquidationBonusBps = 2_001;
        bad[7].redemptionFeeBps = 49;
        bad[8].redemptionFeeBps = 501;
        bad[9].debtMin = 0;
        bad[10].liquidationRatioBps = 15_000;
        for (uint256 i = 0; i < bad.length; i++) {
            vm.prank(admin);
            vm.expectRevert(IVaults.InvalidParams.selector);
            vaults.setCollateralParams(address(weth), bad[i]);
        }
    }

    function test_Unsuitable_collateral_is_refused() public {
        address fine = address(new MockToken("24", 24));
        address coin = address(qusd);
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(IVaults.AlreadyListed.selector, address(weth)));
        vaults.listCollateral(address(weth), params());
        vm.expectRevert(abi.encodeWithSelector(IVaults.UnsuitableToken.selector, fine));
        vaults.listCollateral(fine, params());
        vm.expectRevert(abi.encodeWithSelector(IVaults.UnsuitableToken.selector, coin));
        vaults.listCollateral(coin, params());
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotListed.selector, fine));
        vaults.setCollateralParams(fine, params());
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IVaults.NotListed.selector, fine));
        vaults.open(fine);
    }

    function test_Audit10_CollateralsAreBounded() public {
        uint256 most = vaults.COLLATERALS_MAX();
        for (uint256 i = 2; i < most; i++) {
            address token = address(new MockToken("T", 18));
            vm.prank(admin);
            vaults.listCollateral(token, params());
        }
        address last = address(new MockToken("T", 18));
        vm.prank(admin);
        vm.expectRevert(IVaults.TooManyCollaterals.selector);
        vaults.listCollateral(last, params());
        vm.assertEq(vaults.collateralTokens().length, most);
    }

    function test_Oracle_and_treasury_are_set_and_never_zero() public {
        MockPriceOracle other = new MockPriceOracle();
        vm.startPrank(admin);
        vaults.setOracle(address(other));
        vaults.setTreasury(carol);
        vm.assertEq(address(vaults.oracle()), address(other));
        vm.assertEq(vaults.treasury(), carol);
        vm.expectRevert(IVaults.ZeroAddress.selector);
        vaults.setOracle(address(0));
        vm.expectRevert(IVaults.ZeroAddress.selector);
        vaults.setTreasury(address(0));
        vm.stopPrank();
        vm.expectRevert(IVaults.ZeroAddress.selector);
        new Vaults(1 days, admin, address(0), treasury);
    }

    function test_A_change_of_the_fee_does_not_reach_back() public {
        uint256 id = _vault(alice, 10 ether, 10_000e18);
        vm.warp(block.timestamp + 365 days);
        uint256 debt = vaults.debtOf(id);
        IVaults.CollateralParams memory p = params();
        p.feeFactor = uint96(vaults.FEE_FACTOR_MAX());
        vm.prank(admin);
        vaults.setCollateralParams(address(weth), p);
        vm.assertEq(vaults.debtOf(id), debt);
    }

    function testFuzz_Pow_never_falls_and_is_bounded(uint256 factor, uint256 seconds_) public pure {
        factor = bound(factor, RAY, 1_000_000_021_979_553_151_239_153_027);
        seconds_ = bound(seconds_, 0, 365 days - 1);
        uint256 now_ = RayMath.pow(factor, seconds_);
        vm.assertGe(now_, RAY, "no less than one");
        vm.assertLe(now_, 2 * RAY + 1e12, "no more than two in a year");
        vm.assertApproxEqAbs(RayMath.pow(factor, seconds_ + 1), now_ * factor / RAY, 1e12, "step");
    }

    // ---- pause matrix

    function test_Pause_matrix() public {
        uint256 id = _vault(alice, 10 ether, 18_000e18);
        uint256 free = _vault(alice, 10 ether, 0);
        vm.warp(block.timestamp + 1 days);
        vm.prank(guardian);
        vaults.pause();
        vm.assertTrue(vaults.paused());
        bytes4 stopped = Pausable.EnforcedPause.selector;

        vm.startPrank(alice);
        vm.expectRevert(stopped);
        vaults.open(address(weth));
        vm.expectRevert(stopped);
        vaults.draw(id, 1e18, alice);
        vm.expectRevert(stopped);
        vaults.withdraw(id, 1, alice);
        vm.expectRevert(stopped);
        vaults.liquidate(id, 1e18, alice);
        vm.expectRevert(stopped);
        vaults.redeem(id, 1e18, 0, alice);

        vaults.deposit(id, 1);
        vaults.repay(id, 1e18);
        vaults.withdraw(free, 1, alice);
        vaults.close(free, alice);
        vaults.accrue(address(weth));
        vaults.distributeSurplus();
        vm.stopPrank();

        oracle.setPrice(address(weth), 1_000e18);
        vm.prank(admin);
        vaults.unpause();
        vm.startPrank(alice);
        vaults.liquidate(id, type(uint256).max, alice);
        vm.stopPrank();
        vm.prank(guardian);
        vaults.pause();
        vm.prank(alice);
        vaults.recapitalise(1e18);
        vm.prank(settler);
        vaults.settle();
        vaults.openCashOut();
        vm.prank(alice);
        vaults.surrender(1);
    }

    function test_Audit13_SilentOracle() public {
        uint256 id = _vault(alice, 10 ether, 18_000e18);
        uint256 free = _vault(alice, 10 ether, 0);
        oracle.setPrice(address(weth), 0);
        bytes memory stale = abi.encodeWithSelector(MockPriceOracle.StalePrice.selector, address(weth));
        vm.startPrank(alice);
        vm.expectRevert(stale);
        vaults.draw(id, 1e18, alice);
        vm.expectRevert(stale);
        vaults.withdraw(id, 1, alice);
        vm.expectRevert(stale);
        vaults.liquidate(id, 1e18, alice);
        vm.expectRevert(stale);
        vaults.redeem(id, 1e18, 0, alice);
        vm.expectRevert(stale);
        vaults.ratioBpsOf(id);

        vaults.deposit(id, 1 ether);
        vaults.repay(id, 5_000e18);
        vaults.withdraw(free, 1 ether, alice);
        vaults.close(id, alice);
        vm.stopPrank();
        vm.assertEq(qusd.totalSupply(), 0);
    }
}
