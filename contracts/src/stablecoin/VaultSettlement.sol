// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {RayMath} from "../libraries/RayMath.sol";
import {IVaults} from "./IVaults.sol";
import {VaultLedger} from "./VaultLedger.sol";

/// @title Global settlement: the end of qUSD
/// @notice settle -> prices frozen -> settleVault for each vault with debt -> openCashOut -> surrender and claim.
/// Owners withdraw what is left in their vaults as soon as theirs is settled. Every step but the first and a silent
/// oracle's price is open to anybody and touches one vault or one token: nobody can block it, no loop grows with users.
abstract contract VaultSettlement is VaultLedger {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @notice True once holders may surrender.
    bool public cashOutOpen;
    /// @notice qUSD in existence when the way out opened and the treasury's surplus: what the pools are shared by.
    uint256 public settlementSupply;
    /// @notice What settled vaults could not cover at the frozen prices; 45 decimals.
    uint256 public shortfallRad;
    /// @notice Debts of settled vaults; 45 decimals. Until the way out opens, supply x 1e27 + surplusRad is this plus
    /// the debts of vaults not yet settled.
    uint256 public settledDebtRad;

    /// @notice qUSD that a holder has surrendered; this contract's own is the treasury's surplus.
    mapping(address holder => uint256) public surrendered;
    mapping(address holder => mapping(address token => uint256)) public claimed;

    modifier inSettlement() {
        if (settledAt == 0) revert SettlementNotStarted();
        _;
    }

    /// @inheritdoc IVaults
    function settle() external onlyRole(SETTLER_ROLE) beforeSettlement nonReentrant {
        uint256 count = _tokens.length;
        for (uint256 i = 0; i < count; i++) {
            _accrue(_tokens[i]);
        }
        settledAt = block.timestamp;
        emit SettlementStarted(msg.sender);
        for (uint256 i = 0; i < count; i++) {
            // One silent oracle must not hold up the rest.
            try oracle.price(_tokens[i]) returns (uint256 priceE18, uint256) {
                _freeze(_tokens[i], priceE18, false);
            } catch {}
        }
    }

    /// @inheritdoc IVaults
    function freezePrice(address token) external inSettlement {
        _freeze(token, _price(token), false);
    }

    /// @inheritdoc IVaults
    function freezePriceByAdmin(address token, uint256 priceE18) external onlyRole(DEFAULT_ADMIN_ROLE) inSettlement {
        try oracle.price(token) returns (uint256, uint256) {
            revert OracleStillAnswers(token);
        } catch {
            _freeze(token, priceE18, true);
        }
    }

    /// @inheritdoc IVaults
    function settleVault(uint256 vaultId) external inSettlement {
        Vault storage v = _vaultOf(vaultId);
        Collateral storage c = _collaterals[v.token];
        if (c.settlementPriceE18 == 0) revert PriceNotFrozen(v.token);
        if (v.normalDebt == 0) revert ZeroAmount();

        uint256 debtRad = v.normalDebt * c.rate;
        uint256 owed =
            Math.mulDiv(RayMath.unitsUp(v.normalDebt, c.rate), c.unit, c.settlementPriceE18, Math.Rounding.Ceil);
        uint256 taken = Math.min(owed, v.collateral);
        uint256 coveredRad = _valueOf(v, c.settlementPriceE18) * RAY;
        uint256 missingRad = debtRad > coveredRad ? debtRad - coveredRad : 0;

        c.totalNormalDebt -= v.normalDebt;
        c.totalCollateral -= taken;
        c.settlementPool += taken;
        v.normalDebt = 0;
        v.collateral -= taken;
        settledDebtRad += debtRad;
        shortfallRad += missingRad;
        emit VaultSettled(vaultId, taken, debtRad, missingRad);
    }

    /// @inheritdoc IVaults
    function openCashOut() external inSettlement {
        if (cashOutOpen) revert CashOutAlreadyOpen();
        uint256 count = _tokens.length;
        for (uint256 i = 0; i < count; i++) {
            if (_collaterals[_tokens[i]].totalNormalDebt != 0) revert DebtNotSettled(_tokens[i]);
        }
        cashOutOpen = true;
        int256 spare = surplusRad - shortfallRad.toInt256();
        uint256 surplus = spare > 0 ? spare.toUint256() / RAY : 0;
        // Not minted but taken for surrendered at once: a paused qUSD must not close the way out.
        surplusRad -= (surplus * RAY).toInt256();
        // Under no treasury's name: one that is a contract could not claim, and the treasury may change.
        surrendered[address(this)] = surplus;
        settlementSupply = stablecoin.totalSupply() + surplus;
        emit CashOutOpened(settlementSupply, surplus);
    }

    /// @inheritdoc IVaults
    function surrender(uint256 amount) external {
        if (!cashOutOpen) revert CashOutNotOpen();
        if (amount == 0) revert ZeroAmount();
        surrendered[msg.sender] += amount;
        stablecoin.burn(msg.sender, amount);
        emit Surrendered(msg.sender, amount);
    }

    /// @inheritdoc IVaults
    function claim(address token, address to) external nonReentrant returns (uint256 amount) {
        return _claim(msg.sender, token, to);
    }

    /// @inheritdoc IVaults
    function claimForTreasury(address token) external nonReentrant returns (uint256 amount) {
        return _claim(address(this), token, treasury);
    }

    /// @dev Rounded down on the sum of what the holder has surrendered, so that claiming in parts loses nothing.
    function _claim(address holder, address token, address to) private returns (uint256 amount) {
        if (!cashOutOpen) revert CashOutNotOpen();
        Collateral storage c = _listed(token);
        uint256 entitled = Math.mulDiv(c.settlementPool, surrendered[holder], settlementSupply);
        amount = entitled - claimed[holder][token];
        if (amount == 0) revert ZeroAmount();
        claimed[holder][token] = entitled;
        c.settlementPaid += amount;
        ExactTransfer.push(token, to, amount);
        emit SettlementClaimed(holder, token, to, amount);
    }

    function _freeze(address token, uint256 priceE18, bool byAdmin) private {
        Collateral storage c = _listed(token);
        if (c.settlementPriceE18 != 0) revert PriceAlreadyFrozen(token);
        if (priceE18 == 0) revert ZeroAmount();
        c.settlementPriceE18 = priceE18;
        emit SettlementPriceFrozen(token, priceE18, byAdmin);
    }
}
