// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {FlashPlan} from "./FlashPlan.sol";
import {IFlashArbitrage} from "./IFlashArbitrage.sol";
import {
    IAavePool,
    IBalancerVault,
    ICurveInt128,
    ICurveUint256,
    IV2Factory,
    IV2Pair,
    IV3Factory,
    IV3Pool
} from "./Venues.sol";

/// @title Runs a cycle over pools of several kinds with lent or own money, and keeps nothing
/// @dev The way of a call: `execute` checks caller, time and block and asks the lender; the lender calls back with the
/// plan it was given; `_run` trades, repays, trades what is left and pays the treasury. Before each call that must be
/// answered by a callback, the callee and the hash of the data are written to transient storage; the callback must
/// match both, and clears them.
contract FlashArbitrage is
    IFlashArbitrage,
    IPausable,
    AccessControlDefaultAdminRules,
    Pausable,
    ReentrancyGuardTransient
{
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using SafeCast for int256;
    using FlashPlan for bytes;

    /// @dev All of one token for another at one venue.
    struct Sale {
        address venue;
        address tokenIn;
        address tokenOut;
        uint256 amountIn;
    }

    bytes32 public constant EXECUTOR_ROLE = keccak256("EXECUTOR_ROLE");
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    uint256 private constant FEE_ONE = 1e6;
    /// @dev The ends of the prices of a V3 pool, exclusive: a swap towards them is bounded by its input alone.
    uint160 private constant SQRT_PRICE_MIN = 4295128739;
    uint160 private constant SQRT_PRICE_MAX = 1461446703485210103287273052203988822378723970342;

    /// @inheritdoc IFlashArbitrage
    address public treasury;
    /// @inheritdoc IFlashArbitrage
    mapping(address target => Venue) public venueOf;
    /// @inheritdoc IFlashArbitrage
    mapping(address factory => Venue) public venueOfFactory;

    address private transient _expectedCaller;
    bytes32 private transient _expectedData;
    address private transient _profitToken;
    uint256 private transient _profit;

    /// @param initialDelay Seconds between the announcement and the acceptance of a change of the admin.
    /// @param admin Sets venues, factories and the treasury, grants roles, unpauses; the timelock in the end.
    /// @param initialTreasury Receives the profits.
    constructor(uint48 initialDelay, address admin, address initialTreasury)
        AccessControlDefaultAdminRules(initialDelay, admin)
    {
        _setTreasury(initialTreasury);
    }

    /// @inheritdoc IFlashArbitrage
    function execute(bytes calldata plan)
        external
        onlyRole(EXECUTOR_ROLE)
        whenNotPaused
        nonReentrant
        returns (uint256 profit)
    {
        _checkTime(plan);
        _fund(plan);
        profit = _profit;
        emit ArbitrageExecuted(msg.sender, plan.lender(), _profitToken, plan.amountLent(), profit);
    }

    // The list of venues

    /// @inheritdoc IFlashArbitrage
    function listPool(address factory, address pool) external {
        Venue venue = venueOfFactory[factory];
        if (venue == Venue.None) revert FactoryNotTrusted(factory);
        if (venueOf[pool] != Venue.None) revert AlreadyListed(pool, venueOf[pool]);
        (address token0, address token1) = (IV2Pair(pool).token0(), IV2Pair(pool).token1());
        address known = venue == Venue.V2Pair
            ? IV2Factory(factory).getPair(token0, token1)
            : IV3Factory(factory).getPool(token0, token1, IV3Pool(pool).fee());
        if (known != pool) revert NotOfFactory(factory, pool);
        _setVenue(pool, venue);
    }

    /// @inheritdoc IFlashArbitrage
    function setVenue(address target, Venue venue) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (target == address(0)) revert ZeroAddress();
        _setVenue(target, venue);
    }

    /// @inheritdoc IFlashArbitrage
    function setFactory(address factory, Venue venue) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (venue != Venue.None && venue != Venue.V2Pair && venue != Venue.V3Pool) revert InvalidFactoryVenue(venue);
        venueOfFactory[factory] = venue;
        emit FactorySet(factory, venue);
    }

    /// @inheritdoc IFlashArbitrage
    function setTreasury(address newTreasury) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setTreasury(newTreasury);
    }

    /// @inheritdoc IFlashArbitrage
    function sweep(address token) external nonReentrant returns (uint256 amount) {
        amount = IERC20(token).balanceOf(address(this));
        if (amount == 0) return 0;
        IERC20(token).safeTransfer(treasury, amount);
        emit Swept(token, amount);
    }

    /// @inheritdoc IPausable
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @inheritdoc IPausable
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc IPausable
    function paused() public view override(IPausable, Pausable) returns (bool) {
        return Pausable.paused();
    }

    // Callbacks: lenders

    /// @notice Called by a V2 pair that has lent.
    function uniswapV2Call(address sender, uint256, uint256, bytes calldata plan) external {
        _afterV2Loan(sender, plan);
    }

    /// @notice As `uniswapV2Call`, under PancakeSwap's name.
    function pancakeCall(address sender, uint256, uint256, bytes calldata plan) external {
        _afterV2Loan(sender, plan);
    }

    /// @notice Called by a V3 pool that has lent.
    function uniswapV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata plan) external {
        _afterV3Loan(fee0, fee1, plan);
    }

    /// @notice As `uniswapV3FlashCallback`, under PancakeSwap's name.
    function pancakeV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata plan) external {
        _afterV3Loan(fee0, fee1, plan);
    }

    /// @notice Called by an Aave pool that has lent; it collects the repayment itself.
    /// @return True, as the pool asks for.
    function executeOperation(address, uint256 amount, uint256 premium, address initiator, bytes calldata plan)
        external
        returns (bool)
    {
        _authenticate(plan);
        if (initiator != address(this)) revert UnexpectedCallback(msg.sender);
        _run(plan, amount + premium, msg.sender);
        return true;
    }

    /// @notice Called by Balancer's vault that has lent.
    function receiveFlashLoan(
        address[] calldata,
        uint256[] calldata amounts,
        uint256[] calldata fees,
        bytes calldata plan
    ) external {
        _authenticate(plan);
        _run(plan, amounts[0] + fees[0], msg.sender);
    }

    // Callbacks: pools that are paid after they have paid

    /// @notice Called by a V3 pool for the input of a swap.
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        _payV3(amount0, amount1, data);
    }

    /// @notice As `uniswapV3SwapCallback`, under PancakeSwap's name.
    function pancakeV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        _payV3(amount0, amount1, data);
    }

    // The loan

    function _checkTime(bytes calldata plan) private view {
        plan.requireLoan();
        uint256 deadline = plan.deadline();
        // A deadline bounds how long a transaction may wait; seconds of a validator's choice do not matter to it.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > deadline) revert Expired(deadline);
        (uint256 first, uint256 last) = (plan.firstBlock(), plan.lastBlock());
        if (block.number < first || block.number > last) revert WrongBlock(first, last);
    }

    /// @dev Asks the lender, whose callback runs the plan, or takes the caller's money and runs it.
    function _fund(bytes calldata plan) private {
        Venue funding = plan.funding();
        uint256 amount = plan.amountLent();
        if (funding == Venue.None) {
            IERC20(plan.tokenLent()).safeTransferFrom(msg.sender, address(this), amount);
            _run(plan, amount, msg.sender);
            return;
        }

        address lender = plan.lender();
        _requireListed(lender, funding);
        _expect(lender, keccak256(plan));
        (uint256 amount0, uint256 amount1) = plan.lendsToken1() ? (uint256(0), amount) : (amount, uint256(0));
        if (funding == Venue.V2Pair) IV2Pair(lender).swap(amount0, amount1, address(this), plan);
        else if (funding == Venue.V3Pool) IV3Pool(lender).flash(address(this), amount0, amount1, plan);
        else if (funding == Venue.BalancerVault) _askVault(lender, plan.tokenLent(), amount, plan);
        else if (funding == Venue.AavePool) _askAave(lender, plan.tokenLent(), amount, plan);
        else revert InvalidPlan();
        _requireAnswered(lender);
    }

    function _askVault(address vault, address token, uint256 amount, bytes calldata plan) private {
        (address[] memory tokens, uint256[] memory amounts) = (new address[](1), new uint256[](1));
        (tokens[0], amounts[0]) = (token, amount);
        IBalancerVault(vault).flashLoan(address(this), tokens, amounts, plan);
    }

    function _askAave(address pool, address token, uint256 amount, bytes calldata plan) private {
        IAavePool(pool).flashLoanSimple(address(this), token, amount, plan, 0);
    }

    function _afterV2Loan(address sender, bytes calldata plan) private {
        _authenticate(plan);
        if (sender != address(this)) revert UnexpectedCallback(msg.sender);
        _run(plan, 0, msg.sender);
    }

    function _afterV3Loan(uint256 fee0, uint256 fee1, bytes calldata plan) private {
        _authenticate(plan);
        _run(plan, plan.amountLent() + (plan.lendsToken1() ? fee1 : fee0), msg.sender);
    }

    // The plan

    /// @dev Trades the loan, repays it, trades what is left, and pays the treasury.
    /// @param owed Units of the token lent to repay; what a V2 pair is owed is computed here.
    /// @param creditor The lender, or the caller whose own money it is.
    function _run(bytes calldata plan, uint256 owed, address creditor) private {
        uint256 hops = plan.hopsBeforeRepayment();
        if (hops == 0) revert InvalidPlan();
        uint256 offset = FlashPlan.LOAN_BYTES;
        (address token, uint256 amount) = (plan.tokenLent(), plan.amountLent());
        for (; hops > 0; hops--) {
            (offset, token, amount) = _hop(plan, offset, token, amount);
        }

        if (plan.funding() == Venue.V2Pair) owed = _owedToPair(plan, token, creditor);
        else if (token != plan.tokenLent()) revert WrongRepaymentToken(token);
        if (amount < owed) revert Unprofitable(amount, owed);
        if (plan.funding() == Venue.AavePool) IERC20(token).forceApprove(creditor, owed);
        else IERC20(token).safeTransfer(creditor, owed);

        amount -= owed;
        while (offset < plan.length) {
            (offset, token, amount) = _hop(plan, offset, token, amount);
        }
        _take(token, amount, plan.minProfit());
    }

    function _take(address token, uint256 profit, uint256 minimum) private {
        if (profit < minimum) revert Unprofitable(profit, minimum);
        (_profitToken, _profit) = (token, profit);
        if (profit > 0) IERC20(token).safeTransfer(treasury, profit);
    }

    /// @dev The least that a V2 pair takes, rounded up: in the token lent, amount / (1 − fee); in the other one, what
    /// that much of the token lent costs at the pair's reserves.
    function _owedToPair(bytes calldata plan, address token, address pair) private view returns (uint256) {
        uint256 amount = plan.amountLent();
        uint256 afterFee = FEE_ONE - plan.lenderFeePips();
        if (token == plan.tokenLent()) return Math.ceilDiv(amount * FEE_ONE, afterFee);
        (uint256 reserveLent, uint256 reserveOther,) = IV2Pair(pair).getReserves();
        if (plan.lendsToken1()) (reserveLent, reserveOther) = (reserveOther, reserveLent);
        return Math.ceilDiv(reserveOther * amount * FEE_ONE, (reserveLent - amount) * afterFee);
    }

    /// @dev Sells all of a token in the hop at an offset.
    function _hop(bytes calldata plan, uint256 offset, address token, uint256 amount)
        private
        returns (uint256 end, address tokenOut, uint256 amountOut)
    {
        Venue venue;
        (venue, end) = plan.hopVenue(offset);
        tokenOut = plan.hopTokenOut(offset);
        Sale memory sale = Sale(plan.hopPool(offset), token, tokenOut, amount);
        _requireListed(sale.venue, venue);
        if (venue == Venue.V2Pair) amountOut = _sellToV2(sale, plan.hopFeePips(offset));
        else if (venue == Venue.V3Pool) amountOut = _sellToV3(sale);
        else if (venue == Venue.BalancerVault) amountOut = _sellToBalancer(sale, plan.hopPoolId(offset));
        else amountOut = _sellToCurve(sale, venue, plan.hopIndexIn(offset), plan.hopIndexOut(offset));
    }

    // The venues

    function _sellToV2(Sale memory sale, uint256 feePips) private returns (uint256 amountOut) {
        bool zeroForOne = sale.tokenIn < sale.tokenOut;
        (uint256 reserveIn, uint256 reserveOut,) = IV2Pair(sale.venue).getReserves();
        if (!zeroForOne) (reserveIn, reserveOut) = (reserveOut, reserveIn);
        uint256 afterFee = sale.amountIn * (FEE_ONE - feePips);
        amountOut = (afterFee * reserveOut) / (reserveIn * FEE_ONE + afterFee);
        IERC20(sale.tokenIn).safeTransfer(sale.venue, sale.amountIn);
        IV2Pair(sale.venue).swap(zeroForOne ? 0 : amountOut, zeroForOne ? amountOut : 0, address(this), "");
    }

    function _sellToV3(Sale memory sale) private returns (uint256 amountOut) {
        bool zeroForOne = sale.tokenIn < sale.tokenOut;
        bytes memory data = abi.encodePacked(sale.tokenIn, sale.amountIn);
        _expect(sale.venue, keccak256(data));
        uint160 limit = zeroForOne ? SQRT_PRICE_MIN + 1 : SQRT_PRICE_MAX - 1;
        (int256 amount0, int256 amount1) =
            IV3Pool(sale.venue).swap(address(this), zeroForOne, sale.amountIn.toInt256(), limit, data);
        _requireAnswered(sale.venue);
        // What a pool pays is negative in its answer.
        return (-(zeroForOne ? amount1 : amount0)).toUint256();
    }

    function _sellToBalancer(Sale memory sale, bytes32 poolId) private returns (uint256) {
        // A pool's id begins with its address.
        // forge-lint: disable-next-line(unsafe-typecast)
        _requireListed(address(bytes20(poolId)), Venue.BalancerPool);
        IERC20(sale.tokenIn).forceApprove(sale.venue, sale.amountIn);
        return IBalancerVault(sale.venue)
            .swap(
                IBalancerVault.SingleSwap(poolId, 0, sale.tokenIn, sale.tokenOut, sale.amountIn, ""),
                IBalancerVault.FundManagement(address(this), false, payable(address(this)), false),
                0,
                block.timestamp
            );
    }

    function _sellToCurve(Sale memory sale, Venue venue, uint8 i, uint8 j) private returns (uint256) {
        IERC20(sale.tokenIn).forceApprove(sale.venue, sale.amountIn);
        uint256 before = IERC20(sale.tokenOut).balanceOf(address(this));
        if (venue == Venue.CurveUint256) ICurveUint256(sale.venue).exchange(i, j, sale.amountIn, 0);
        else ICurveInt128(sale.venue).exchange(int128(uint128(i)), int128(uint128(j)), sale.amountIn, 0);
        return IERC20(sale.tokenOut).balanceOf(address(this)) - before;
    }

    function _payV3(int256 amount0, int256 amount1, bytes calldata data) private {
        _authenticate(data);
        (address token, uint256 offered) = (address(bytes20(data[:20])), uint256(bytes32(data[20:52])));
        uint256 taken = (amount0 > 0 ? amount0 : amount1).toUint256();
        if (taken != offered) revert PartialFill(taken, offered);
        IERC20(token).safeTransfer(msg.sender, offered);
    }

    // Callers

    function _expect(address venue, bytes32 data) private {
        (_expectedCaller, _expectedData) = (venue, data);
    }

    /// @dev Lets a callback through once.
    function _authenticate(bytes calldata data) private {
        if (msg.sender != _expectedCaller || keccak256(data) != _expectedData) revert UnexpectedCallback(msg.sender);
        _expectedCaller = address(0);
    }

    function _requireAnswered(address venue) private view {
        if (_expectedCaller != address(0)) revert CallbackMissing(venue);
    }

    function _requireListed(address target, Venue venue) private view {
        if (venueOf[target] != venue) revert NotListed(target, venue);
    }

    function _setVenue(address target, Venue venue) private {
        venueOf[target] = venue;
        emit VenueSet(target, venue);
    }

    function _setTreasury(address newTreasury) private {
        if (newTreasury == address(0)) revert ZeroAddress();
        emit TreasuryChanged(treasury, newTreasury);
        treasury = newTreasury;
    }
}
