// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {RayMath} from "../libraries/RayMath.sol";
import {IPriceOracle} from "../oracle/IPriceOracle.sol";
import {IInterestRateModel} from "./IInterestRateModel.sol";
import {ILendingPool} from "./ILendingPool.sol";

/// @title The books of the markets: indices, cash, reserves, deficit, and what governance sets
/// @dev `_bookSupply`, `_bookWithdrawal`, `_bookBorrow`, `_bookRepayment` and `_accrue` alone change a market's sums,
/// and each keeps the equation of ILendingPool: what the rounding leaves enters the reserves, and would underflow if it
/// favoured the user. Tokens are pulled before they are booked and unbooked before they are pushed, so that a view
/// read in a token's callback never overstates.
abstract contract LendingLedger is ILendingPool, AccessControlDefaultAdminRules, Pausable, ReentrancyGuardTransient {
    /// @notice May pause; held by the guardian.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    uint256 public constant MARKETS_MAX = 128;
    uint256 public constant BONUS_BPS_MAX = 2_000;
    uint256 public constant RESERVE_FACTOR_BPS_MAX = 5_000;
    uint128 public constant PREMIUM_BPS_MAX = 100;
    /// @notice A model's answer counts at most this much, a ray per second: about 1,000 % a year without compounding.
    uint256 public constant RATE_MAX = 10 * RayMath.RAY / 365 days;

    uint256 internal constant RAY = RayMath.RAY;
    uint256 internal constant BPS = 10_000;
    uint256 private constant DECIMALS_MAX = 18;
    uint128 private constant PREMIUM_BPS_FIRST = 5;

    IPriceOracle public oracle;
    address public treasury;

    mapping(address asset => Market) internal _markets;
    address[] private _assets;
    uint128 internal _flashLoanPremiumBps;

    constructor(uint48 adminDelay, address admin, address oracle_, address treasury_)
        AccessControlDefaultAdminRules(adminDelay, admin)
    {
        _setOracle(oracle_);
        _setTreasury(treasury_);
        _setFlashLoanPremium(PREMIUM_BPS_FIRST);
    }

    /// @inheritdoc ILendingPool
    function listMarket(address asset, MarketParams calldata params, IInterestRateModel rateModel)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        if (_markets[asset].unit != 0) revert AlreadyListed(asset);
        if (_assets.length == MARKETS_MAX) revert TooManyMarkets();
        uint8 decimals = IERC20Metadata(asset).decimals();
        if (decimals > DECIMALS_MAX) revert UnsuitableToken(asset);
        _assets.push(asset);
        Market storage m = _markets[asset];
        m.unit = 10 ** decimals;
        m.supplyIndex = RAY;
        m.borrowIndex = RAY;
        m.accruedAt = block.timestamp;
        emit MarketListed(asset, m.unit);
        _setParams(asset, m, params, rateModel);
    }

    /// @inheritdoc ILendingPool
    function setMarketParams(address asset, MarketParams calldata params, IInterestRateModel rateModel)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        _setParams(asset, _accrue(asset), params, rateModel);
    }

    /// @inheritdoc ILendingPool
    function setFlashLoanPremium(uint128 premiumBps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setFlashLoanPremium(premiumBps);
    }

    /// @inheritdoc ILendingPool
    function setOracle(address oracle_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setOracle(oracle_);
    }

    /// @inheritdoc ILendingPool
    function setTreasury(address treasury_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setTreasury(treasury_);
    }

    /// @inheritdoc IPausable
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @inheritdoc IPausable
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc ILendingPool
    function accrue(address asset) external nonReentrant {
        _accrue(asset);
    }

    /// @inheritdoc ILendingPool
    function coverDeficit(address asset, uint256 amount) external nonReentrant returns (uint256 covered) {
        Market storage m = _accrue(asset);
        covered = Math.min(amount, Math.ceilDiv(m.deficitRay, RAY));
        if (covered == 0) revert NoDeficit(asset);
        ExactTransfer.pull(asset, msg.sender, covered);
        uint256 paidRay = covered * RAY;
        uint256 takenOffRay = Math.min(paidRay, m.deficitRay);
        m.cash += covered;
        m.deficitRay -= takenOffRay;
        m.reservesRay += paidRay - takenOffRay;
        emit DeficitCovered(asset, msg.sender, takenOffRay);
    }

    /// @inheritdoc ILendingPool
    function coverDeficitFromReserves(address asset) external nonReentrant {
        Market storage m = _accrue(asset);
        uint256 amountRay = Math.min(m.deficitRay, m.reservesRay);
        if (amountRay == 0) revert NoDeficit(asset);
        m.deficitRay -= amountRay;
        m.reservesRay -= amountRay;
        emit DeficitCovered(asset, address(this), amountRay);
    }

    /// @inheritdoc ILendingPool
    function collectReserves(address asset) external nonReentrant returns (uint256 amount) {
        Market storage m = _accrue(asset);
        // First comes what the suppliers have lost: else whoever calls first decides whether reserves ever cover it.
        amount = Math.min(Math.saturatingSub(m.reservesRay, m.deficitRay) / RAY, m.cash);
        if (amount == 0) revert NothingToCollect(asset);
        m.cash -= amount;
        m.reservesRay -= amount * RAY;
        emit ReservesCollected(asset, treasury, amount);
        ExactTransfer.push(asset, treasury, amount);
    }

    /// @inheritdoc IPausable
    function paused() public view override(Pausable, IPausable) returns (bool) {
        return super.paused();
    }

    /// @inheritdoc ILendingPool
    function market(address asset) external view returns (Market memory) {
        return _markets[asset];
    }

    /// @inheritdoc ILendingPool
    function assets() external view returns (address[] memory) {
        return _assets;
    }

    /// @inheritdoc ILendingPool
    function liquidityOf(address asset) external view returns (uint256) {
        return _liquidity(_listed(asset));
    }

    /// @inheritdoc ILendingPool
    /// @dev Suppliers get the interest less the reserve factor, rounded down per share. Nothing accrues for nobody; but
    /// where anything is owed there are supply shares, since reserves are not lent.
    function currentIndices(address asset) public view returns (uint256 supplyIndex, uint256 borrowIndex) {
        Market storage m = _listed(asset);
        (supplyIndex, borrowIndex) = (m.supplyIndex, m.borrowIndex);
        uint256 elapsed = block.timestamp - m.accruedAt;
        if (elapsed == 0 || m.debtShares == 0 || m.supplyShares == 0) return (supplyIndex, borrowIndex);
        uint256 debt = RayMath.unitsUp(m.debtShares, borrowIndex);
        uint256 rate = Math.min(m.rateModel.ratePerSecond(_liquidity(m), debt), RATE_MAX);
        borrowIndex = RayMath.compound(borrowIndex, RAY + rate, elapsed);
        uint256 interestRay = m.debtShares * (borrowIndex - m.borrowIndex);
        uint256 toSuppliersRay = Math.mulDiv(interestRay, BPS - m.params.reserveFactorBps, BPS);
        supplyIndex += toSuppliersRay / m.supplyShares;
    }

    function _accrue(address asset) internal returns (Market storage m) {
        m = _listed(asset);
        (uint256 supplyIndex, uint256 borrowIndex) = currentIndices(asset);
        m.accruedAt = block.timestamp;
        if (borrowIndex == m.borrowIndex) return m;
        uint256 interestRay = m.debtShares * (borrowIndex - m.borrowIndex);
        m.reservesRay += interestRay - m.supplyShares * (supplyIndex - m.supplyIndex);
        m.supplyIndex = supplyIndex;
        m.borrowIndex = borrowIndex;
        emit Accrued(asset, supplyIndex, borrowIndex, interestRay);
    }

    /// @dev Shares rounded down.
    function _bookSupply(Market storage m, uint256 amount) internal returns (uint256 shares) {
        shares = RayMath.normalDown(amount, m.supplyIndex);
        m.cash += amount;
        m.supplyShares += shares;
        m.reservesRay += amount * RAY - shares * m.supplyIndex;
    }

    /// @dev Shares that are worth at least the amount.
    function _bookWithdrawal(Market storage m, uint256 amount, uint256 shares) internal {
        _requireLiquidity(m, amount);
        m.cash -= amount;
        m.supplyShares -= shares;
        m.reservesRay += shares * m.supplyIndex - amount * RAY;
    }

    /// @dev Shares rounded up.
    function _bookBorrow(Market storage m, uint256 amount) internal returns (uint256 shares) {
        _requireLiquidity(m, amount);
        shares = RayMath.normalUp(amount, m.borrowIndex);
        m.cash -= amount;
        m.debtShares += shares;
        m.reservesRay += shares * m.borrowIndex - amount * RAY;
    }

    /// @dev Shares that are worth at most the amount.
    function _bookRepayment(Market storage m, uint256 amount, uint256 shares) internal {
        m.cash += amount;
        m.debtShares -= shares;
        m.reservesRay += amount * RAY - shares * m.borrowIndex;
    }

    function _requireLiquidity(Market storage m, uint256 amount) internal view {
        uint256 available = _liquidity(m);
        if (amount > available) revert InsufficientLiquidity(amount, available);
    }

    /// @dev The reserves are not lent, or there could be debt without supply to earn its interest.
    function _liquidity(Market storage m) internal view returns (uint256) {
        return Math.saturatingSub(m.cash, Math.ceilDiv(m.reservesRay, RAY));
    }

    function _listed(address asset) internal view returns (Market storage m) {
        m = _markets[asset];
        if (m.unit == 0) revert NotListed(asset);
    }

    /// @dev A token that rebased downwards takes no more supplies.
    function _requireBacked(address asset, Market storage m) internal view {
        uint256 balance = IERC20(asset).balanceOf(address(this));
        if (balance < m.cash) revert BalanceBelowBooks(asset, balance, m.cash);
    }

    function _setParams(address asset, Market storage m, MarketParams calldata p, IInterestRateModel rateModel)
        private
    {
        bool valid = p.ltvBps <= p.liquidationThresholdBps && p.liquidationBonusBps <= BONUS_BPS_MAX
            && uint256(p.liquidationThresholdBps) * (BPS + p.liquidationBonusBps) <= BPS * BPS
            && p.reserveFactorBps <= RESERVE_FACTOR_BPS_MAX;
        if (!valid) revert InvalidParams();
        if (address(rateModel) == address(0)) revert ZeroAddress();
        m.params = p;
        m.rateModel = rateModel;
        emit MarketParamsSet(asset, p, address(rateModel));
    }

    function _setFlashLoanPremium(uint128 premiumBps) private {
        if (premiumBps > PREMIUM_BPS_MAX) revert InvalidParams();
        _flashLoanPremiumBps = premiumBps;
        emit FlashLoanPremiumSet(premiumBps);
    }

    function _setOracle(address oracle_) private {
        if (oracle_ == address(0)) revert ZeroAddress();
        oracle = IPriceOracle(oracle_);
        emit OracleSet(oracle_);
    }

    function _setTreasury(address treasury_) private {
        if (treasury_ == address(0)) revert ZeroAddress();
        treasury = treasury_;
        emit TreasurySet(treasury_);
    }
}
