// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {RayMath} from "../libraries/RayMath.sol";
import {IPriceOracle} from "../oracle/IPriceOracle.sol";
import {IStablecoin} from "./IStablecoin.sol";
import {IVaults} from "./IVaults.sol";
import {Stablecoin} from "./Stablecoin.sol";

/// @title The books of the vaults: collaterals, indices, surplus, and what governance sets
/// @dev Every change of a debt passes through `_addDebt`, `_reduceDebt` or `_accrue`, which alone keep the equation of
/// IVaults. Around every external call the contract holds at least what the books say: collateral is pulled before it
/// is booked and unbooked before it is pushed, so that a view read in a token's callback never overstates.
abstract contract VaultLedger is IVaults, AccessControlDefaultAdminRules, Pausable, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @notice May pause; held by the guardian.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    /// @notice May start global settlement.
    bytes32 public constant SETTLER_ROLE = keccak256("SETTLER_ROLE");

    uint256 public constant COLLATERALS_MAX = 16;
    /// @notice 100 % a year, by the second.
    uint256 public constant FEE_FACTOR_MAX = 1_000_000_021_979_553_151_239_153_027;
    uint256 public constant BONUS_BPS_MAX = 2_000;
    uint256 public constant REDEMPTION_FEE_BPS_MIN = 50;
    uint256 public constant REDEMPTION_FEE_BPS_MAX = 500;

    uint256 internal constant RAY = RayMath.RAY;
    uint256 internal constant BPS = 10_000;
    uint256 private constant DECIMALS_MAX = 18;

    /// @inheritdoc IVaults
    IStablecoin public immutable stablecoin;

    IPriceOracle public oracle;
    address public treasury;
    uint256 public globalDebtCeiling;
    uint256 public surplusBuffer;
    /// @inheritdoc IVaults
    int256 public surplusRad;
    /// @notice When global settlement started; 0 before.
    uint256 public settledAt;
    uint256 public vaultCount;

    mapping(uint256 vaultId => Vault) internal _vaults;
    mapping(address token => Collateral) internal _collaterals;
    address[] internal _tokens;

    modifier beforeSettlement() {
        if (settledAt != 0) revert SettlementHasStarted();
        _;
    }

    constructor(uint48 adminDelay, address admin, address oracle_, address treasury_)
        AccessControlDefaultAdminRules(adminDelay, admin)
    {
        stablecoin = new Stablecoin(adminDelay, admin);
        _setOracle(oracle_);
        _setTreasury(treasury_);
    }

    /// @inheritdoc IVaults
    function listCollateral(address token, CollateralParams calldata params)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
        beforeSettlement
    {
        if (_collaterals[token].unit != 0) revert AlreadyListed(token);
        if (_tokens.length == COLLATERALS_MAX) revert TooManyCollaterals();
        uint8 decimals = IERC20Metadata(token).decimals();
        if (decimals > DECIMALS_MAX || token == address(stablecoin)) revert UnsuitableToken(token);
        _tokens.push(token);
        Collateral storage c = _collaterals[token];
        c.unit = 10 ** decimals;
        c.rate = RAY;
        c.accruedAt = block.timestamp;
        emit CollateralListed(token, c.unit);
        _setParams(token, c, params);
    }

    /// @inheritdoc IVaults
    function setCollateralParams(address token, CollateralParams calldata params)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
        beforeSettlement
    {
        _accrue(token);
        _setParams(token, _collaterals[token], params);
    }

    /// @inheritdoc IVaults
    function setGlobalDebtCeiling(uint256 ceiling) external onlyRole(DEFAULT_ADMIN_ROLE) {
        globalDebtCeiling = ceiling;
        emit GlobalDebtCeilingSet(ceiling);
    }

    /// @inheritdoc IVaults
    function setSurplusBuffer(uint256 buffer) external onlyRole(DEFAULT_ADMIN_ROLE) {
        surplusBuffer = buffer;
        emit SurplusBufferSet(buffer);
    }

    /// @inheritdoc IVaults
    function setOracle(address oracle_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setOracle(oracle_);
    }

    /// @inheritdoc IVaults
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

    /// @inheritdoc IVaults
    function accrue(address token) external returns (uint256 rate) {
        return _accrue(token);
    }

    /// @inheritdoc IVaults
    function distributeSurplus() external beforeSettlement returns (uint256 amount) {
        int256 spare = surplusRad - (surplusBuffer * RAY).toInt256();
        if (spare < RAY.toInt256()) revert NothingToDistribute();
        amount = spare.toUint256() / RAY;
        surplusRad -= (amount * RAY).toInt256();
        stablecoin.mint(treasury, amount);
        emit SurplusDistributed(treasury, amount);
    }

    /// @inheritdoc IVaults
    function recapitalise(uint256 amount) external beforeSettlement returns (uint256 paid) {
        paid = Math.min(amount, deficit());
        if (paid == 0) revert NoDeficit();
        surplusRad += (paid * RAY).toInt256();
        stablecoin.burn(msg.sender, paid);
        emit Recapitalised(msg.sender, paid);
    }

    /// @inheritdoc IPausable
    function paused() public view override(Pausable, IPausable) returns (bool) {
        return super.paused();
    }

    /// @inheritdoc IVaults
    function collateral(address token) external view returns (Collateral memory) {
        return _collaterals[token];
    }

    /// @inheritdoc IVaults
    function collateralTokens() external view returns (address[] memory) {
        return _tokens;
    }

    /// @inheritdoc IVaults
    function vault(uint256 vaultId) external view returns (Vault memory) {
        return _vaults[vaultId];
    }

    /// @inheritdoc IVaults
    function debtOf(uint256 vaultId) public view returns (uint256) {
        Vault storage v = _vaultOf(vaultId);
        return RayMath.unitsUp(v.normalDebt, currentRate(v.token));
    }

    /// @inheritdoc IVaults
    function ratioBpsOf(uint256 vaultId) external view returns (uint256) {
        Vault storage v = _vaultOf(vaultId);
        uint256 debt = debtOf(vaultId);
        if (debt == 0) return type(uint256).max;
        return Math.mulDiv(_valueOf(v, _price(v.token)), BPS, debt);
    }

    /// @inheritdoc IVaults
    function currentRate(address token) public view returns (uint256) {
        Collateral storage c = _listed(token);
        uint256 until = settledAt == 0 ? block.timestamp : settledAt;
        return RayMath.compound(c.rate, c.params.feeFactor, until - c.accruedAt);
    }

    /// @inheritdoc IVaults
    function deficit() public view returns (uint256) {
        return surplusRad < 0 ? Math.ceilDiv((-surplusRad).toUint256(), RAY) : 0;
    }

    /// @dev The fee of all vaults of a collateral enters the surplus with the rise of the rate.
    function _accrue(address token) internal returns (uint256 rate) {
        rate = currentRate(token);
        Collateral storage c = _collaterals[token];
        c.accruedAt = settledAt == 0 ? block.timestamp : settledAt;
        if (rate == c.rate) return rate;
        uint256 feeRad = c.totalNormalDebt * (rate - c.rate);
        c.rate = rate;
        surplusRad += feeRad.toInt256();
        emit RateAccrued(token, rate, feeRad);
    }

    /// @dev Debt grows by the amount rounded up to whole normal units; the rounding is surplus.
    function _addDebt(Vault storage v, Collateral storage c, uint256 amount) internal {
        uint256 normal = RayMath.normalUp(amount, c.rate);
        v.normalDebt += normal;
        c.totalNormalDebt += normal;
        surplusRad += (normal * c.rate - amount * RAY).toInt256();
    }

    /// @dev Debt falls by a payment rounded down to whole normal units; the rounding is surplus. A
    /// payment of the debt rounded up takes all of it. The caller burns the payment.
    function _reduceDebt(Vault storage v, Collateral storage c, uint256 payment) internal {
        uint256 normal = Math.min(RayMath.normalDown(payment, c.rate), v.normalDebt);
        v.normalDebt -= normal;
        c.totalNormalDebt -= normal;
        surplusRad += (payment * RAY - normal * c.rate).toInt256();
    }

    function _listed(address token) internal view returns (Collateral storage c) {
        c = _collaterals[token];
        if (c.unit == 0) revert NotListed(token);
    }

    function _vaultOf(uint256 vaultId) internal view returns (Vault storage v) {
        v = _vaults[vaultId];
        if (v.owner == address(0)) revert NoSuchVault(vaultId);
    }

    function _price(address token) internal view returns (uint256 priceE18) {
        (priceE18,) = oracle.price(token);
    }

    /// @dev In qUSD, rounded down.
    function _valueOf(Vault storage v, uint256 priceE18) internal view returns (uint256) {
        return Math.mulDiv(v.collateral, priceE18, _collaterals[v.token].unit);
    }

    function _setParams(address token, Collateral storage c, CollateralParams calldata p) private {
        bool valid = p.feeFactor >= RAY && p.feeFactor <= FEE_FACTOR_MAX && p.ratioMinBps > p.liquidationRatioBps
            && p.targetRatioBps >= p.liquidationRatioBps && p.liquidationRatioBps > BPS + p.liquidationBonusBps
            && p.redemptionRatioBps >= BPS && p.liquidationBonusBps <= BONUS_BPS_MAX
            && p.redemptionFeeBps >= REDEMPTION_FEE_BPS_MIN && p.redemptionFeeBps <= REDEMPTION_FEE_BPS_MAX
            && p.debtMin != 0;
        if (!valid) revert InvalidParams();
        c.params = p;
        emit CollateralParamsSet(token, p);
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
