// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {RayMath} from "../libraries/RayMath.sol";
import {IFlashLoanSimpleReceiver} from "./IFlashLoanSimpleReceiver.sol";
import {ILendingPool} from "./ILendingPool.sol";
import {LendingAccounts} from "./LendingAccounts.sol";
import {LendingLedger} from "./LendingLedger.sol";

/// @title The actions on the pool: see ILendingPool
contract LendingPool is LendingAccounts {
    /// @notice Part of a debt that one liquidation may repay, basis points.
    uint256 public constant CLOSE_FACTOR_BPS = 5_000;
    /// @notice Below this health factor all of it.
    uint256 public constant CLOSE_ALL_HEALTH = 0.95e18;
    /// @notice Below this value of the debt or the collateral all of it; dollars, 18 decimals.
    uint256 public constant CLOSE_ALL_VALUE = 2_000e18;
    /// @notice Least value of a debt and its collateral where a liquidation leaves both; dollars, 18 decimals.
    uint256 public constant LEFTOVER_MIN = 1_000e18;

    /// @param adminDelay Seconds that a change of the admin waits.
    /// @param admin Ends as the timelock.
    /// @param oracle_ IPriceOracle.
    /// @param treasury_ Receives reserves.
    constructor(uint48 adminDelay, address admin, address oracle_, address treasury_)
        LendingLedger(adminDelay, admin, oracle_, treasury_)
    {}

    /// @inheritdoc ILendingPool
    function supply(address asset, uint256 amount, address account)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 shares)
    {
        if (account == address(0)) revert ZeroAddress();
        Market storage m = _accrue(asset);
        ExactTransfer.pull(asset, msg.sender, amount);
        shares = _bookSupply(m, amount);
        if (shares == 0) revert ZeroAmount();
        uint256 supplied = RayMath.unitsUp(m.supplyShares, m.supplyIndex);
        if (supplied > m.params.supplyCap) revert SupplyCapExceeded(supplied, m.params.supplyCap);
        _requireBacked(asset, m);
        _accounts[account].supplyShares[asset] += shares;
        emit Supplied(asset, msg.sender, account, amount, shares);
    }

    /// @inheritdoc ILendingPool
    function withdraw(address asset, uint256 amount, address to) external nonReentrant returns (uint256 withdrawn) {
        Market storage m = _accrue(asset);
        Account storage a = _accounts[msg.sender];
        uint256 supplied = RayMath.unitsDown(a.supplyShares[asset], m.supplyIndex);
        bool all = amount == type(uint256).max;
        withdrawn = all ? supplied : amount;
        if (withdrawn == 0) revert ZeroAmount();
        if (withdrawn > supplied) revert InsufficientSupply(amount, supplied);
        uint256 shares = all ? a.supplyShares[asset] : RayMath.normalUp(amount, m.supplyIndex);
        a.supplyShares[asset] -= shares;
        _bookWithdrawal(m, withdrawn, shares);
        if (a.borrows.length != 0 && _isCollateral(msg.sender, asset)) {
            _requireNotPaused();
            _requireBorrowPower(msg.sender);
        }
        emit Withdrawn(asset, msg.sender, to, withdrawn, shares);
        ExactTransfer.push(asset, to, withdrawn);
    }

    /// @inheritdoc ILendingPool
    function borrow(address asset, uint256 amount, address to)
        external
        nonReentrant
        whenNotPaused
        returns (uint256 shares)
    {
        if (amount == 0) revert ZeroAmount();
        Market storage m = _accrue(asset);
        shares = _bookBorrow(m, amount);
        uint256 borrowed = RayMath.unitsUp(m.debtShares, m.borrowIndex);
        if (borrowed > m.params.borrowCap) revert BorrowCapExceeded(borrowed, m.params.borrowCap);
        _addDebt(msg.sender, asset, shares);
        _isolateBorrow(msg.sender, asset, amount);
        _requireBorrowPower(msg.sender);
        emit Borrowed(asset, msg.sender, to, amount, shares);
        ExactTransfer.push(asset, to, amount);
    }

    /// @inheritdoc ILendingPool
    function repay(address asset, uint256 amount, address account) external nonReentrant returns (uint256 repaid) {
        Market storage m = _accrue(asset);
        repaid = Math.min(amount, RayMath.unitsUp(_accounts[account].debtShares[asset], m.borrowIndex));
        if (repaid == 0) revert NoDebt(account, asset);
        ExactTransfer.pull(asset, msg.sender, repaid);
        _takeRepayment(m, account, asset, repaid);
    }

    /// @inheritdoc ILendingPool
    function liquidate(
        address account,
        address debtAsset,
        address collateralAsset,
        uint256 repayMax,
        bool inShares,
        address to
    ) external nonReentrant whenNotPaused returns (LiquidationQuote memory quote) {
        Market storage debtMarket = _accrue(debtAsset);
        _accrue(collateralAsset);
        if (to == address(0)) revert ZeroAddress();
        quote = quoteLiquidation(account, debtAsset, collateralAsset, repayMax);

        ExactTransfer.pull(debtAsset, msg.sender, quote.repaid);
        _takeRepayment(debtMarket, account, debtAsset, quote.repaid);
        _seize(account, collateralAsset, quote, inShares, to);
        if (!_hasCollateral(account)) _bookDeficits(account);
        emit Liquidated(account, debtAsset, collateralAsset, msg.sender, quote.repaid, quote.seized, inShares);
        if (!inShares) ExactTransfer.push(collateralAsset, to, quote.seized);
    }

    /// @inheritdoc ILendingPool
    function flashLoanSimple(
        address receiver,
        address asset,
        uint256 amount,
        bytes calldata params,
        uint16 referralCode
    ) external nonReentrant whenNotPaused {
        Market storage m = _accrue(asset);
        if (!m.params.flashLoans) revert FlashLoansOff(asset);
        if (amount == 0) revert ZeroAmount();
        if (amount > m.cash) revert InsufficientLiquidity(amount, m.cash);
        uint256 premium = Math.mulDiv(amount, _flashLoanPremiumBps, BPS, Math.Rounding.Ceil);

        m.cash -= amount;
        ExactTransfer.push(asset, receiver, amount);
        bool accepted = IFlashLoanSimpleReceiver(receiver).executeOperation(asset, amount, premium, msg.sender, params);
        if (!accepted) revert FlashLoanRefused(receiver);
        ExactTransfer.pull(asset, receiver, amount + premium);

        m.cash += amount + premium;
        m.reservesRay += premium * RAY;
        emit FlashLoan(receiver, msg.sender, asset, amount, premium, referralCode);
    }

    /// @inheritdoc ILendingPool
    // forge-lint: disable-next-item(mixed-case-function)
    // solhint-disable-next-line func-name-mixedcase
    function FLASHLOAN_PREMIUM_TOTAL() external view returns (uint128) {
        return _flashLoanPremiumBps;
    }

    /// @inheritdoc ILendingPool
    function quoteLiquidation(address account, address debtAsset, address collateralAsset, uint256 repayMax)
        public
        view
        returns (LiquidationQuote memory quote)
    {
        uint256 health = accountData(account).healthFactor;
        if (health >= HEALTHY) revert NotLiquidatable(health);
        uint256 debt = debtOf(account, debtAsset);
        if (debt == 0) revert NoDebt(account, debtAsset);
        uint256 held = supplyOf(account, collateralAsset);
        if (held == 0 || !_isCollateral(account, collateralAsset)) revert NotCollateral(collateralAsset);
        uint256 debtValue = _value(debtAsset, debt, Math.Rounding.Floor);
        uint256 heldValue = _value(collateralAsset, held, Math.Rounding.Floor);

        bool closesAll = health < CLOSE_ALL_HEALTH || debtValue < CLOSE_ALL_VALUE || heldValue < CLOSE_ALL_VALUE;
        uint256 most = closesAll ? debt : Math.mulDiv(debt, CLOSE_FACTOR_BPS, BPS);
        quote = _seizable(debtAsset, collateralAsset, Math.min(repayMax, most), held);
        if (quote.repaid == 0) revert ZeroAmount();
        _requireNoDust(quote, debtAsset, collateralAsset, debt, held);
    }

    /// @dev Collateral for a payment and the bonus, rounded down; where that is more than there is, all of it for what
    /// it is worth less the bonus, rounded up.
    function _seizable(address debtAsset, address collateralAsset, uint256 payment, uint256 held)
        private
        view
        returns (LiquidationQuote memory quote)
    {
        uint256 withBonus = BPS + _markets[collateralAsset].params.liquidationBonusBps;
        uint256 worth = Math.mulDiv(_value(debtAsset, payment, Math.Rounding.Floor), withBonus, BPS);
        uint256 collateralPrice = _price(collateralAsset);
        uint256 seized = Math.mulDiv(worth, _markets[collateralAsset].unit, collateralPrice);
        if (seized < held) return LiquidationQuote(payment, seized, false);

        uint256 heldValue = _value(collateralAsset, held, Math.Rounding.Ceil);
        uint256 price = Math.mulDiv(heldValue, BPS, withBonus, Math.Rounding.Ceil);
        uint256 units = Math.mulDiv(price, _markets[debtAsset].unit, _price(debtAsset), Math.Rounding.Ceil);
        return LiquidationQuote(Math.min(payment, units), held, true);
    }

    function _requireNoDust(
        LiquidationQuote memory quote,
        address debtAsset,
        address collateralAsset,
        uint256 debt,
        uint256 held
    ) private view {
        if (quote.seizesAll || quote.repaid == debt) return;
        uint256 debtLeft = _value(debtAsset, debt - quote.repaid, Math.Rounding.Floor);
        uint256 heldLeft = _value(collateralAsset, held - quote.seized, Math.Rounding.Floor);
        if (debtLeft < LEFTOVER_MIN || heldLeft < LEFTOVER_MIN) revert DustLeft(debtLeft, heldLeft);
    }

    /// @dev Shares rounded down; a payment of the debt rounded up takes all of them.
    function _takeRepayment(Market storage m, address account, address asset, uint256 repaid) private {
        uint256 shares = Math.min(RayMath.normalDown(repaid, m.borrowIndex), _accounts[account].debtShares[asset]);
        _bookRepayment(m, repaid, shares);
        _takeDebt(account, asset, shares);
        _releaseIsolation(account, asset, repaid);
        emit Repaid(asset, msg.sender, account, repaid, shares);
    }

    function _seize(address account, address asset, LiquidationQuote memory quote, bool inShares, address to) private {
        Market storage m = _markets[asset];
        uint256 held = _accounts[account].supplyShares[asset];
        if (inShares) {
            uint256 given = quote.seizesAll ? held : RayMath.normalDown(quote.seized, m.supplyIndex);
            _accounts[account].supplyShares[asset] = held - given;
            _accounts[to].supplyShares[asset] += given;
            return;
        }
        uint256 shares = quote.seizesAll ? held : RayMath.normalUp(quote.seized, m.supplyIndex);
        _accounts[account].supplyShares[asset] = held - shares;
        _bookWithdrawal(m, quote.seized, shares);
    }

    /// @dev What an account without collateral owes is nobody's any more: the market's deficit.
    function _bookDeficits(address account) private {
        Account storage a = _accounts[account];
        while (a.borrows.length != 0) {
            address asset = a.borrows[a.borrows.length - 1];
            Market storage m = _accrue(asset);
            uint256 shares = a.debtShares[asset];
            uint256 debtRay = shares * m.borrowIndex;
            m.debtShares -= shares;
            m.deficitRay += debtRay;
            _takeDebt(account, asset, shares);
            _releaseIsolation(account, asset, 0);
            emit DeficitBooked(account, asset, debtRay);
        }
    }
}
