// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFlashArbitrage} from "../../src/arbitrage/IFlashArbitrage.sol";
import {ILendingPool} from "../../src/lending/ILendingPool.sol";
import {InterestRateModel} from "../../src/lending/InterestRateModel.sol";
import {LendingPool} from "../../src/lending/LendingPool.sol";
import {ArbitrageFixture} from "../arbitrage/ArbitrageFixture.sol";
import {Plans} from "../arbitrage/Plans.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";

/// @notice The arbitrage takes the pool for one of Aave's.
contract FlashArbitrageLoanTest is ArbitrageFixture {
    LendingPool private _pool;

    function setUp() public override {
        super.setUp();
        _pool = new LendingPool(1 days, ADMIN, address(new MockPriceOracle()), TREASURY);
        ILendingPool.MarketParams memory p;
        p.supplyCap = type(uint128).max;
        p.flashLoans = true;
        InterestRateModel model = new InterestRateModel(0, 0, 0, 0.5e27);
        vm.startPrank(ADMIN);
        _pool.listMarket(address(usd), p, model);
        arbitrage.setVenue(address(_pool), IFlashArbitrage.Venue.AavePool);
        vm.stopPrank();
        usd.mint(address(this), 1_000_000e18);
        usd.approve(address(_pool), 1_000_000e18);
        _pool.supply(address(usd), 1_000_000e18, address(this));
    }

    function test_An_arbitrage_is_funded_by_the_pool() external {
        uint256 profit = run(
            cycle(
                IFlashArbitrage.Venue.AavePool,
                address(_pool),
                3_000e18,
                Plans.v2(address(at2985), address(coin), V2_FEE),
                Plans.v2(address(at3030), address(usd), V2_FEE)
            )
        );
        vm.assertEq(usd.balanceOf(TREASURY), 1 + profit);
        vm.assertEq(_pool.market(address(usd)).reservesRay, 1.5e18 * 1e27);
        vm.assertEq(usd.balanceOf(address(_pool)), 1_000_001.5e18);
        vm.assertEq(usd.allowance(address(arbitrage), address(_pool)), 0);
        assertNothingStays();
    }
}
