// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPausable} from "../guardian/IPausable.sol";
import {IInterestRateModel} from "./IInterestRateModel.sol";

/// @title A pool of markets to lend to and borrow from
/// @notice Suppliers hold shares x supply index, borrowers owe shares x borrow index; both indices have 27 decimals,
/// start at 1e27 and rise with time alone, so that no transfer, donation or first deposit moves them. Each market's
/// books balance to the ray (units x 1e27), after every call:
///
///   cash x 1e27 + debtShares x borrowIndex + deficitRay == supplyShares x supplyIndex + reservesRay
///
/// `cash` counts what came in and went out, not the balance. Interest less the suppliers' part, premiums and every
/// rounding enter the reserves. All roundings favour the pool: credit down, debt up, payments out down.
///
/// Amounts are in the asset's units, values in US dollars with 18 decimals, factors in basis points. A health factor
/// has 18 decimals; below 1e18 an account can be liquidated.
///
/// While paused: no supply, borrow, liquidation or flash loan, and no withdrawal or disabling of collateral that
/// carries debt. When the oracle reverts, the same stops but for supply and flash loans. Repay, and withdraw of what
/// carries no debt, always work.
interface ILendingPool is IPausable {
    /// @notice What governance sets per market. While an asset's price is refused, no account that has any of it as
    /// collateral or debt can be liquidated: one whose price somebody can make refused, as by moving a thin pair, is to
    /// be isolated and have a borrow cap of 0.
    /// @param supplyCap Most units that supplies may reach; 0 stops them.
    /// @param borrowCap Most units that borrows may reach; 0 stops them.
    /// @param isolationDebtCeiling Not 0: as collateral the asset stands alone, only for assets borrowable in
    /// isolation, and all debts on it together stay within this; US dollars, 18 decimals.
    /// @param ltvBps Part of its value that may be borrowed; 0: not collateral for new debt.
    /// @param liquidationThresholdBps Part of its value that counts for the health factor; at least ltvBps. With the
    /// bonus on top it is at most 100 %.
    /// @param liquidationBonusBps What liquidators get beyond par; at most BONUS_BPS_MAX.
    /// @param reserveFactorBps Part of the interest that goes to the reserves; at most RESERVE_FACTOR_BPS_MAX.
    /// @param borrowableInIsolation True for dollar coins alone: the ceiling counts its whole tokens as dollars.
    /// @param flashLoans Whether flash loans are given.
    struct MarketParams {
        uint128 supplyCap;
        uint128 borrowCap;
        uint128 isolationDebtCeiling;
        uint16 ltvBps;
        uint16 liquidationThresholdBps;
        uint16 liquidationBonusBps;
        uint16 reserveFactorBps;
        bool borrowableInIsolation;
        bool flashLoans;
    }

    /// @notice A market as last accrued.
    /// @param unit Units of one whole token; 0 where the asset is not listed.
    /// @param isolatedDebt Dollars borrowed on it as isolated collateral, without interest, 18 decimals.
    struct Market {
        MarketParams params;
        IInterestRateModel rateModel;
        uint256 unit;
        uint256 accruedAt;
        uint256 supplyIndex;
        uint256 borrowIndex;
        uint256 supplyShares;
        uint256 debtShares;
        uint256 cash;
        uint256 reservesRay;
        uint256 deficitRay;
        uint256 isolatedDebt;
    }

    /// @notice An account by value; US dollars with 18 decimals.
    /// @param borrowPower What its collateral lets it owe.
    /// @param liquidationValue What its collateral counts for the health factor.
    struct AccountData {
        uint256 collateralValue;
        uint256 borrowPower;
        uint256 liquidationValue;
        uint256 debtValue;
        uint256 healthFactor;
    }

    /// @notice What a liquidation does.
    /// @param repaid Units of the debt's asset that the liquidator pays.
    /// @param seized Units of the collateral that the liquidator gets.
    /// @param seizesAll True where all of that collateral goes.
    struct LiquidationQuote {
        uint256 repaid;
        uint256 seized;
        bool seizesAll;
    }

    event MarketListed(address indexed asset, uint256 unit);
    event MarketParamsSet(address indexed asset, MarketParams params, address rateModel);
    event OracleSet(address indexed oracle);
    event TreasurySet(address indexed treasury);
    event FlashLoanPremiumSet(uint128 premiumBps);
    event Accrued(address indexed asset, uint256 supplyIndex, uint256 borrowIndex, uint256 interestRay);
    event Supplied(
        address indexed asset, address indexed from, address indexed account, uint256 amount, uint256 shares
    );
    event Withdrawn(address indexed asset, address indexed account, address indexed to, uint256 amount, uint256 shares);
    event Borrowed(address indexed asset, address indexed account, address indexed to, uint256 amount, uint256 shares);
    event Repaid(address indexed asset, address indexed from, address indexed account, uint256 amount, uint256 shares);
    event CollateralEnabled(address indexed account, address indexed asset);
    event CollateralDisabled(address indexed account, address indexed asset);
    event IsolatedDebtChanged(address indexed collateral, address indexed account, uint256 accountDebt, uint256 total);
    event Liquidated(
        address indexed account,
        address indexed debtAsset,
        address indexed collateralAsset,
        address liquidator,
        uint256 repaid,
        uint256 seized,
        bool inShares
    );
    event DeficitBooked(address indexed account, address indexed asset, uint256 debtRay);
    event DeficitCovered(address indexed asset, address indexed from, uint256 amountRay);
    event ReservesCollected(address indexed asset, address indexed treasury, uint256 amount);
    event FlashLoan(
        address indexed receiver,
        address indexed initiator,
        address indexed asset,
        uint256 amount,
        uint256 premium,
        uint16 referralCode
    );

    error ZeroAddress();
    error ZeroAmount();
    error NotListed(address asset);
    error AlreadyListed(address asset);
    error TooManyMarkets();
    error UnsuitableToken(address asset);
    error InvalidParams();
    error SupplyCapExceeded(uint256 supplied, uint256 cap);
    error BorrowCapExceeded(uint256 borrowed, uint256 cap);
    error InsufficientLiquidity(uint256 amount, uint256 available);
    error InsufficientSupply(uint256 amount, uint256 supplied);
    error InsufficientCollateral(uint256 debtValue, uint256 borrowPower);
    error BalanceBelowBooks(address asset, uint256 balance, uint256 booked);
    error NoDebt(address account, address asset);
    error NotCollateral(address asset);
    error AlreadyCollateral(address asset);
    error TooManyAssets(address account);
    error IsolatedCollateralStandsAlone(address asset);
    error NotBorrowableInIsolation(address asset);
    error IsolationCeilingExceeded(uint256 isolatedDebt, uint256 ceiling);
    error NotLiquidatable(uint256 healthFactor);
    error DustLeft(uint256 debtValue, uint256 collateralValue);
    error NoDeficit(address asset);
    error NothingToCollect(address asset);
    error FlashLoansOff(address asset);
    error FlashLoanRefused(address receiver);

    /// @notice Lends to a market for an account; from the caller's balance and by its allowance.
    /// @dev Reverts where the token does not deliver exactly the amount, or no longer holds what the books say.
    /// @return shares Credited, at least 1.
    function supply(address asset, uint256 amount, address account) external returns (uint256 shares);

    /// @notice Takes the caller's supply out.
    /// @param amount type(uint256).max for all.
    /// @return withdrawn What was paid out.
    function withdraw(address asset, uint256 amount, address to) external returns (uint256 withdrawn);

    /// @notice Makes the caller's supply of an asset collateral, what is supplied later included.
    function enableCollateral(address asset) external;

    /// @notice Frees the caller's supply of an asset. Reverts where its debts need it.
    function disableCollateral(address asset) external;

    /// @notice Borrows against the caller's collateral.
    function borrow(address asset, uint256 amount, address to) external returns (uint256 shares);

    /// @notice Repays anybody's debt from the caller's balance.
    /// @param amount What exceeds the debt is not taken.
    /// @return repaid What was taken.
    function repay(address asset, uint256 amount, address account) external returns (uint256 repaid);

    /// @notice Repays an unhealthy account's debt for its collateral and the bonus. Up to half of the debt in that
    /// asset, or all of it where the health factor is below CLOSE_ALL_HEALTH or the debt or the collateral is worth
    /// less than CLOSE_ALL_VALUE. Where both stay, each is worth LEFTOVER_MIN or more. What an account without any
    /// collateral still owes is booked as deficit.
    /// @param repayMax Most units that the caller pays.
    /// @param inShares True: collateral is paid in supply shares, whatever the liquidity.
    function liquidate(
        address account,
        address debtAsset,
        address collateralAsset,
        uint256 repayMax,
        bool inShares,
        address to
    ) external returns (LiquidationQuote memory quote);

    /// @notice Lends any part of a market's cash for the length of a call. The form of Aave v3.
    /// @dev The pool is locked meanwhile: the receiver cannot use the pool within the call.
    function flashLoanSimple(
        address receiver,
        address asset,
        uint256 amount,
        bytes calldata params,
        uint16 referralCode
    ) external;

    /// @notice The premium of a flash loan in basis points, rounded up to a unit; all of it is reserves.
    // forge-lint: disable-next-item(mixed-case-function)
    // solhint-disable-next-line func-name-mixedcase
    function FLASHLOAN_PREMIUM_TOTAL() external view returns (uint128);

    /// @notice Pays for a deficit from the caller's balance.
    /// @return covered At most the deficit rounded up.
    function coverDeficit(address asset, uint256 amount) external returns (uint256 covered);

    /// @notice Sets a deficit off against the market's reserves. Anybody may.
    function coverDeficitFromReserves(address asset) external;

    /// @notice Pays whole units of reserves beyond the deficit to the treasury, as far as there is cash. Anybody may.
    function collectReserves(address asset) external returns (uint256 amount);

    /// @notice Brings a market's indices up to now. Anybody may; every action does it.
    function accrue(address asset) external;

    /// @notice Lists a market. Only the admin.
    function listMarket(address asset, MarketParams calldata params, IInterestRateModel rateModel) external;

    /// @notice Changes a market; interest until now accrues at the old terms. Only the admin.
    function setMarketParams(address asset, MarketParams calldata params, IInterestRateModel rateModel) external;

    /// @notice Sets the premium of flash loans, at most PREMIUM_BPS_MAX. Only the admin.
    function setFlashLoanPremium(uint128 premiumBps) external;

    /// @notice Sets the price source. Only the admin.
    function setOracle(address oracle) external;

    /// @notice Sets who receives reserves. Only the admin.
    function setTreasury(address treasury) external;

    /// @notice A market as last accrued.
    function market(address asset) external view returns (Market memory);

    /// @notice The listed assets, at most MARKETS_MAX.
    function assets() external view returns (address[] memory);

    /// @notice The indices now.
    function currentIndices(address asset) external view returns (uint256 supplyIndex, uint256 borrowIndex);

    /// @notice Units that can be borrowed or withdrawn: cash less reserves.
    function liquidityOf(address asset) external view returns (uint256);

    /// @notice Units that an account can claim now, rounded down.
    function supplyOf(address account, address asset) external view returns (uint256);

    /// @notice Units that repay an account's debt in full now, rounded up.
    function debtOf(address account, address asset) external view returns (uint256);

    /// @notice An account's shares as they are stored.
    function sharesOf(address account, address asset) external view returns (uint256 supplyShares, uint256 debtShares);

    /// @notice What an account uses as collateral, at most ACCOUNT_ASSETS_MAX.
    function collateralsOf(address account) external view returns (address[] memory);

    /// @notice What an account has borrowed, at most ACCOUNT_ASSETS_MAX.
    function borrowsOf(address account) external view returns (address[] memory);

    /// @notice An account now. Reverts as the oracle does.
    function accountData(address account) external view returns (AccountData memory);

    /// @notice type(uint256).max without debt. Reverts as the oracle does.
    function healthFactor(address account) external view returns (uint256);

    /// @notice What a liquidation would do now; reverts where the account is healthy.
    function quoteLiquidation(address account, address debtAsset, address collateralAsset, uint256 repayMax)
        external
        view
        returns (LiquidationQuote memory);
}
