// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IInterestRateModel} from "../../src/lending/IInterestRateModel.sol";
import {InterestRateModel} from "../../src/lending/InterestRateModel.sol";
import {Base} from "../Base.sol";

contract InterestRateModelTest is Base {
    uint256 private constant RAY = 1e27;
    uint256 private constant BASE_RATE = 100;
    uint256 private constant SLOPE1 = 4_000;
    uint256 private constant SLOPE2 = 90_000;

    InterestRateModel private _model = new InterestRateModel(BASE_RATE, SLOPE1, SLOPE2, 0.8e27);

    function test_Rate_at_rest_at_the_kink_and_at_the_top() public view {
        vm.assertEq(_model.ratePerSecond(0, 0), BASE_RATE);
        vm.assertEq(_model.ratePerSecond(1e18, 0), BASE_RATE);
        vm.assertEq(_model.ratePerSecond(0.6e18, 0.4e18), BASE_RATE + SLOPE1 / 2);
        vm.assertEq(_model.ratePerSecond(0.2e18, 0.8e18), BASE_RATE + SLOPE1);
        vm.assertEq(_model.ratePerSecond(0.1e18, 0.9e18), BASE_RATE + SLOPE1 + SLOPE2 / 2);
        vm.assertEq(_model.ratePerSecond(0, 1), BASE_RATE + SLOPE1 + SLOPE2);
    }

    function testFuzz_Rate_never_falls_with_utilisation(uint256 liquidity, uint256 debt, uint256 more) public view {
        liquidity = bound(liquidity, 1, 1e36);
        debt = bound(debt, 0, 1e36);
        more = bound(more, 0, liquidity);
        uint256 rate = _model.ratePerSecond(liquidity, debt);
        vm.assertGe(_model.ratePerSecond(liquidity - more, debt + more), rate, "monotone");
        vm.assertLe(rate, BASE_RATE + SLOPE1 + SLOPE2, "bounded");
    }

    function test_Models_out_of_bounds_are_refused() public {
        uint256 most = _model.RATE_MAX();
        bytes4 invalid = IInterestRateModel.InvalidModel.selector;
        vm.expectRevert(invalid);
        new InterestRateModel(0, 0, 0, 0);
        vm.expectRevert(invalid);
        new InterestRateModel(0, 0, 0, RAY);
        vm.expectRevert(invalid);
        new InterestRateModel(most + 1, 0, 0, 1);
        vm.expectRevert(invalid);
        new InterestRateModel(0, most + 1, 0, 1);
        vm.expectRevert(invalid);
        new InterestRateModel(0, 0, type(uint256).max, 1);
        vm.expectRevert(invalid);
        new InterestRateModel(1, most, 0, 1);
        new InterestRateModel(most, 0, 0, 1);
    }
}
