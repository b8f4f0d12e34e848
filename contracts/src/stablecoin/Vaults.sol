// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {RayMath} from "../libraries/RayMath.sol";
import {IVaults} from "./IVaults.sol";
import {VaultLedger} from "./VaultLedger.sol";
import {VaultSettlement} from "./VaultSettlement.sol";

/// @title The actions on vaults: see IVaults
contract Vaults is VaultSettlement {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @param adminDelay Seconds that a change of the admin waits, here and in qUSD.
    /// @param admin Ends as the timelock.
    /// @param oracle_ IPriceOracle.
    /// @param treasury_ Receives surplus.
    constructor(uint48 adminDelay, address admin, address oracle_, address treasury_)
        VaultLedger(adminDelay, admin, oracle_, treasury_)
    {}

    /// @inheritdoc IVaults
    function open(address token) external whenNotPaused beforeSettlement returns (uint256 vaultId) {
        _listed(token);
        vaultId = ++vaultCount;
        _vaults[vaultId].owner = msg.sender;
        _vaults[vaultId].token = token;
        emit VaultOpened(vaultId, msg.sender, token);
    }

    /// @inheritdoc IVaults
    function deposit(uint256 vaultId, uint256 amount) external beforeSettlement nonReentrant {
        if (amount == 0) revert ZeroAmount();
        Vault storage v = _vaultOf(vaultId);
        Collateral storage c = _collaterals[v.token];
        ExactTransfer.pull(v.token, msg.sender, amount);
        v.collateral += amount;
        c.totalCollateral += amount;
        // A token that rebased downwards takes no more deposits.
        uint256 balance = IERC20(v.token).balanceOf(address(this));
        if (balance < c.totalCollateral) revert BalanceBelowBooks(v.token, balance, c.totalCollateral);
        emit Deposited(vaultId, msg.sender, amount);
    }

    /// @inheritdoc IVaults
    function withdraw(uint256 vaultId, uint256 amount, address to) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        Vault storage v = _ownVault(vaultId);
        v.collateral -= amount;
        _collaterals[v.token].totalCollateral -= amount;
        if (v.normalDebt != 0) {
            _requireOperating();
            _accrue(v.token);
            _requireRatioMin(v);
        }
        emit Withdrawn(vaultId, to, amount);
        ExactTransfer.push(v.token, to, amount);
    }

    /// @inheritdoc IVaults
    function draw(uint256 vaultId, uint256 amount, address to) external nonReentrant {
        _requireOperating();
        if (amount == 0) revert ZeroAmount();
        Vault storage v = _ownVault(vaultId);
        Collateral storage c = _collaterals[v.token];
        _accrue(v.token);
        _addDebt(v, c, amount);

        uint256 debtRad = c.totalNormalDebt * c.rate;
        if (debtRad > c.params.debtCeiling * RAY) revert DebtCeilingExceeded(debtRad, c.params.debtCeiling);
        // The equation of the books gives the sum over all collaterals without a loop.
        uint256 globalRad = (((stablecoin.totalSupply() + amount) * RAY).toInt256() + surplusRad).toUint256();
        if (Math.ceilDiv(globalRad, RAY) > globalDebtCeiling) revert DebtCeilingExceeded(globalRad, globalDebtCeiling);
        _requireDebtMin(v, c);
        _requireRatioMin(v);

        emit Drawn(vaultId, to, amount, v.normalDebt);
        stablecoin.mint(to, amount);
    }

    /// @inheritdoc IVaults
    function repay(uint256 vaultId, uint256 amount) external beforeSettlement nonReentrant returns (uint256 repaid) {
        Vault storage v = _vaultOf(vaultId);
        repaid = _repay(vaultId, v, amount);
        if (repaid == 0) revert ZeroAmount();
        _requireDebtMin(v, _collaterals[v.token]);
    }

    /// @inheritdoc IVaults
    function close(uint256 vaultId, address to) external nonReentrant {
        Vault storage v = _ownVault(vaultId);
        if (v.normalDebt != 0) {
            if (settledAt != 0) revert VaultNotSettled(vaultId);
            _repay(vaultId, v, type(uint256).max);
        }
        address token = v.token;
        uint256 amount = v.collateral;
        _collaterals[token].totalCollateral -= amount;
        delete _vaults[vaultId];
        emit Withdrawn(vaultId, to, amount);
        emit VaultClosed(vaultId);
        if (amount != 0) ExactTransfer.push(token, to, amount);
    }

    /// @inheritdoc IVaults
    function liquidate(uint256 vaultId, uint256 repayMax, address to)
        external
        nonReentrant
        returns (LiquidationQuote memory quote)
    {
        _requireOperating();
        Vault storage v = _vaultOf(vaultId);
        Collateral storage c = _collaterals[v.token];
        _accrue(v.token);
        quote = quoteLiquidation(vaultId, repayMax);

        v.collateral -= quote.seized;
        c.totalCollateral -= quote.seized;
        _reduceDebt(v, c, quote.repaid);
        if (quote.writesOff) _writeOff(vaultId, v, c);

        emit Liquidated(vaultId, msg.sender, quote.repaid, quote.seized);
        stablecoin.burn(msg.sender, quote.repaid);
        if (quote.seized != 0) ExactTransfer.push(v.token, to, quote.seized);
    }

    /// @inheritdoc IVaults
    function redeem(uint256 vaultId, uint256 amount, uint256 collateralOutMin, address to)
        external
        nonReentrant
        returns (uint256 repaid, uint256 collateralOut)
    {
        _requireOperating();
        Vault storage v = _vaultOf(vaultId);
        Collateral storage c = _collaterals[v.token];
        uint256 debt = RayMath.unitsUp(v.normalDebt, _accrue(v.token));
        uint256 priceE18 = _price(v.token);
        uint256 value = _valueOf(v, priceE18);
        bool redeemable = value >= debt && value * BPS < debt * c.params.redemptionRatioBps;
        if (!redeemable) revert NotRedeemable(vaultId);

        repaid = _redeemable(amount, debt, c.params.debtMin);
        if (repaid == 0) revert ZeroAmount();
        uint256 worth = Math.mulDiv(repaid, BPS - c.params.redemptionFeeBps, BPS);
        collateralOut = Math.mulDiv(worth, c.unit, priceE18);
        if (collateralOut < collateralOutMin) revert TooLittleOut(collateralOut, collateralOutMin);

        v.collateral -= collateralOut;
        c.totalCollateral -= collateralOut;
        _reduceDebt(v, c, repaid);
        emit Redeemed(vaultId, msg.sender, repaid, collateralOut);
        stablecoin.burn(msg.sender, repaid);
        if (collateralOut != 0) ExactTransfer.push(v.token, to, collateralOut);
    }

    /// @inheritdoc IVaults
    function quoteLiquidation(uint256 vaultId, uint256 repayMax) public view returns (LiquidationQuote memory quote) {
        Vault storage v = _vaultOf(vaultId);
        Collateral storage c = _collaterals[v.token];
        uint256 priceE18 = _price(v.token);
        uint256 debt = RayMath.unitsUp(v.normalDebt, currentRate(v.token));
        uint256 value = _valueOf(v, priceE18);
        uint256 withBonus = BPS + c.params.liquidationBonusBps;
        if (value * BPS >= debt * c.params.liquidationRatioBps) revert NotLiquidatable(vaultId);

        bool cannotPayBonus = value * BPS <= debt * withBonus;
        uint256 most = cannotPayBonus
            ? Math.mulDiv(value, BPS, withBonus, Math.Rounding.Ceil)
            : _toTarget(c, debt, value, withBonus);
        quote.repaid = Math.min(repayMax, most);
        if (quote.repaid == most && cannotPayBonus) {
            quote.seized = v.collateral;
            quote.writesOff = true;
            return quote;
        }
        uint256 left = debt - quote.repaid;
        if (left != 0 && left < c.params.debtMin) revert DebtBelowMinimum(left, c.params.debtMin);
        if (quote.repaid == 0) revert ZeroAmount();
        uint256 seized = Math.mulDiv(Math.mulDiv(quote.repaid, withBonus, BPS), c.unit, priceE18);
        quote.seized = Math.min(seized, v.collateral);
    }

    /// @dev What brings (value - x * withBonus) / (debt - x) to the target, rounded up; all where the rest
    /// were too small.
    function _toTarget(Collateral storage c, uint256 debt, uint256 value, uint256 withBonus)
        private
        view
        returns (uint256 most)
    {
        uint256 target = c.params.targetRatioBps;
        most = Math.ceilDiv(debt * target - value * BPS, target - withBonus);
        if (most > debt || debt - most < c.params.debtMin) most = debt;
    }

    /// @dev At most the debt, leaving none or at least the minimum.
    function _redeemable(uint256 amount, uint256 debt, uint256 debtMin) private pure returns (uint256) {
        if (amount >= debt) return debt;
        if (debt - amount >= debtMin) return amount;
        return debt > debtMin ? debt - debtMin : 0;
    }

    function _repay(uint256 vaultId, Vault storage v, uint256 amount) private returns (uint256 repaid) {
        Collateral storage c = _collaterals[v.token];
        repaid = Math.min(amount, RayMath.unitsUp(v.normalDebt, _accrue(v.token)));
        _reduceDebt(v, c, repaid);
        emit Repaid(vaultId, msg.sender, repaid, v.normalDebt);
        stablecoin.burn(msg.sender, repaid);
    }

    function _writeOff(uint256 vaultId, Vault storage v, Collateral storage c) private {
        uint256 badRad = v.normalDebt * c.rate;
        c.totalNormalDebt -= v.normalDebt;
        v.normalDebt = 0;
        surplusRad -= badRad.toInt256();
        emit BadDebtBooked(vaultId, badRad);
    }

    function _ownVault(uint256 vaultId) private view returns (Vault storage v) {
        v = _vaultOf(vaultId);
        if (v.owner != msg.sender) revert NotVaultOwner(vaultId, msg.sender);
    }

    function _requireOperating() private view whenNotPaused beforeSettlement {}

    function _requireDebtMin(Vault storage v, Collateral storage c) private view {
        uint256 debt = RayMath.unitsUp(v.normalDebt, c.rate);
        if (debt != 0 && debt < c.params.debtMin) revert DebtBelowMinimum(debt, c.params.debtMin);
    }

    function _requireRatioMin(Vault storage v) private view {
        Collateral storage c = _collaterals[v.token];
        uint256 debt = RayMath.unitsUp(v.normalDebt, c.rate);
        uint256 value = _valueOf(v, _price(v.token));
        if (value * BPS < debt * c.params.ratioMinBps) revert RatioTooLow(value, debt, c.params.ratioMinBps);
    }
}
