// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVaults} from "../../src/stablecoin/IVaults.sol";
import {Stablecoin} from "../../src/stablecoin/Stablecoin.sol";
import {Vaults} from "../../src/stablecoin/Vaults.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Base} from "../Base.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {VaultsFixture} from "./VaultsFixture.sol";

/// @notice Three people with two vaults each do what they may, prices and time move, somebody donates.
contract VaultsHandler is Base {
    Vaults private immutable VAULTS;
    Stablecoin private immutable QUSD;
    MockPriceOracle private immutable ORACLE;
    MockToken[2] private _tokens;
    address[3] public actors;
    uint256[6] public ids;

    /// @notice Tokens sent without a deposit.
    uint256[2] public donated;
    uint256[2] public lastRate;
    /// @notice What was found wrong first; empty while nothing was.
    string public violation;

    constructor(Vaults vaults, MockPriceOracle oracle, MockToken weth, MockToken wbtc, address[3] memory actors_) {
        (VAULTS, QUSD, ORACLE) = (vaults, Stablecoin(address(vaults.stablecoin())), oracle);
        _tokens = [weth, wbtc];
        actors = actors_;
        lastRate = [uint256(1e27), 1e27];
        for (uint256 i = 0; i < ids.length; i++) {
            vm.prank(actors_[i % 3]);
            ids[i] = vaults.open(address(_tokens[i / 3]));
        }
    }

    /// @dev Everybody begins with debts not far from the edge.
    function begin() external {
        for (uint256 i = 0; i < ids.length; i++) {
            vm.startPrank(actors[i % 3]);
            VAULTS.deposit(ids[i], i < 3 ? 20 ether : 1e8);
            VAULTS.draw(ids[i], 30_000e18 + i * 1_000e18 + i, actors[i % 3]);
            vm.stopPrank();
        }
    }

    function deposit(uint256 seed, uint256 amount) external {
        (uint256 id, uint256 t) = _pick(seed);
        amount = bound(amount, 1, t == 0 ? 50 ether : 5e8);
        vm.prank(actors[(seed >> 8) % 3]);
        try VAULTS.deposit(id, amount) {} catch {}
    }

    function withdraw(uint256 seed, uint256 amount) external {
        (uint256 id,) = _pick(seed);
        IVaults.Vault memory v = VAULTS.vault(id);
        if (v.collateral == 0) return;
        amount = bound(amount, 1, v.collateral);
        vm.prank(v.owner);
        try VAULTS.withdraw(id, amount, v.owner) {
            _expect(VAULTS.ratioBpsOf(id) >= 15_000, "withdrawn below the minimum ratio");
        } catch {}
    }

    function draw(uint256 seed, uint256 amount) external {
        (uint256 id, uint256 t) = _pick(seed);
        IVaults.Vault memory v = VAULTS.vault(id);
        uint256 supply = QUSD.totalSupply();
        (uint256 price,) = ORACLE.price(v.token);
        uint256 most = v.collateral * price / 10 ** _tokens[t].decimals() * 2 / 3;
        uint256 debt = VAULTS.debtOf(id);
        amount = most <= debt ? 1_000e18 : bound(amount, (most - debt) / 2 + 1, most - debt + 1);
        vm.prank(v.owner);
        try VAULTS.draw(id, amount, v.owner) {
            IVaults.Collateral memory c = VAULTS.collateral(address(_tokens[t]));
            _expect(VAULTS.ratioBpsOf(id) >= 15_000, "drawn below the minimum ratio");
            _expect(QUSD.totalSupply() == supply + amount, "minted other than drawn");
            _expect(c.totalNormalDebt * c.rate <= uint256(c.params.debtCeiling) * 1e27, "drawn above the ceiling");
        } catch {}
    }

    function repay(uint256 seed, uint256 amount) external {
        (uint256 id,) = _pick(seed);
        address who = actors[(seed >> 8) % 3];
        uint256 debt = VAULTS.debtOf(id);
        amount = bound(amount, 1, QUSD.balanceOf(who) + 1);
        vm.prank(who);
        try VAULTS.repay(id, amount) returns (uint256 repaid) {
            _expect(VAULTS.debtOf(id) + repaid >= debt, "debt fell by more than was paid");
        } catch {}
    }

    function liquidate(uint256 seed, uint256 amount) external {
        (uint256 id, uint256 t) = seed % 4 == 0 ? _pick(seed) : _riskiest();
        address who = actors[(seed >> 8) % 3];
        uint256 ratio = VAULTS.ratioBpsOf(id);
        uint256 debt = VAULTS.debtOf(id);
        amount = bound(amount, 1, QUSD.balanceOf(who) + 1);
        vm.prank(who);
        try VAULTS.liquidate(id, amount, who) returns (IVaults.LiquidationQuote memory q) {
            (uint256 price,) = ORACLE.price(address(_tokens[t]));
            uint256 worth = q.seized * price / 10 ** _tokens[t].decimals();
            _expect(ratio < 13_000, "a safe vault was liquidated");
            _expect(worth * 10_000 <= q.repaid * 11_000, "the liquidator got more than the bonus");
            _expect(VAULTS.debtOf(id) + q.repaid >= debt || q.writesOff, "debt fell by more than was paid");
            if (ratio > 11_000) {
                _expect(!q.writesOff, "written off though it could pay");
                _expect(VAULTS.ratioBpsOf(id) >= ratio, "worse than before");
            }
        } catch {}
    }

    function redeem(uint256 seed, uint256 amount) external {
        (uint256 id, uint256 t) = seed % 4 == 0 ? _pick(seed) : _riskiest();
        address who = actors[(seed >> 8) % 3];
        uint256 ratio = VAULTS.ratioBpsOf(id);
        amount = bound(amount, 1, QUSD.balanceOf(who) + 1);
        vm.prank(who);
        try VAULTS.redeem(id, amount, 0, who) returns (uint256 repaid, uint256 out) {
            (uint256 price,) = ORACLE.price(address(_tokens[t]));
            _expect(out * price / 10 ** _tokens[t].decimals() * 10_000 <= repaid * 9_900, "redeemed above par");
            _expect(ratio >= 10_000 && ratio < 20_000, "redeemed outside the band");
            _expect(VAULTS.ratioBpsOf(id) >= ratio, "redeemed to a worse ratio");
        } catch {}
    }

    function reopen(uint256 seed) external {
        uint256 slot = seed % 6;
        address owner = actors[slot % 3];
        vm.prank(owner);
        try VAULTS.close(ids[slot], owner) {
            vm.prank(owner);
            ids[slot] = VAULTS.open(address(_tokens[slot / 3]));
        } catch {}
    }

    function give(uint256 seed, uint256 amount) external {
        address from = actors[seed % 3];
        amount = bound(amount, 0, QUSD.balanceOf(from));
        vm.prank(from);
        QUSD.transfer(actors[(seed >> 8) % 3], amount);
    }

    /// @dev One collateral lags behind; the other is accrued at once, which keeps the views that check cheap.
    function moveTime(uint256 elapsed) external {
        vm.warp(vm.getBlockTimestamp() + bound(elapsed, 1, 30 days));
        VAULTS.accrue(address(_tokens[elapsed % 2]));
    }

    function movePrice(uint256 seed, uint256 bps) external {
        uint256 t = seed % 2;
        (uint256 price,) = ORACLE.price(address(_tokens[t]));
        price = price * bound(bps, 6_500, 14_000) / 10_000;
        ORACLE.setPrice(address(_tokens[t]), bound(price, 1e18, 1e24));
    }

    function keepBooks(uint256 seed) external {
        try VAULTS.distributeSurplus() {} catch {}
        address who = actors[seed % 3];
        uint256 most = QUSD.balanceOf(who);
        vm.prank(who);
        try VAULTS.recapitalise(most) {} catch {}
    }

    function donate(uint256 seed, uint256 amount) external {
        uint256 t = seed % 2;
        amount = bound(amount, 1, 1e8);
        _tokens[t].mint(address(VAULTS), amount);
        donated[t] += amount;
    }

    function checkRates() external {
        for (uint256 t = 0; t < 2; t++) {
            uint256 rate = VAULTS.collateral(address(_tokens[t])).rate;
            _expect(rate >= lastRate[t], "a rate fell");
            lastRate[t] = rate;
        }
    }

    function _pick(uint256 seed) private view returns (uint256 id, uint256 tokenIndex) {
        return (ids[seed % 6], (seed % 6) / 3);
    }

    function _riskiest() private view returns (uint256 id, uint256 tokenIndex) {
        uint256 lowest = type(uint256).max;
        id = ids[0];
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 ratio = VAULTS.ratioBpsOf(ids[i]);
            if (ratio < lowest) (lowest, id, tokenIndex) = (ratio, ids[i], i / 3);
        }
    }

    function _expect(bool holds, string memory otherwise) private {
        if (!holds && bytes(violation).length == 0) violation = otherwise;
    }
}

contract VaultsInvariantTest is VaultsFixture {
    VaultsHandler private _handler;
    address[] private _all;

    function setUp() public override {
        super.setUp();
        _handler = new VaultsHandler(vaults, oracle, weth, wbtc, [alice, bob, carol]);
        _all = [alice, bob, carol, treasury];
        _handler.begin();
        targetContract(address(_handler));
        bytes4[] memory actions = new bytes4[](12);
        actions[0] = _handler.deposit.selector;
        actions[1] = _handler.withdraw.selector;
        actions[2] = _handler.draw.selector;
        actions[3] = _handler.repay.selector;
        actions[4] = _handler.liquidate.selector;
        actions[5] = _handler.redeem.selector;
        actions[6] = _handler.reopen.selector;
        actions[7] = _handler.give.selector;
        actions[8] = _handler.moveTime.selector;
        actions[9] = _handler.movePrice.selector;
        actions[10] = _handler.keepBooks.selector;
        actions[11] = _handler.donate.selector;
        targetSelectors(address(_handler), actions);
    }

    function invariant_Supply_and_surplus_are_the_debt_and_vaults_sum_to_the_totals() public {
        _handler.checkRates();
        vm.assertEq(_handler.violation(), "");
        _assertBooks();
        MockToken[2] memory tokens = [weth, wbtc];
        for (uint256 t = 0; t < 2; t++) {
            IVaults.Collateral memory c = vaults.collateral(address(tokens[t]));
            uint256 normalDebt;
            uint256 held;
            for (uint256 i = 0; i < 3; i++) {
                IVaults.Vault memory v = vaults.vault(_handler.ids(t * 3 + i));
                normalDebt += v.normalDebt;
                held += v.collateral;
                // A debt is what it is rounded up to: a redemption may leave exactly the least.
                vm.assertTrue(
                    v.normalDebt == 0 || Math.ceilDiv(v.normalDebt * c.rate, RAY) >= 1_000e18, "no dust of debt"
                );
            }
            vm.assertEq(normalDebt, c.totalNormalDebt, "sum of debts");
            vm.assertEq(held, c.totalCollateral, "sum of collateral");
            vm.assertEq(tokens[t].balanceOf(address(vaults)), held + _handler.donated(t), "tokens held");
        }
    }

    /// @dev Whatever happened, settlement pays everybody: no qUSD is left and no collateral but dust and gifts.
    function afterInvariant() public {
        vm.prank(settler);
        vaults.settle();
        for (uint256 i = 0; i < 6; i++) {
            uint256 id = _handler.ids(i);
            if (vaults.vault(id).normalDebt != 0) vaults.settleVault(id);
            address owner = vaults.vault(id).owner;
            vm.prank(owner);
            vaults.close(id, owner);
        }
        vaults.openCashOut();
        for (uint256 i = 0; i < _all.length; i++) {
            uint256 balance = qusd.balanceOf(_all[i]);
            vm.startPrank(_all[i]);
            if (balance != 0) vaults.surrender(balance);
            try vaults.claim(address(weth), _all[i]) {} catch {}
            try vaults.claim(address(wbtc), _all[i]) {} catch {}
            vm.stopPrank();
        }
        try vaults.claimForTreasury(address(weth)) {} catch {}
        try vaults.claimForTreasury(address(wbtc)) {} catch {}
        vm.assertEq(qusd.totalSupply(), 0);
        _assertPaidOut(weth, 0);
        _assertPaidOut(wbtc, 1);
    }

    function _assertPaidOut(MockToken token, uint256 t) private view {
        uint256 left = token.balanceOf(address(vaults)) - _handler.donated(t);
        IVaults.Collateral memory c = vaults.collateral(address(token));
        vm.assertEq(left, c.settlementPool - c.settlementPaid, "what is left was claimable");
        vm.assertLe(left, _all.length + 1, "a unit a holder, and one of the surplus, at most");
    }
}
