// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {ConstantProduct} from "./ConstantProduct.sol";
import {IActorTradeFactory} from "./IActorTradeFactory.sol";
import {IActorTradePair} from "./IActorTradePair.sol";
import {IUniswapV2Callee} from "./IUniswapV2Callee.sol";

/// @title A constant-product pair of two tokens
/// @dev Made by the factory alone: the constructor asks its creator for the tokens, which leaves one creation code for
/// all pairs. The tokens are immutable and the lock is transient; what that saves against Uniswap V2 pays for asking
/// the factory on each swap whether it is paused.
contract ActorTradePair is IActorTradePair, ERC20Permit, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IActorTradePair
    uint256 public constant MINIMUM_LIQUIDITY = 1000;

    /// @dev Holds the locked liquidity: the token base allows none at the zero address, and nobody has this one's key.
    address private constant LOCKED = 0x000000000000000000000000000000000000dEaD;

    /// @inheritdoc IActorTradePair
    address public immutable factory;
    /// @inheritdoc IActorTradePair
    address public immutable token0;
    /// @inheritdoc IActorTradePair
    address public immutable token1;

    // One slot.
    uint112 private _reserve0;
    uint112 private _reserve1;
    uint32 private _blockTimestampLast;

    /// @inheritdoc IActorTradePair
    uint256 public price0CumulativeLast;
    /// @inheritdoc IActorTradePair
    uint256 public price1CumulativeLast;
    /// @inheritdoc IActorTradePair
    uint256 public kLast;

    constructor() ERC20("ActorTrade LP", "ATLP") ERC20Permit("ActorTrade LP") {
        factory = msg.sender;
        (token0, token1) = IActorTradeFactory(msg.sender).pairTokens();
    }

    /// @inheritdoc IActorTradePair
    function getReserves() public view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast) {
        return (_reserve0, _reserve1, _blockTimestampLast);
    }

    /// @inheritdoc IActorTradePair
    function isLocked() external view returns (bool) {
        return _reentrancyGuardEntered();
    }

    /// @inheritdoc IActorTradePair
    function mint(address to) external nonReentrant returns (uint256 liquidity) {
        _requireNotPaused();
        (uint112 reserve0, uint112 reserve1,) = getReserves();
        (uint256 balance0, uint256 balance1) = _balances();
        uint256 amount0 = balance0 - reserve0;
        uint256 amount1 = balance1 - reserve1;

        _mintProtocolFee(reserve0, reserve1);
        uint256 supply = totalSupply();
        if (supply == 0) {
            uint256 root = Math.sqrt(amount0 * amount1);
            if (root <= MINIMUM_LIQUIDITY) revert InsufficientLiquidity();
            liquidity = root - MINIMUM_LIQUIDITY;
            _mint(LOCKED, MINIMUM_LIQUIDITY);
        } else {
            liquidity = Math.min((amount0 * supply) / reserve0, (amount1 * supply) / reserve1);
            if (liquidity == 0) revert InsufficientLiquidity();
        }

        _mint(to, liquidity);
        _update(balance0, balance1, reserve0, reserve1);
        kLast = balance0 * balance1;
        emit Mint(msg.sender, amount0, amount1);
    }

    /// @inheritdoc IActorTradePair
    function burn(address to) external nonReentrant returns (uint256 amount0, uint256 amount1) {
        (uint112 reserve0, uint112 reserve1,) = getReserves();
        (uint256 balance0, uint256 balance1) = _balances();
        uint256 liquidity = balanceOf(address(this));

        _mintProtocolFee(reserve0, reserve1);
        uint256 supply = totalSupply();
        amount0 = (liquidity * balance0) / supply;
        amount1 = (liquidity * balance1) / supply;
        if (amount0 == 0 || amount1 == 0) revert InsufficientLiquidity();

        _burn(address(this), liquidity);
        _update(balance0 - amount0, balance1 - amount1, reserve0, reserve1);
        _payOut(amount0, amount1, to);
        kLast = _matchBalances();
        emit Burn(msg.sender, amount0, amount1, to);
    }

    /// @inheritdoc IActorTradePair
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external nonReentrant {
        _requireNotPaused();
        if (amount0Out == 0 && amount1Out == 0) revert NoOutput();
        (uint112 reserve0, uint112 reserve1,) = getReserves();
        if (amount0Out >= reserve0 || amount1Out >= reserve1) {
            revert OutputExceedsReserve(amount0Out, amount1Out, reserve0, reserve1);
        }

        if (to == token0 || to == token1) revert InvalidRecipient(to);
        _payOut(amount0Out, amount1Out, to);
        if (data.length > 0) IUniswapV2Callee(to).uniswapV2Call(msg.sender, amount0Out, amount1Out, data);

        (uint256 balance0, uint256 balance1) = _balances();
        uint256 amount0In = ConstantProduct.amountPaid(balance0, reserve0, amount0Out);
        uint256 amount1In = ConstantProduct.amountPaid(balance1, reserve1, amount1Out);
        if (amount0In == 0 && amount1In == 0) revert NoInput();
        if (!ConstantProduct.keepsInvariant(balance0, balance1, amount0In, amount1In, reserve0, reserve1)) {
            revert KDecreased();
        }

        _update(balance0, balance1, reserve0, reserve1);
        emit Swap(msg.sender, amount0In, amount1In, amount0Out, amount1Out, to);
    }

    /// @inheritdoc IActorTradePair
    function skim(address to) external nonReentrant {
        // To the pair itself a token that taxes transfers would be sent, and taxed, again and again.
        if (to == address(this)) revert InvalidRecipient(to);
        (uint256 balance0, uint256 balance1) = _balances();
        _payOut(balance0 - _reserve0, balance1 - _reserve1, to);
    }

    /// @inheritdoc IActorTradePair
    function sync() external nonReentrant {
        (uint256 balance0, uint256 balance1) = _balances();
        _update(balance0, balance1, _reserve0, _reserve1);
    }

    /// @inheritdoc IActorTradePair
    function collectProtocolFee() external nonReentrant returns (uint256 liquidity) {
        (uint112 reserve0, uint112 reserve1,) = getReserves();
        liquidity = _mintProtocolFee(reserve0, reserve1);
        kLast = uint256(reserve0) * reserve1;
    }

    /// @dev Mints the treasury's sixth of the growth of √k. The caller writes `kLast` afterwards.
    function _mintProtocolFee(uint112 reserve0, uint112 reserve1) private returns (uint256 liquidity) {
        uint256 last = kLast;
        uint256 k = uint256(reserve0) * reserve1;
        if (k <= last || last == 0) return 0;
        liquidity = ConstantProduct.protocolShare(totalSupply(), Math.sqrt(k), Math.sqrt(last));
        if (liquidity > 0) _mint(IActorTradeFactory(factory).treasury(), liquidity);
    }

    /// @dev Writes the reserves and, once per second with a trade, what the old price adds to the accumulators.
    function _update(uint256 balance0, uint256 balance1, uint112 reserve0, uint112 reserve1) private {
        if (balance0 > type(uint112).max || balance1 > type(uint112).max) revert ReserveOverflow(balance0, balance1);
        // The time wraps around 2^32 and the sums around 2^256, and both are read by differences.
        unchecked {
            // forge-lint: disable-next-line(unsafe-typecast)
            uint32 timestamp = uint32(block.timestamp);
            uint32 elapsed = timestamp - _blockTimestampLast;
            if (elapsed > 0 && reserve0 != 0 && reserve1 != 0) {
                price0CumulativeLast += _uq112x112(reserve1, reserve0) * elapsed;
                price1CumulativeLast += _uq112x112(reserve0, reserve1) * elapsed;
            }

            // forge-lint: disable-next-line(unsafe-typecast)
            (_reserve0, _reserve1, _blockTimestampLast) = (uint112(balance0), uint112(balance1), timestamp);
        }
        emit Sync(_reserve0, _reserve1);
    }

    /// @dev After payments: a token that took more or less than was sent makes the reserves what the pair really holds.
    /// @return k The product of the reserves.
    function _matchBalances() private returns (uint256 k) {
        (uint256 balance0, uint256 balance1) = _balances();
        (uint112 reserve0, uint112 reserve1,) = getReserves();
        if (balance0 != reserve0 || balance1 != reserve1) _update(balance0, balance1, reserve0, reserve1);
        return balance0 * balance1;
    }

    function _payOut(uint256 amount0, uint256 amount1, address to) private {
        if (amount0 > 0) IERC20(token0).safeTransfer(to, amount0);
        if (amount1 > 0) IERC20(token1).safeTransfer(to, amount1);
    }

    function _balances() private view returns (uint256 balance0, uint256 balance1) {
        balance0 = IERC20(token0).balanceOf(address(this));
        balance1 = IERC20(token1).balanceOf(address(this));
    }

    function _requireNotPaused() private view {
        if (IPausable(factory).paused()) revert Paused();
    }

    function _uq112x112(uint112 numerator, uint112 denominator) private pure returns (uint256) {
        return (uint256(numerator) << 112) / denominator;
    }
}
