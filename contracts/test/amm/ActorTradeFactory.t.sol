// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {
    IAccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ActorTradeFactory} from "../../src/amm/ActorTradeFactory.sol";
import {ActorTradePair} from "../../src/amm/ActorTradePair.sol";
import {IActorTradeFactory} from "../../src/amm/IActorTradeFactory.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {PairFixture} from "./PairFixture.sol";

contract ActorTradeFactoryTest is PairFixture {
    function test_Pair_stands_where_Create2_predicts_in_either_order() external {
        (MockToken a, MockToken b) = newTokens();
        bytes32 salt = keccak256(abi.encodePacked(address(a), address(b)));
        address predicted = address(
            uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(factory), salt, factory.pairInitCodeHash()))))
        );
        vm.expectEmit(address(factory));
        emit IActorTradeFactory.PairCreated(address(a), address(b), predicted, 2);
        address made = factory.createPair(address(b), address(a));
        vm.assertEq(made, predicted);
        vm.assertEq(factory.getPair(address(a), address(b)), made);
        vm.assertEq(factory.getPair(address(b), address(a)), made);
        vm.assertEq(factory.allPairs(1), made);
        vm.assertEq(factory.allPairsLength(), 2);
        vm.assertEq(ActorTradePair(made).token0(), address(a));
        vm.assertEq(ActorTradePair(made).token1(), address(b));
        vm.assertEq(ActorTradePair(made).factory(), address(factory));
    }

    function test_Init_code_hash_is_that_of_the_pair() external view {
        vm.assertEq(factory.pairInitCodeHash(), keccak256(type(ActorTradePair).creationCode));
    }

    function test_No_pair_of_one_token_nor_of_none_nor_twice() external {
        vm.expectRevert(abi.encodeWithSelector(IActorTradeFactory.IdenticalTokens.selector, address(token0)));
        factory.createPair(address(token0), address(token0));
        vm.expectRevert(IActorTradeFactory.ZeroAddress.selector);
        factory.createPair(address(token0), address(0));
        vm.expectRevert(abi.encodeWithSelector(IActorTradeFactory.PairExists.selector, address(pair)));
        factory.createPair(address(token1), address(token0));
    }

    function test_Tokens_are_told_only_while_a_pair_is_made() external view {
        (address a, address b) = factory.pairTokens();
        vm.assertEq(a, address(0));
        vm.assertEq(b, address(0));
    }

    function test_Names_of_uniswap() external view {
        vm.assertEq(factory.feeTo(), TREASURY);
        vm.assertEq(factory.treasury(), TREASURY);
        vm.assertEq(factory.feeToSetter(), ADMIN);
    }

    function test_Treasury_changes_by_the_admin_and_is_never_zero() external {
        vm.expectRevert(IActorTradeFactory.ZeroAddress.selector);
        new ActorTradeFactory(1 days, ADMIN, address(0));
        vm.startPrank(ADMIN);
        vm.expectRevert(IActorTradeFactory.ZeroAddress.selector);
        factory.setTreasury(address(0));
        vm.expectEmit(address(factory));
        emit IActorTradeFactory.TreasuryChanged(TREASURY, BOB);
        factory.setTreasury(BOB);
        vm.assertEq(factory.feeTo(), BOB);
    }

    function test_Audit01_Role_matrix() external {
        address[4] memory callers = [ADMIN, GUARDIAN, TREASURY, ALICE];
        bytes32 admin = factory.DEFAULT_ADMIN_ROLE();
        bytes32 pauser = factory.PAUSER_ROLE();
        for (uint256 i = 0; i < callers.length; i++) {
            _expectRole(callers[i], callers[i] == ADMIN, admin, abi.encodeCall(factory.setTreasury, (BOB)));
            _expectRole(callers[i], callers[i] == GUARDIAN, pauser, abi.encodeCall(factory.pause, ()));
            if (!factory.paused()) {
                vm.prank(GUARDIAN);
                factory.pause();
            }
            _expectRole(callers[i], callers[i] == ADMIN, admin, abi.encodeCall(factory.unpause, ()));
            if (factory.paused()) {
                vm.prank(ADMIN);
                factory.unpause();
            }
        }
    }

    function test_Admin_changes_only_after_the_delay() external {
        vm.prank(ADMIN);
        factory.beginDefaultAdminTransfer(BOB);
        vm.prank(BOB);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControlDefaultAdminRules.AccessControlEnforcedDefaultAdminDelay.selector, START + 1 days
            )
        );
        factory.acceptDefaultAdminTransfer();
        vm.warp(START + 1 days + 1);
        vm.prank(BOB);
        factory.acceptDefaultAdminTransfer();
        vm.assertEq(factory.feeToSetter(), BOB);
    }

    function test_Pause_matrix() external {
        addLiquidity(ALICE, 1e20, 1e20);
        vm.prank(GUARDIAN);
        factory.pause();
        vm.assertTrue(factory.paused());

        (MockToken a, MockToken b) = newTokens();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        factory.createPair(address(a), address(b));
        vm.expectRevert(IActorTradePair.Paused.selector);
        pair.mint(ALICE);
        vm.expectRevert(IActorTradePair.Paused.selector);
        pair.swap(1, 0, ALICE, "");

        removeLiquidity(ALICE, 1e18);
        pair.sync();
        pair.skim(ALICE);
        pair.collectProtocolFee();
        vm.prank(ALICE);
        pair.transfer(BOB, 1e18);

        vm.prank(ADMIN);
        factory.unpause();
        vm.assertFalse(factory.paused(), "still paused");
        sell(BOB, true, 1e18);
        addLiquidity(ALICE, 1e18, 1e18);
        factory.createPair(address(a), address(b));
    }

    function _expectRole(address caller, bool allowed, bytes32 role, bytes memory data) private {
        if (!allowed) {
            vm.expectRevert(
                abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, caller, role)
            );
        }
        vm.prank(caller);
        (bool ok,) = address(factory).call(data);
        vm.assertTrue(ok, "refused where it should not be, or an expected refusal did not come");
    }
}
