// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPausable} from "../guardian/IPausable.sol";
import {IStablecoin} from "./IStablecoin.sol";

/// @title Vaults: qUSD drawn against collateral
/// @notice Each vault holds one collateral token and owes qUSD. Debt grows by the stability fee of its collateral, a
/// factor per second compounded in an index ("rate") with 27 decimals; a vault keeps its debt normal, that is divided
/// by the rate when it was drawn.
///
/// The books balance to the last of 45 decimals ("rad" = qUSD units x 1e27), at all times before settlement:
///
///   qUSD supply x 1e27 + surplusRad == sum over collaterals of totalNormalDebt x rate
///
/// Fees and every rounding enter `surplusRad`; bad debt leaves it, so a negative surplus is the deficit. All roundings
/// favour the system: debt up, payments out down, collateral required up.
///
/// Ratios are in basis points of collateral value to debt (15,000 = 150 %). qUSD counts as one US dollar. Amounts of
/// collateral are in the token's own units; amounts of qUSD have 18 decimals.
///
/// While paused: no open, draw, liquidate, redeem, nor a withdrawal from a vault with debt; deposit, repay, close,
/// recapitalise and all of settlement stay open. When the oracle reverts, what needs a price reverts with it: draw,
/// liquidate, redeem and a withdrawal from a vault with debt.
interface IVaults is IPausable {
    /// @notice What governance sets per collateral.
    /// @param debtCeiling Most debt that draws may reach, qUSD; 0 stops draws.
    /// @param debtMin A vault's debt is 0 or at least this, qUSD.
    /// @param feeFactor Stability fee: debt grows by this factor a second; 27 decimals, 1e27 = no fee, at most
    /// FEE_FACTOR_MAX.
    /// @param ratioMinBps What a draw or withdrawal must leave.
    /// @param liquidationRatioBps Below it a vault can be liquidated; less than ratioMinBps.
    /// @param targetRatioBps What a liquidation restores at most; at least liquidationRatioBps.
    /// @param redemptionRatioBps Below it a vault can be redeemed against; type(uint32).max = always.
    /// @param liquidationBonusBps What a liquidator takes beyond par; at most BONUS_BPS_MAX, and 100 % plus it is less
    /// than liquidationRatioBps.
    /// @param redemptionFeeBps What a redeemer leaves with the vault; between REDEMPTION_FEE_BPS_MIN and _MAX.
    struct CollateralParams {
        uint128 debtCeiling;
        uint128 debtMin;
        uint96 feeFactor;
        uint32 ratioMinBps;
        uint32 liquidationRatioBps;
        uint32 targetRatioBps;
        uint32 redemptionRatioBps;
        uint16 liquidationBonusBps;
        uint16 redemptionFeeBps;
    }

    /// @notice A collateral's parameters and totals.
    /// @param unit Units of one whole token; 0 where the token is not listed.
    /// @param rate The index of its debt as last accrued, 27 decimals, from 1e27.
    /// @param accruedAt When, in seconds since 1970.
    /// @param totalNormalDebt Sum of its vaults' normal debt.
    /// @param totalCollateral Sum of its vaults' collateral.
    /// @param settlementPriceE18 US dollars a whole token at settlement; 0 until frozen.
    /// @param settlementPool Collateral taken for the holders of qUSD at settlement.
    /// @param settlementPaid Of it, paid out.
    struct Collateral {
        CollateralParams params;
        uint256 unit;
        uint256 rate;
        uint256 accruedAt;
        uint256 totalNormalDebt;
        uint256 totalCollateral;
        uint256 settlementPriceE18;
        uint256 settlementPool;
        uint256 settlementPaid;
    }

    /// @notice A vault.
    struct Vault {
        address owner;
        address token;
        uint256 collateral;
        uint256 normalDebt;
    }

    /// @notice What a liquidation does.
    /// @param repaid qUSD that the liquidator pays.
    /// @param seized Collateral that the liquidator gets.
    /// @param writesOff True where all collateral goes and the rest of the debt becomes bad debt.
    struct LiquidationQuote {
        uint256 repaid;
        uint256 seized;
        bool writesOff;
    }

    event CollateralListed(address indexed token, uint256 unit);
    event CollateralParamsSet(address indexed token, CollateralParams params);
    event GlobalDebtCeilingSet(uint256 ceiling);
    event SurplusBufferSet(uint256 buffer);
    event OracleSet(address indexed oracle);
    event TreasurySet(address indexed treasury);
    event RateAccrued(address indexed token, uint256 rate, uint256 feeRad);
    event VaultOpened(uint256 indexed vaultId, address indexed owner, address indexed token);
    event Deposited(uint256 indexed vaultId, address indexed from, uint256 amount);
    event Withdrawn(uint256 indexed vaultId, address indexed to, uint256 amount);
    event Drawn(uint256 indexed vaultId, address indexed to, uint256 amount, uint256 normalDebt);
    event Repaid(uint256 indexed vaultId, address indexed from, uint256 amount, uint256 normalDebt);
    event VaultClosed(uint256 indexed vaultId);
    event Liquidated(uint256 indexed vaultId, address indexed liquidator, uint256 repaid, uint256 seized);
    event BadDebtBooked(uint256 indexed vaultId, uint256 debtRad);
    event Redeemed(uint256 indexed vaultId, address indexed redeemer, uint256 repaid, uint256 collateralOut);
    event SurplusDistributed(address indexed treasury, uint256 amount);
    event Recapitalised(address indexed from, uint256 amount);
    event SettlementStarted(address indexed by);
    event SettlementPriceFrozen(address indexed token, uint256 priceE18, bool byAdmin);
    event VaultSettled(uint256 indexed vaultId, uint256 collateralTaken, uint256 debtRad, uint256 shortfallRad);
    event CashOutOpened(uint256 settlementSupply, uint256 treasuryShare);
    event Surrendered(address indexed holder, uint256 amount);
    event SettlementClaimed(address indexed holder, address indexed token, address indexed to, uint256 amount);

    error ZeroAddress();
    error ZeroAmount();
    error NotListed(address token);
    error AlreadyListed(address token);
    error TooManyCollaterals();
    error InvalidParams();
    error UnsuitableToken(address token);
    error NotVaultOwner(uint256 vaultId, address caller);
    error NoSuchVault(uint256 vaultId);
    error RatioTooLow(uint256 collateralValue, uint256 debt, uint256 ratioMinBps);
    error DebtCeilingExceeded(uint256 debtRad, uint256 ceiling);
    error DebtBelowMinimum(uint256 debt, uint256 debtMin);
    error NotLiquidatable(uint256 vaultId);
    error NotRedeemable(uint256 vaultId);
    error TooLittleOut(uint256 amountOut, uint256 amountOutMin);
    error BalanceBelowBooks(address token, uint256 balance, uint256 booked);
    error NothingToDistribute();
    error NoDeficit();
    error SettlementHasStarted();
    error SettlementNotStarted();
    error VaultNotSettled(uint256 vaultId);
    error PriceAlreadyFrozen(address token);
    error PriceNotFrozen(address token);
    error OracleStillAnswers(address token);
    error DebtNotSettled(address token);
    error CashOutNotOpen();
    error CashOutAlreadyOpen();

    /// @notice Opens an empty vault for the caller.
    /// @return vaultId Numbers from 1, never used again.
    function open(address token) external returns (uint256 vaultId);

    /// @notice Adds collateral to any vault, from the caller's balance and by its allowance.
    /// @dev Reverts where the token does not deliver exactly the amount, or no longer holds what the books say.
    function deposit(uint256 vaultId, uint256 amount) external;

    /// @notice Takes collateral out. Only the owner; with debt, not below the minimum ratio.
    function withdraw(uint256 vaultId, uint256 amount, address to) external;

    /// @notice Mints qUSD against the vault. Only the owner. The debt grows by at least the amount.
    function draw(uint256 vaultId, uint256 amount, address to) external;

    /// @notice Burns the caller's qUSD against any vault's debt.
    /// @param amount qUSD; what exceeds the debt is not taken.
    /// @return repaid What was burnt.
    function repay(uint256 vaultId, uint256 amount) external returns (uint256 repaid);

    /// @notice Repays all debt with the caller's qUSD, pays all collateral out and ends the vault. Only the owner.
    function close(uint256 vaultId, address to) external;

    /// @notice Repays an unsafe vault's debt for its collateral at the oracle's price and a bonus, up to the target
    /// ratio; all of it where less than the minimum would be left. A vault that cannot pay the bonus loses all
    /// collateral for what that is worth, and the rest of the debt is booked as bad.
    /// @param repayMax Most qUSD that the caller pays.
    function liquidate(uint256 vaultId, uint256 repayMax, address to) external returns (LiquidationQuote memory);

    /// @notice Takes collateral at par less the fee, which stays in the vault, for repaying the vault's debt. Only
    /// where the ratio is at least 100 % and below the redemption ratio.
    /// @param amount Most qUSD that the caller pays; less is taken where else less than the minimum debt would be left.
    /// @param collateralOutMin Reverts where less would come out.
    function redeem(uint256 vaultId, uint256 amount, uint256 collateralOutMin, address to)
        external
        returns (uint256 repaid, uint256 collateralOut);

    /// @notice Brings a collateral's index up to now. Anybody may; every action does it.
    function accrue(address token) external returns (uint256 rate);

    /// @notice Mints the whole units of surplus beyond the buffer to the treasury. Anybody may.
    function distributeSurplus() external returns (uint256 amount);

    /// @notice Burns the caller's qUSD against the deficit.
    /// @return paid At most the deficit rounded up.
    function recapitalise(uint256 amount) external returns (uint256 paid);

    /// @notice Starts global settlement, for ever: fees stop, prices freeze where the oracle answers.
    /// Only SETTLER_ROLE.
    function settle() external;

    /// @notice Freezes the price of a collateral whose oracle was silent when settlement started. Anybody may.
    function freezePrice(address token) external;

    /// @notice Freezes a price that the oracle still does not answer. Only the admin (timelock).
    function freezePriceByAdmin(address token, uint256 priceE18) external;

    /// @notice Takes what a vault owes at the frozen price for the holders of qUSD; the rest is the owner's.
    /// Anybody may.
    function settleVault(uint256 vaultId) external;

    /// @notice Opens the way out for holders when no vault owes any more. Surplus beyond all shortfall counts as
    /// surrendered by this contract, for the treasury. Anybody may.
    function openCashOut() external;

    /// @notice Burns the caller's qUSD for a claim on every settlement pool, pro rata to the supply.
    function surrender(uint256 amount) external;

    /// @notice Pays what the caller's surrendered qUSD have claim to in one collateral.
    function claim(address token, address to) external returns (uint256 amount);

    /// @notice Pays what the surplus has claim to in one collateral to the treasury, which need not be able to call.
    /// Anybody may.
    function claimForTreasury(address token) external returns (uint256 amount);

    /// @notice Lists a collateral. Only the admin.
    function listCollateral(address token, CollateralParams calldata params) external;

    /// @notice Changes a collateral's parameters; fees until now accrue at the old ones. Only the admin.
    function setCollateralParams(address token, CollateralParams calldata params) external;

    /// @notice Sets the most debt that draws may reach over all collaterals, as last accrued. Only the admin.
    function setGlobalDebtCeiling(uint256 ceiling) external;

    /// @notice Sets the surplus that is kept against bad debt, qUSD. Only the admin.
    function setSurplusBuffer(uint256 buffer) external;

    /// @notice Sets the price source. Only the admin.
    function setOracle(address oracle) external;

    /// @notice Sets who receives surplus. Only the admin.
    function setTreasury(address treasury) external;

    /// @notice qUSD.
    function stablecoin() external view returns (IStablecoin);

    /// @notice A collateral as last accrued.
    function collateral(address token) external view returns (Collateral memory);

    /// @notice The listed collaterals, at most COLLATERALS_MAX.
    function collateralTokens() external view returns (address[] memory);

    /// @notice A vault.
    function vault(uint256 vaultId) external view returns (Vault memory);

    /// @notice What repays a vault in full now, rounded up.
    function debtOf(uint256 vaultId) external view returns (uint256);

    /// @notice Collateral value over debt now, rounded down; type(uint256).max without debt. Reverts as the oracle
    /// does.
    function ratioBpsOf(uint256 vaultId) external view returns (uint256);

    /// @notice What a liquidation would do now; reverts where the vault is safe.
    function quoteLiquidation(uint256 vaultId, uint256 repayMax) external view returns (LiquidationQuote memory);

    /// @notice The rate of a collateral now.
    function currentRate(address token) external view returns (uint256);

    /// @notice Fees and roundings less bad debt, not yet minted; 45 decimals. Negative: the deficit.
    function surplusRad() external view returns (int256);

    /// @notice The deficit in whole units of qUSD, rounded up.
    function deficit() external view returns (uint256);
}
