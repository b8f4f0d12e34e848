// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILendingPool} from "../../src/lending/ILendingPool.sol";
import {LendingPool} from "../../src/lending/LendingPool.sol";
import {Base} from "../Base.sol";
import {FlashReceiver} from "../mocks/FlashReceiver.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {LendingFixture} from "./LendingFixture.sol";

/// @notice Three people lend, borrow, liquidate and take flash loans, prices and time move, somebody donates.
contract LendingHandler is Base {
    LendingPool private immutable POOL;
    MockPriceOracle private immutable ORACLE;
    FlashReceiver private immutable RECEIVER = new FlashReceiver();
    MockToken[3] private _tokens;
    address[3] public actors;

    /// @notice Tokens sent without a supply.
    uint256[3] public donated;
    uint256[3] public lastSupplyIndex;
    uint256[3] public lastBorrowIndex;
    /// @notice What was found wrong first; empty while nothing was.
    string public violation;

    constructor(LendingPool pool, MockPriceOracle oracle, MockToken[3] memory tokens, address[3] memory actors_) {
        (POOL, ORACLE, _tokens, actors) = (pool, oracle, tokens, actors_);
    }

    /// @dev Everybody lends one asset, borrows the next and is not far from the edge.
    function begin() external {
        uint256[3] memory supplied = [uint256(500 ether), 1_000_000e6, 20e8];
        uint256[3] memory borrowed = [uint256(390 ether), 780_000e6, 15e8];
        for (uint256 i = 0; i < 3; i++) {
            vm.startPrank(actors[i]);
            POOL.supply(address(_tokens[i]), supplied[i], actors[i]);
            POOL.enableCollateral(address(_tokens[i]));
            vm.stopPrank();
        }
        for (uint256 i = 0; i < 3; i++) {
            vm.prank(actors[i]);
            POOL.borrow(address(_tokens[(i + 1) % 3]), borrowed[(i + 1) % 3], actors[i]);
        }
    }

    function supply(uint256 seed, uint256 amount) external {
        (address who, MockToken token) = _pick(seed);
        amount = bound(amount, 1, 100 * 10 ** token.decimals());
        vm.prank(who);
        try POOL.supply(address(token), amount, actors[(seed >> 32) % 3]) {} catch {}
    }

    function withdraw(uint256 seed, uint256 amount) external {
        (address who, MockToken token) = _pick(seed);
        uint256 supplied = POOL.supplyOf(who, address(token));
        if (supplied == 0) return;
        amount = seed % 4 == 0 ? type(uint256).max : bound(amount, 1, supplied);
        vm.prank(who);
        try POOL.withdraw(address(token), amount, who) returns (uint256 withdrawn) {
            _expect(withdrawn <= supplied, "more than was claimable");
            _expect(POOL.supplyOf(who, address(token)) + withdrawn <= supplied, "a claim fell by less than was paid");
        } catch {}
        _expectHealthyOrUnchanged(who, seed);
    }

    function borrow(uint256 seed, uint256 amount) external {
        (address who, MockToken token) = _pick(seed);
        ILendingPool.AccountData memory data = POOL.accountData(who);
        if (data.borrowPower <= data.debtValue) return;
        (uint256 price,) = ORACLE.price(address(token));
        uint256 most = (data.borrowPower - data.debtValue) * 10 ** token.decimals() / price;
        uint256 debt = POOL.debtOf(who, address(token));
        amount = bound(amount, most / 2 + 1, most + 1);
        vm.prank(who);
        try POOL.borrow(address(token), amount, who) {
            data = POOL.accountData(who);
            _expect(data.debtValue <= data.borrowPower, "borrowed beyond the borrow power");
            _expect(data.healthFactor >= 1e18, "borrowed into liquidation");
            _expect(POOL.debtOf(who, address(token)) >= debt + amount, "owes less than was borrowed");
        } catch {}
    }

    function repay(uint256 seed, uint256 amount) external {
        (address who, MockToken token) = _pick(seed);
        address account = actors[(seed >> 32) % 3];
        uint256 debt = POOL.debtOf(account, address(token));
        if (debt == 0) return;
        amount = seed % 4 == 0 ? type(uint256).max : bound(amount, 1, debt);
        token.mint(who, debt);
        vm.prank(who);
        try POOL.repay(address(token), amount, account) returns (uint256 repaid) {
            _expect(POOL.debtOf(account, address(token)) + repaid >= debt, "debt fell by more than was paid");
        } catch {
            _expect(false, "a repayment failed");
        }
    }

    function toggle(uint256 seed) external {
        (address who, MockToken token) = _pick(seed);
        vm.prank(who);
        try POOL.enableCollateral(address(token)) {}
        catch {
            vm.prank(who);
            try POOL.disableCollateral(address(token)) {} catch {}
            _expectHealthyOrUnchanged(who, seed);
        }
    }

    function liquidate(uint256 seed, uint256 amount, bool inShares) external {
        (address who, MockToken debtToken) = _pick(seed);
        (address account, MockToken collateral) = _pick(seed >> 32);
        if (who == account) return;
        for (uint256 i = 0; i < 3; i++) {
            if (POOL.healthFactor(actors[i]) < 1e18) account = actors[i];
        }
        address[] memory borrows = POOL.borrowsOf(account);
        if (borrows.length != 0) debtToken = MockToken(borrows[seed % borrows.length]);
        uint256 health = POOL.healthFactor(account);
        uint256 debt = POOL.debtOf(account, address(debtToken));
        amount = seed % 2 == 0 ? type(uint256).max : bound(amount, 1, debt + 1);
        debtToken.mint(who, debt);
        vm.prank(who);
        try POOL.liquidate(account, address(debtToken), address(collateral), amount, inShares, who) returns (
            ILendingPool.LiquidationQuote memory q
        ) {
            _expect(health < 1e18, "a healthy account was liquidated");
            _expect(q.repaid <= debt, "more than the debt was repaid");
            uint256 paid = _worth(debtToken, q.repaid);
            _expect(_worth(collateral, q.seized) * 10_000 <= paid * 10_500 + 1e18, "more than the bonus");
            // Above threshold x (100 % + bonus) any liquidation heals; an indivisible unit may round it by a hair.
            if (health > 0.8926e18) {
                _expect(POOL.healthFactor(account) + 1e9 >= health, "worse than before");
            }
        } catch {}
    }

    function flashLoan(uint256 seed, uint256 amount) external {
        (address who, MockToken token) = _pick(seed);
        uint256 held = token.balanceOf(address(POOL));
        uint256 cash = POOL.market(address(token)).cash;
        if (cash == 0) return;
        amount = bound(amount, 1, cash);
        uint256 premium = (amount * 5 + 9_999) / 10_000;
        bool pays = seed % 3 != 0;
        token.burn(address(RECEIVER), token.balanceOf(address(RECEIVER)));
        token.mint(address(RECEIVER), pays ? premium : premium - 1);
        vm.prank(who);
        try POOL.flashLoanSimple(address(RECEIVER), address(token), amount, "", 0) {
            _expect(pays, "a flash loan went unpaid");
            _expect(token.balanceOf(address(POOL)) == held + premium, "the premium is not there");
        } catch {
            _expect(!pays, "a paid flash loan was refused");
        }
    }

    /// @dev One market lags behind; the others are accrued at once, which keeps the views that check cheap.
    function moveTime(uint256 elapsed) external {
        vm.warp(vm.getBlockTimestamp() + bound(elapsed, 1, 60 days));
        POOL.accrue(address(_tokens[elapsed % 3]));
        POOL.accrue(address(_tokens[(elapsed + 1) % 3]));
    }

    function movePrice(uint256 seed, uint256 bps) external {
        MockToken token = _tokens[seed % 3];
        (uint256 price,) = ORACLE.price(address(token));
        price = price * bound(bps, 7_000, 13_500) / 10_000;
        ORACLE.setPrice(address(token), bound(price, 0.01e18, 1e24));
    }

    function keepBooks(uint256 seed) external {
        (address who, MockToken token) = _pick(seed);
        try POOL.coverDeficitFromReserves(address(token)) {} catch {}
        try POOL.collectReserves(address(token)) {} catch {}
        vm.prank(who);
        try POOL.coverDeficit(address(token), seed % 1e9) {} catch {}
    }

    function donate(uint256 seed, uint256 amount) external {
        uint256 t = seed % 3;
        amount = bound(amount, 1, 1_000_000 * 10 ** _tokens[t].decimals());
        _tokens[t].mint(address(POOL), amount);
        donated[t] += amount;
    }

    function checkIndices() external {
        for (uint256 t = 0; t < 3; t++) {
            ILendingPool.Market memory m = POOL.market(address(_tokens[t]));
            _expect(m.supplyIndex >= lastSupplyIndex[t], "a supply index fell");
            _expect(m.borrowIndex >= lastBorrowIndex[t], "a borrow index fell");
            (lastSupplyIndex[t], lastBorrowIndex[t]) = (m.supplyIndex, m.borrowIndex);
        }
    }

    /// @dev What an account does itself leaves it within its borrow power, or did not happen.
    function _expectHealthyOrUnchanged(address who, uint256 seed) private {
        ILendingPool.AccountData memory data = POOL.accountData(who);
        if (data.debtValue <= data.borrowPower) return;
        // It was beyond its borrow power before: then it cannot take any collateral out.
        address[] memory list = POOL.collateralsOf(who);
        if (list.length == 0) return _expect(false, "debt without collateral");
        address asset = list[seed % list.length];
        if (POOL.supplyOf(who, asset) == 0) return;
        vm.prank(who);
        try POOL.withdraw(asset, 1, who) {
            _expect(false, "withdrew beyond the borrow power");
        } catch {}
    }

    function _worth(MockToken token, uint256 units) private view returns (uint256) {
        (uint256 price,) = ORACLE.price(address(token));
        return units * price / 10 ** token.decimals();
    }

    function _pick(uint256 seed) private view returns (address who, MockToken token) {
        return (actors[seed % 3], _tokens[(seed >> 8) % 3]);
    }

    function _expect(bool holds, string memory otherwise) private {
        if (!holds && bytes(violation).length == 0) violation = otherwise;
    }
}

contract LendingPoolInvariantTest is LendingFixture {
    LendingHandler private _handler;
    MockToken[3] private _tokens;
    address[3] private _actors;

    function setUp() public override {
        super.setUp();
        oracle.setPrice(address(weth), 2_000e18);
        _tokens = [weth, usdc, wbtc];
        _actors = [alice, bob, carol];
        _handler = new LendingHandler(pool, oracle, _tokens, _actors);
        _handler.begin();
        targetContract(address(_handler));
        bytes4[] memory actions = new bytes4[](11);
        actions[0] = _handler.supply.selector;
        actions[1] = _handler.withdraw.selector;
        actions[2] = _handler.borrow.selector;
        actions[3] = _handler.repay.selector;
        actions[4] = _handler.toggle.selector;
        actions[5] = _handler.liquidate.selector;
        actions[6] = _handler.flashLoan.selector;
        actions[7] = _handler.moveTime.selector;
        actions[8] = _handler.movePrice.selector;
        actions[9] = _handler.keepBooks.selector;
        actions[10] = _handler.donate.selector;
        targetSelectors(address(_handler), actions);
    }

    function invariant_Books_balance_shares_sum_and_cash_is_there() public {
        _handler.checkIndices();
        vm.assertEq(_handler.violation(), "");
        _assertBooks();
        for (uint256 t = 0; t < 3; t++) {
            ILendingPool.Market memory m = pool.market(address(_tokens[t]));
            uint256 supplied;
            uint256 owed;
            for (uint256 i = 0; i < 3; i++) {
                (uint256 supplyShares, uint256 debtShares) = pool.sharesOf(_actors[i], address(_tokens[t]));
                supplied += supplyShares;
                owed += debtShares;
            }
            vm.assertEq(supplied, m.supplyShares, "sum of supplies");
            vm.assertEq(owed, m.debtShares, "sum of debts");
            vm.assertEq(_tokens[t].balanceOf(address(pool)), m.cash + _handler.donated(t), "cash is there");
            vm.assertTrue(owed == 0 || supplied != 0, "no debt without supply");
        }
    }

    /// @dev Whatever happened: all debts repaid and all deficits covered, everybody is paid in full, and what is left
    /// is reserves and gifts.
    function afterInvariant() public {
        for (uint256 t = 0; t < 3; t++) {
            _tokens[t].mint(address(this), 1e36);
            _tokens[t].approve(address(pool), type(uint256).max);
            for (uint256 i = 0; i < 3; i++) {
                if (pool.debtOf(_actors[i], address(_tokens[t])) != 0) {
                    pool.repay(address(_tokens[t]), type(uint256).max, _actors[i]);
                }
            }
            try pool.coverDeficit(address(_tokens[t]), type(uint256).max) {} catch {}
        }
        for (uint256 t = 0; t < 3; t++) {
            for (uint256 i = 0; i < 3; i++) {
                uint256 claim = pool.supplyOf(_actors[i], address(_tokens[t]));
                if (claim == 0) continue;
                vm.prank(_actors[i]);
                vm.assertEq(pool.withdraw(address(_tokens[t]), type(uint256).max, _actors[i]), claim);
            }
            ILendingPool.Market memory m = pool.market(address(_tokens[t]));
            vm.assertEq(m.cash * RAY, m.reservesRay, "what is left is reserves");
        }
    }
}
