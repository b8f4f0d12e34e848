// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../src/governance/Treasury.sol";
import {IVaults} from "../../src/stablecoin/IVaults.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {VaultsFixture} from "./VaultsFixture.sol";

contract SettlementTest is VaultsFixture {
    function _settle() private {
        vm.prank(settler);
        vaults.settle();
    }

    function test_Audit15_SettlementPaysEverybody() public {
        uint256 a = _vault(alice, 10 ether, 15_000e18);
        uint256 b = _vault(bob, 4 ether, 6_000e18);
        vm.startPrank(carol);
        uint256 c = vaults.open(address(wbtc));
        vaults.deposit(c, 2e8);
        vaults.draw(c, 60_000e18, carol);
        vm.stopPrank();

        vm.prank(settler);
        vaults.settle();
        vm.snapshotGasLastCall("settlement", "settle");
        vaults.settleVault(a);
        vm.snapshotGasLastCall("settlement", "settleVault");
        vaults.settleVault(b);
        vaults.settleVault(c);
        vaults.openCashOut();
        vm.snapshotGasLastCall("settlement", "openCashOut");
        // 21,000 $ of WETH and 60,000 $ of WBTC for 81,000 qUSD.
        vm.assertEq(vaults.collateral(address(weth)).settlementPool, 7 ether);
        vm.assertEq(vaults.collateral(address(wbtc)).settlementPool, 1e8);

        vm.startPrank(alice);
        vaults.surrender(15_000e18);
        vm.snapshotGasLastCall("settlement", "surrender");
        uint256 wethOut = vaults.claim(address(weth), alice);
        vm.snapshotGasLastCall("settlement", "claim");
        uint256 wbtcOut = vaults.claim(address(wbtc), alice);
        vaults.withdraw(a, 5 ether, alice);
        vaults.close(a, alice);
        vm.stopPrank();
        vm.assertApproxEqAbs(wethOut * 3_000 + wbtcOut * 1e10 * 60_000, 15_000e18, 1e15, "a dollar each");
    }

    function test_Owners_take_the_excess_at_once() public {
        uint256 id = _vault(alice, 10 ether, 15_000e18);
        _settle();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaults.VaultNotSettled.selector, id));
        vaults.close(id, alice);
        vm.expectRevert(IVaults.SettlementHasStarted.selector);
        vaults.withdraw(id, 1, alice);
        vaults.settleVault(id);
        vaults.withdraw(id, 5 ether, alice);
        vm.stopPrank();
        vm.assertEq(vaults.vault(id).collateral, 0);
    }

    function test_A_shortfall_is_shared_by_holders_pro_rata() public {
        uint256 a = _vault(alice, 10 ether, 20_000e18);
        uint256 b = _vault(bob, 100 ether, 20_000e18);
        oracle.setPrice(address(weth), 1_000e18); // alice's covers half, bob's all
        _settle();
        vaults.settleVault(a);
        vaults.settleVault(b);
        vm.assertEq(vaults.shortfallRad(), 10_000e18 * RAY);
        vaults.openCashOut();
        vm.startPrank(bob);
        vaults.surrender(20_000e18);
        vm.assertEq(vaults.claim(address(weth), bob), 15 ether);
        vaults.close(b, bob);
        vm.stopPrank();
        vm.assertEq(weth.balanceOf(bob), 10_000 ether - 20 ether + 15 ether);
        vm.prank(alice);
        vaults.surrender(20_000e18);
        vm.prank(alice);
        vm.assertEq(vaults.claim(address(weth), alice), 15 ether);
        vm.assertEq(weth.balanceOf(address(vaults)), 0);
    }

    function test_Claims_in_parts_lose_nothing() public {
        uint256 a = _vault(alice, 10 ether, 9_999e18 + 7);
        _vault(bob, 10 ether, 3_333e18);
        _settle();
        vaults.settleVault(a);
        vaults.settleVault(a + 1);
        vaults.openCashOut();
        vm.startPrank(alice);
        for (uint256 i = 0; i < 7; i++) {
            vaults.surrender(1_000e18 + i);
            vaults.claim(address(weth), alice);
        }
        vaults.surrender(qusd.balanceOf(alice));
        vaults.claim(address(weth), alice);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.claim(address(weth), alice);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.surrender(0);
        vm.stopPrank();
        uint256 pool = vaults.collateral(address(weth)).settlementPool;
        vm.assertEq(vaults.claimed(alice, address(weth)), pool * (9_999e18 + 7) / vaults.settlementSupply());
    }

    function test_Surplus_beyond_shortfall_is_the_treasurys() public {
        uint256 a = _vault(alice, 10 ether, 15_000e18);
        vm.warp(block.timestamp + 365 days);
        _settle();
        uint256 debt = vaults.debtOf(a);
        vm.warp(block.timestamp + 365 days);
        vm.assertEq(vaults.debtOf(a), debt, "fees have stopped");
        vm.assertEq(vaults.accrue(address(weth)), vaults.currentRate(address(weth)), "for ever");
        vaults.settleVault(a);
        vaults.openCashOut();
        uint256 share = vaults.surrendered(address(vaults));
        vm.assertApproxEqAbs(share, 750e18, 1e12, "the fees");
        vm.assertApproxEqAbs(vaults.claimForTreasury(address(weth)), 0.25 ether, 1e9, "worth a dollar each");
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.claimForTreasury(address(weth));
    }

    /// @dev The suite's treasury is a contract that can only pay: what it is owed must reach it without a call of its
    /// own, and follow it where it moves.
    function test_Audit15_SurplusReachesATreasuryThatCannotCall() public {
        uint256 a = _vault(alice, 10 ether, 15_000e18);
        vm.warp(block.timestamp + 365 days);
        _settle();
        vaults.settleVault(a);
        vm.expectRevert(IVaults.CashOutNotOpen.selector);
        vaults.claimForTreasury(address(weth));
        vaults.openCashOut();

        Treasury moved = new Treasury(1 days, admin);
        vm.prank(admin);
        vaults.setTreasury(address(moved));
        vm.prank(carol);
        uint256 amount = vaults.claimForTreasury(address(weth));
        vm.assertApproxEqAbs(amount, 0.25 ether, 1e9, "the fees");
        vm.assertEq(weth.balanceOf(address(moved)), amount);
        vm.startPrank(alice);
        vaults.surrender(15_000e18);
        vaults.claim(address(weth), alice);
        vm.stopPrank();
        IVaults.Collateral memory c = vaults.collateral(address(weth));
        vm.assertLe(c.settlementPool - c.settlementPaid, 2, "all paid out but the rounding");
    }

    function test_A_vault_settles_with_no_less_than_it_owes() public {
        uint256 a = _vault(alice, 10 ether, 15_000e18);
        oracle.setPrice(address(weth), 3_001e18);
        _settle();
        vaults.settleVault(a);
        uint256 pool = vaults.collateral(address(weth)).settlementPool;
        vm.assertGe(pool * 3_001, 15_000e18, "covers the debt");
        vm.assertLt((pool - 1) * 3_001, 15_000e18, "to the unit");
    }

    function test_Surplus_pays_for_the_shortfall_before_the_treasury() public {
        uint256 a = _vault(alice, 10 ether, 20_000e18);
        uint256 b = _vault(bob, 100 ether, 20_000e18);
        vm.warp(block.timestamp + 365 days);
        oracle.setPrice(address(weth), 2_000e18); // alice owes 21,000 on 20,000
        _settle();
        vaults.settleVault(a);
        vaults.settleVault(b);
        vaults.openCashOut();
        vm.assertApproxEqAbs(vaults.surrendered(address(vaults)), 1_000e18, 1e13, "2,000 of fees less 1,000");
        vm.startPrank(bob);
        vaults.surrender(20_000e18);
        vm.assertApproxEqAbs(vaults.claim(address(weth), bob), 10 ether, 1e10, "holders have a dollar each");
        vm.stopPrank();
    }

    function test_A_silent_oracle_does_not_hold_up_settlement() public {
        uint256 a = _vault(alice, 10 ether, 15_000e18);
        oracle.setPrice(address(weth), 0);
        vm.expectRevert(IVaults.SettlementNotStarted.selector);
        vaults.freezePrice(address(weth));
        _settle();
        vm.expectRevert(abi.encodeWithSelector(IVaults.PriceNotFrozen.selector, address(weth)));
        vaults.settleVault(a);
        vm.expectRevert(abi.encodeWithSelector(MockPriceOracle.StalePrice.selector, address(weth)));
        vaults.freezePrice(address(weth));

        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(IVaults.OracleStillAnswers.selector, address(wbtc)));
        vaults.freezePriceByAdmin(address(wbtc), 1e18);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.freezePriceByAdmin(address(weth), 0);
        vaults.freezePriceByAdmin(address(weth), 2_000e18);
        vm.stopPrank();
        vaults.settleVault(a);
        vm.assertEq(vaults.collateral(address(weth)).settlementPool, 7.5 ether);
    }

    function test_An_oracle_that_wakes_up_freezes_its_price_once() public {
        oracle.setPrice(address(weth), 0);
        _settle();
        oracle.setPrice(address(weth), 2_900e18);
        vaults.freezePrice(address(weth));
        vm.assertEq(vaults.collateral(address(weth)).settlementPriceE18, 2_900e18);
        vm.expectRevert(abi.encodeWithSelector(IVaults.PriceAlreadyFrozen.selector, address(weth)));
        vaults.freezePrice(address(weth));
    }

    function test_Cash_out_waits_for_every_debt() public {
        uint256 a = _vault(alice, 10 ether, 15_000e18);
        vm.expectRevert(IVaults.SettlementNotStarted.selector);
        vaults.openCashOut();
        vm.expectRevert(IVaults.SettlementNotStarted.selector);
        vaults.settleVault(a);
        _settle();
        vm.expectRevert(abi.encodeWithSelector(IVaults.DebtNotSettled.selector, address(weth)));
        vaults.openCashOut();
        vm.expectRevert(IVaults.CashOutNotOpen.selector);
        vaults.surrender(1);
        vm.expectRevert(IVaults.CashOutNotOpen.selector);
        vaults.claim(address(weth), alice);
        vaults.settleVault(a);
        vm.expectRevert(IVaults.ZeroAmount.selector);
        vaults.settleVault(a);
        vaults.openCashOut();
        vm.expectRevert(IVaults.CashOutAlreadyOpen.selector);
        vaults.openCashOut();
    }

    function test_Everything_else_ends_with_settlement() public {
        uint256 id = _vault(alice, 10 ether, 15_000e18);
        _settle();
        bytes4 ended = IVaults.SettlementHasStarted.selector;
        vm.startPrank(alice);
        vm.expectRevert(ended);
        vaults.open(address(weth));
        vm.expectRevert(ended);
        vaults.deposit(id, 1);
        vm.expectRevert(ended);
        vaults.draw(id, 1, alice);
        vm.expectRevert(ended);
        vaults.repay(id, 1);
        vm.expectRevert(ended);
        vaults.liquidate(id, 1, alice);
        vm.expectRevert(ended);
        vaults.redeem(id, 1, 0, alice);
        vm.expectRevert(ended);
        vaults.distributeSurplus();
        vm.expectRevert(ended);
        vaults.recapitalise(1);
        vm.stopPrank();
        vm.prank(settler);
        vm.expectRevert(ended);
        vaults.settle();
        vm.startPrank(admin);
        vm.expectRevert(ended);
        vaults.listCollateral(address(qusd), params());
        vm.expectRevert(ended);
        vaults.setCollateralParams(address(weth), params());
        vm.stopPrank();
    }

    /// @dev A collateral that cannot be moved any more keeps nobody from the others.
    function test_Audit10_OneDeadTokenDoesNotBlockTheRest() public {
        ReentrantToken odd = new ReentrantToken();
        oracle.setPrice(address(odd), 1e18);
        vm.prank(admin);
        vaults.listCollateral(address(odd), params());
        odd.mint(alice, 30_000 ether);
        vm.startPrank(alice);
        odd.approve(address(vaults), type(uint256).max);
        uint256 id = vaults.open(address(odd));
        vaults.deposit(id, 30_000 ether);
        vaults.draw(id, 15_000e18, alice);
        vm.stopPrank();
        uint256 b = _vault(bob, 10 ether, 15_000e18);
        _settle();
        vaults.settleVault(id);
        vaults.settleVault(b);
        vaults.openCashOut();
        vm.mockCallRevert(address(odd), abi.encodeWithSelector(odd.transfer.selector), "dead");
        vm.startPrank(bob);
        vaults.surrender(15_000e18);
        vm.expectRevert();
        vaults.claim(address(odd), bob);
        vm.assertEq(vaults.claim(address(weth), bob), 2.5 ether);
        vm.stopPrank();
    }

    function testFuzz_Settlement_conserves_to_the_unit(uint256 priceE18, uint256 elapsed, uint256 part) public {
        uint256 a = _vault(alice, 10 ether, 20_000e18);
        uint256 b = _vault(bob, 100 ether, 77_777e18 + 7);
        vm.warp(block.timestamp + bound(elapsed, 0, 3_650 days));
        oracle.setPrice(address(weth), bound(priceE18, 1e18, 10_000e18));
        part = bound(part, 1, 20_000e18 - 1);
        _settle();
        vaults.settleVault(b);
        vaults.settleVault(a);
        vaults.openCashOut();
        vm.assertEq(qusd.totalSupply() + vaults.surrendered(address(vaults)), vaults.settlementSupply());
        vm.startPrank(alice);
        vaults.surrender(part);
        try vaults.claim(address(weth), alice) {} catch {} // may be worth no unit yet
        vaults.surrender(qusd.balanceOf(alice));
        vaults.claim(address(weth), alice);
        vaults.close(a, alice);
        vm.stopPrank();
        vm.startPrank(bob);
        vaults.surrender(qusd.balanceOf(bob));
        vaults.claim(address(weth), bob);
        vaults.close(b, bob);
        vm.stopPrank();
        if (vaults.surrendered(address(vaults)) != 0) {
            try vaults.claimForTreasury(address(weth)) {} catch {}
        }
        vm.assertEq(qusd.totalSupply(), 0);
        // One unit per claimant is all that rounding keeps.
        vm.assertLt(weth.balanceOf(address(vaults)), 3, "paid out");
    }
}
