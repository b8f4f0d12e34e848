// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILendingPool} from "../../src/lending/ILendingPool.sol";
import {InterestRateModel} from "../../src/lending/InterestRateModel.sol";
import {LendingPool} from "../../src/lending/LendingPool.sol";
import {Base} from "../Base.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {MockToken} from "../mocks/MockToken.sol";

/// @notice A pool with WETH (18 decimals), USDC (6, borrowable in isolation) and WBTC (8), and three people who hold
/// them.
abstract contract LendingFixture is Base {
    uint256 internal constant RAY = 1e27;
    uint256 internal constant YEAR = 365 days;

    address internal admin = address(0xAD);
    address internal guardian = address(0x60A8D);
    address internal treasury = address(0x72EA);
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);
    address internal carol = address(0xCA801);

    MockPriceOracle internal oracle;
    InterestRateModel internal model;
    MockToken internal weth;
    MockToken internal usdc;
    MockToken internal wbtc;
    LendingPool internal pool;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        oracle = new MockPriceOracle();
        // 1 % at rest, 5 % at the kink of 80 %, 105 % when all is borrowed.
        model = new InterestRateModel(RAY / 100 / YEAR, RAY / 25 / YEAR, RAY / YEAR, 0.8e27);
        pool = new LendingPool(1 days, admin, address(oracle), treasury);
        weth = new MockToken("WETH", 18);
        usdc = new MockToken("USDC", 6);
        wbtc = new MockToken("WBTC", 8);
        vm.startPrank(admin);
        pool.grantRole(pool.PAUSER_ROLE(), guardian);
        vm.stopPrank();
        _list(weth, 2_000e18, false);
        _list(usdc, 1e18, true);
        _list(wbtc, 50_000e18, false);
        _fund(alice);
        _fund(bob);
        _fund(carol);
    }

    function params() internal pure returns (ILendingPool.MarketParams memory) {
        return ILendingPool.MarketParams({
            supplyCap: type(uint128).max,
            borrowCap: type(uint128).max,
            isolationDebtCeiling: 0,
            ltvBps: 8_000,
            liquidationThresholdBps: 8_500,
            liquidationBonusBps: 500,
            reserveFactorBps: 1_000,
            borrowableInIsolation: false,
            flashLoans: true
        });
    }

    function _list(MockToken token, uint256 priceE18, bool inIsolation) internal {
        ILendingPool.MarketParams memory p = params();
        p.borrowableInIsolation = inIsolation;
        oracle.setPrice(address(token), priceE18);
        vm.prank(admin);
        pool.listMarket(address(token), p, model);
    }

    function _set(MockToken token, ILendingPool.MarketParams memory p) internal {
        vm.prank(admin);
        pool.setMarketParams(address(token), p, model);
    }

    function _fund(address who) internal {
        weth.mint(who, 10_000 ether);
        usdc.mint(who, 50_000_000e6);
        wbtc.mint(who, 1_000e8);
        vm.startPrank(who);
        weth.approve(address(pool), type(uint256).max);
        usdc.approve(address(pool), type(uint256).max);
        wbtc.approve(address(pool), type(uint256).max);
        vm.stopPrank();
    }

    function _supply(address who, MockToken token, uint256 amount) internal {
        vm.prank(who);
        pool.supply(address(token), amount, who);
    }

    /// @dev Supplies as collateral.
    function _pledge(address who, MockToken token, uint256 amount) internal {
        _supply(who, token, amount);
        vm.prank(who);
        pool.enableCollateral(address(token));
    }

    function _borrow(address who, MockToken token, uint256 amount) internal {
        vm.prank(who);
        pool.borrow(address(token), amount, who);
    }

    /// @dev Bob lends dollars; alice owes 14,000 of them on 10 WETH worth 20,000 (health 1.21).
    function _aliceOwes() internal {
        _supply(bob, usdc, 1_000_000e6);
        _pledge(alice, weth, 10 ether);
        _borrow(alice, usdc, 14_000e6);
    }

    /// @dev The equation of a market's books, to the ray.
    function _assertBooks() internal view {
        address[] memory assets = pool.assets();
        for (uint256 i = 0; i < assets.length; i++) {
            ILendingPool.Market memory m = pool.market(assets[i]);
            vm.assertEq(
                m.cash * RAY + m.debtShares * m.borrowIndex + m.deficitRay,
                m.supplyShares * m.supplyIndex + m.reservesRay,
                "cash + debt + deficit = supply + reserves"
            );
        }
    }
}
