// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RayMath} from "../libraries/RayMath.sol";
import {ILendingPool} from "./ILendingPool.sol";
import {LendingLedger} from "./LendingLedger.sol";

/// @title The accounts: who holds which shares, what counts as collateral, how healthy they are
/// @dev An account's lists are bounded, so that valuing it is. Health is computed at the indices of now without storing
/// them: a market is accrued when its own sums change.
abstract contract LendingAccounts is LendingLedger {
    struct Account {
        address[] collaterals;
        address[] borrows;
        address isolatedOn;
        uint256 isolatedDebt;
        mapping(address asset => uint256) supplyShares;
        mapping(address asset => uint256) debtShares;
    }

    uint256 public constant ACCOUNT_ASSETS_MAX = 8;

    uint256 internal constant HEALTHY = 1e18;
    uint256 private constant DOLLAR = 1e18;

    mapping(address account => Account) internal _accounts;

    /// @inheritdoc ILendingPool
    function enableCollateral(address asset) external nonReentrant {
        Market storage m = _listed(asset);
        address[] storage list = _accounts[msg.sender].collaterals;
        if (m.params.ltvBps == 0) revert NotCollateral(asset);
        if (_contains(list, asset)) revert AlreadyCollateral(asset);
        if (list.length == ACCOUNT_ASSETS_MAX) revert TooManyAssets(msg.sender);
        if (list.length != 0) {
            if (m.params.isolationDebtCeiling != 0) revert IsolatedCollateralStandsAlone(asset);
            if (_isIsolated(list[0])) revert IsolatedCollateralStandsAlone(list[0]);
        }
        list.push(asset);
        emit CollateralEnabled(msg.sender, asset);
    }

    /// @inheritdoc ILendingPool
    function disableCollateral(address asset) external nonReentrant {
        if (!_remove(_accounts[msg.sender].collaterals, asset)) revert NotCollateral(asset);
        if (_accounts[msg.sender].borrows.length != 0) {
            _requireNotPaused();
            _requireBorrowPower(msg.sender);
        }
        emit CollateralDisabled(msg.sender, asset);
    }

    /// @inheritdoc ILendingPool
    function supplyOf(address account, address asset) public view returns (uint256) {
        (uint256 supplyIndex,) = currentIndices(asset);
        return RayMath.unitsDown(_accounts[account].supplyShares[asset], supplyIndex);
    }

    /// @inheritdoc ILendingPool
    function debtOf(address account, address asset) public view returns (uint256) {
        (, uint256 borrowIndex) = currentIndices(asset);
        return RayMath.unitsUp(_accounts[account].debtShares[asset], borrowIndex);
    }

    /// @inheritdoc ILendingPool
    function sharesOf(address account, address asset) external view returns (uint256 supplyShares, uint256 debtShares) {
        Account storage a = _accounts[account];
        return (a.supplyShares[asset], a.debtShares[asset]);
    }

    /// @notice What an account owes on isolated collateral, without interest, 18 decimals.
    function isolatedDebtOf(address account) external view returns (address collateral, uint256 debt) {
        return (_accounts[account].isolatedOn, _accounts[account].isolatedDebt);
    }

    /// @inheritdoc ILendingPool
    function collateralsOf(address account) external view returns (address[] memory) {
        return _accounts[account].collaterals;
    }

    /// @inheritdoc ILendingPool
    function borrowsOf(address account) external view returns (address[] memory) {
        return _accounts[account].borrows;
    }

    /// @inheritdoc ILendingPool
    function healthFactor(address account) external view returns (uint256) {
        return accountData(account).healthFactor;
    }

    /// @inheritdoc ILendingPool
    function accountData(address account) public view returns (AccountData memory data) {
        Account storage a = _accounts[account];
        uint256 count = a.collaterals.length;
        for (uint256 i = 0; i < count; i++) {
            address asset = a.collaterals[i];
            if (a.supplyShares[asset] == 0) continue;
            MarketParams storage p = _markets[asset].params;
            uint256 value = _value(asset, supplyOf(account, asset), Math.Rounding.Floor);
            data.collateralValue += value;
            data.borrowPower += value * p.ltvBps / BPS;
            data.liquidationValue += value * p.liquidationThresholdBps / BPS;
        }
        count = a.borrows.length;
        for (uint256 i = 0; i < count; i++) {
            data.debtValue += _value(a.borrows[i], debtOf(account, a.borrows[i]), Math.Rounding.Ceil);
        }
        data.healthFactor =
            data.debtValue == 0 ? type(uint256).max : Math.mulDiv(data.liquidationValue, HEALTHY, data.debtValue);
    }

    /// @dev Dollars of some units, 18 decimals.
    function _value(address asset, uint256 units, Math.Rounding rounding) internal view returns (uint256) {
        return Math.mulDiv(units, _price(asset), _markets[asset].unit, rounding);
    }

    function _price(address asset) internal view returns (uint256 priceE18) {
        (priceE18,) = oracle.price(asset);
    }

    function _requireBorrowPower(address account) internal view {
        AccountData memory data = accountData(account);
        if (data.debtValue > data.borrowPower) revert InsufficientCollateral(data.debtValue, data.borrowPower);
    }

    function _addDebt(address account, address asset, uint256 shares) internal {
        Account storage a = _accounts[account];
        if (a.debtShares[asset] == 0) {
            if (a.borrows.length == ACCOUNT_ASSETS_MAX) revert TooManyAssets(account);
            a.borrows.push(asset);
        }
        a.debtShares[asset] += shares;
    }

    function _takeDebt(address account, address asset, uint256 shares) internal {
        Account storage a = _accounts[account];
        a.debtShares[asset] -= shares;
        if (a.debtShares[asset] == 0) _remove(a.borrows, asset);
    }

    /// @dev Counts a borrow against the ceiling of the account's isolated collateral, where it has one.
    function _isolateBorrow(address account, address asset, uint256 amount) internal {
        Account storage a = _accounts[account];
        uint256 count = a.collaterals.length;
        for (uint256 i = 0; i < count; i++) {
            if (!_isIsolated(a.collaterals[i])) continue;
            // It can have become isolated after the account had others.
            if (count != 1) revert IsolatedCollateralStandsAlone(a.collaterals[i]);
            _addIsolatedDebt(account, a.collaterals[i], asset, amount);
        }
    }

    /// @dev Takes a repayment off; all of it when nothing is owed any more.
    function _releaseIsolation(address account, address asset, uint256 repaid) internal {
        Account storage a = _accounts[account];
        if (a.isolatedDebt == 0) return;
        uint256 dollars = Math.mulDiv(repaid, DOLLAR, _markets[asset].unit);
        uint256 released = a.borrows.length == 0 ? a.isolatedDebt : Math.min(dollars, a.isolatedDebt);
        a.isolatedDebt -= released;
        _markets[a.isolatedOn].isolatedDebt -= released;
        emit IsolatedDebtChanged(a.isolatedOn, account, a.isolatedDebt, _markets[a.isolatedOn].isolatedDebt);
        if (a.isolatedDebt == 0) a.isolatedOn = address(0);
    }

    function _hasCollateral(address account) internal view returns (bool) {
        Account storage a = _accounts[account];
        uint256 count = a.collaterals.length;
        for (uint256 i = 0; i < count; i++) {
            if (a.supplyShares[a.collaterals[i]] != 0) return true;
        }
        return false;
    }

    function _isCollateral(address account, address asset) internal view returns (bool) {
        return _contains(_accounts[account].collaterals, asset);
    }

    function _addIsolatedDebt(address account, address collateral, address asset, uint256 amount) private {
        if (!_markets[asset].params.borrowableInIsolation) revert NotBorrowableInIsolation(asset);
        Account storage a = _accounts[account];
        Market storage m = _markets[collateral];
        // Debt counted on another collateral must be released there.
        if (a.isolatedDebt != 0 && a.isolatedOn != collateral) revert IsolatedCollateralStandsAlone(a.isolatedOn);
        uint256 dollars = Math.mulDiv(amount, DOLLAR, _markets[asset].unit, Math.Rounding.Ceil);
        a.isolatedOn = collateral;
        a.isolatedDebt += dollars;
        m.isolatedDebt += dollars;
        uint256 ceiling = m.params.isolationDebtCeiling;
        if (m.isolatedDebt > ceiling) revert IsolationCeilingExceeded(m.isolatedDebt, ceiling);
        emit IsolatedDebtChanged(collateral, account, a.isolatedDebt, m.isolatedDebt);
    }

    function _isIsolated(address asset) private view returns (bool) {
        return _markets[asset].params.isolationDebtCeiling != 0;
    }

    function _contains(address[] storage list, address asset) private view returns (bool) {
        uint256 count = list.length;
        for (uint256 i = 0; i < count; i++) {
            if (list[i] == asset) return true;
        }
        return false;
    }

    function _remove(address[] storage list, address asset) private returns (bool) {
        uint256 count = list.length;
        for (uint256 i = 0; i < count; i++) {
            if (list[i] != asset) continue;
            list[i] = list[count - 1];
            list.pop();
            return true;
        }
        return false;
    }
}
