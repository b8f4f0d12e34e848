// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPausable} from "../../src/guardian/IPausable.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {SuiteDeployment} from "../SuiteDeployment.sol";

/// @notice What takes several contracts of the suite, deployed as it is deployed.
contract SuiteFlowTest is SuiteDeployment {
    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);

    function setUp() public {
        vm.warp(1_800_000_000);
        deploySuite();
        vm.startPrank(address(timelock));
        treasury.spend(address(flare), ALICE, 50_000_000e18);
        treasury.spend(address(flare), BOB, 1_000_000e18);
        vm.stopPrank();
        vm.prank(ALICE);
        flare.delegate(ALICE);
        vm.warp(block.timestamp + 1);
    }

    function test_The_safe_stops_everything_and_only_a_proposal_lets_it_go_on() public {
        execBySafe(safe, address(guardian), abi.encodeCall(guardian.declareEmergency, ("prices disagree", 42)));
        address[] memory stopped = pausables();
        for (uint256 i = 0; i < stopped.length; i++) {
            vm.assertTrue(IPausable(stopped[i]).paused());
        }
        address[] memory targets = new address[](stopped.length + 1);
        bytes[] memory calls = new bytes[](stopped.length + 1);
        for (uint256 i = 0; i < stopped.length; i++) {
            targets[i] = stopped[i];
            calls[i] = abi.encodeCall(IPausable.unpause, ());
        }
        targets[stopped.length] = address(guardian);
        calls[stopped.length] = abi.encodeCall(guardian.endEmergency, (43));
        uint256 began = block.timestamp;
        passAndExecute(targets, calls);
        for (uint256 i = 0; i < stopped.length; i++) {
            vm.assertFalse(IPausable(stopped[i]).paused());
        }
        vm.assertFalse(guardian.emergency().active);
        vm.assertLe(block.timestamp - began, 8 days + 1 hours, "eight days");
    }

    function test_The_tax_of_trades_reaches_stakers_and_treasury() public {
        openMarket();
        vm.startPrank(BOB);
        flare.approve(address(staking), type(uint256).max);
        uint256 position = staking.stake(100_000e18, 0);
        flare.approve(address(router), type(uint256).max);
        address[] memory path = new address[](2);
        (path[0], path[1]) = (address(flare), router.WETH());
        router.swapExactTokensForETHSupportingFeeOnTransferTokens(10_000e18, 1, path, BOB, block.timestamp);
        (path[0], path[1]) = (path[1], path[0]);
        uint256 before = flare.balanceOf(BOB);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1 ether}(1, path, BOB, block.timestamp);
        uint256 bought = flare.balanceOf(BOB) - before;
        vm.stopPrank();
        uint256 collected = flare.balanceOf(address(flare));
        // 2 % of what was sold and 1 % of what the pair sent, of which 99 % arrived.
        vm.assertApproxEqAbs(collected, 200e18 + bought / 99, 1, "tax");

        (uint256 toTreasury, uint256 toStakers,) = flare.distributeTax();
        vm.assertEq(toStakers, collected * 6000 / 10_000);
        vm.assertEq(toTreasury, collected - toStakers - collected * 1000 / 10_000);
        vm.assertEq(staking.streamReceived(), toStakers);
        vm.warp(block.timestamp + 8 days);
        vm.prank(BOB);
        uint256 reward = staking.claim(position);
        vm.assertApproxEqAbs(reward, toStakers, 1, "all of it to the only staker");
    }

    function test_A_frozen_trader_neither_sells_nor_buys_and_the_market_goes_on() public {
        openMarket();
        execBySafe(safe, address(flare), abi.encodeCall(IFlareToken.scheduleFreeze, (BOB)));
        vm.warp(block.timestamp + 2 days);
        execBySafe(safe, address(flare), abi.encodeCall(IFlareToken.executeFreeze, (BOB)));
        address[] memory path = new address[](2);
        (path[0], path[1]) = (router.WETH(), address(flare));
        vm.prank(BOB);
        vm.expectRevert();
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1 ether}(1, path, BOB, block.timestamp);
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        router.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1 ether}(1, path, ALICE, block.timestamp);
    }

    /// @dev FLS against the chain's coin, taxed 1 % on buys and 2 % on sells; 60 % to stakers, 10 % to liquidity.
    function openMarket() private {
        address weth = router.WETH();
        address market = factory.createPair(address(flare), weth);
        vm.deal(ALICE, 100 ether);
        vm.deal(BOB, 2 ether);
        vm.startPrank(ALICE);
        flare.approve(address(router), type(uint256).max);
        router.addLiquidityETH{value: 100 ether}(address(flare), 1_000_000e18, 1, 1, ALICE, block.timestamp);
        vm.stopPrank();
        vm.startPrank(address(timelock));
        flare.setMarketPair(market, true);
        flare.setTaxRates(IFlareToken.TaxRates(100, 200, 6000, 1000));
        vm.stopPrank();
    }

    function passAndExecute(address[] memory targets, bytes[] memory calls) private {
        uint256[] memory values = new uint256[](targets.length);
        vm.prank(ALICE);
        uint256 proposal = governor.propose(targets, values, calls, "go on");
        vm.warp(governor.proposalSnapshot(proposal) + 1);
        vm.prank(ALICE);
        governor.castVote(proposal, 1);
        vm.warp(governor.proposalDeadline(proposal) + 1);
        governor.queue(targets, values, calls, keccak256("go on"));
        vm.warp(governor.proposalEta(proposal));
        governor.execute(targets, values, calls, keccak256("go on"));
    }
}
