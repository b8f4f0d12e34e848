// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {ConstantProduct} from "./ConstantProduct.sol";
import {IActorTradeFactory} from "./IActorTradeFactory.sol";
import {IActorTradePair} from "./IActorTradePair.sol";
import {IRouter} from "./IRouter.sol";
import {IWETH} from "./IWETH.sol";

/// @title Trades and liquidity with bounds
/// @dev Stateless, and without privileges. Pairs are found by their predicted address, so a pair that the factory has
/// not made cannot stand in.
contract Router is IRouter {
    using SafeERC20 for IERC20;

    /// @inheritdoc IRouter
    address public immutable factory;
    /// @inheritdoc IRouter
    // solhint-disable-next-line var-name-mixedcase
    address public immutable WETH;
    bytes32 private immutable PAIR_INIT_CODE_HASH;

    modifier ensure(uint256 deadline) {
        _ensure(deadline);
        _;
    }

    constructor(address factory_, address weth) {
        factory = factory_;
        WETH = weth;
        PAIR_INIT_CODE_HASH = IActorTradeFactory(factory_).pairInitCodeHash();
    }

    receive() external payable {
        if (msg.sender != WETH) revert CoinsNotFromWeth(msg.sender);
    }

    // Liquidity

    /// @inheritdoc IRouter
    function addLiquidity(
        address tokenA,
        address tokenB,
        uint256 amountADesired,
        uint256 amountBDesired,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256 amountA, uint256 amountB, uint256 liquidity) {
        (amountA, amountB) = _fit(tokenA, tokenB, amountADesired, amountBDesired, amountAMin, amountBMin);
        address pair = _pairFor(tokenA, tokenB);
        _pull(tokenA, pair, amountA);
        _pull(tokenB, pair, amountB);
        liquidity = IActorTradePair(pair).mint(to);
    }

    /// @inheritdoc IRouter
    function addLiquidityETH(
        address token,
        uint256 amountTokenDesired,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external payable ensure(deadline) returns (uint256 amountToken, uint256 amountETH, uint256 liquidity) {
        (amountToken, amountETH) = _fit(token, WETH, amountTokenDesired, msg.value, amountTokenMin, amountETHMin);
        address pair = _pairFor(token, WETH);
        _pull(token, pair, amountToken);
        _payCoins(pair, amountETH);
        liquidity = IActorTradePair(pair).mint(to);
        _giveBack(msg.value - amountETH);
    }

    /// @inheritdoc IRouter
    function removeLiquidity(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) public ensure(deadline) returns (uint256 amountA, uint256 amountB) {
        address pair = _existingPair(tokenA, tokenB);
        _pull(pair, pair, liquidity);
        (uint256 amount0, uint256 amount1) = IActorTradePair(pair).burn(to);
        (amountA, amountB) = tokenA < tokenB ? (amount0, amount1) : (amount1, amount0);
        if (amountA < amountAMin) revert InsufficientAmount(tokenA, amountA, amountAMin);
        if (amountB < amountBMin) revert InsufficientAmount(tokenB, amountB, amountBMin);
    }

    /// @inheritdoc IRouter
    function removeLiquidityETH(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) public returns (uint256 amountToken, uint256 amountETH) {
        (amountToken, amountETH) = removeLiquidity(
            token, WETH, liquidity, amountTokenMin, amountETHMin, address(this), deadline
        );
        IERC20(token).safeTransfer(to, amountToken);
        _payOutCoins(to, amountETH);
    }

    /// @inheritdoc IRouter
    function removeLiquidityWithPermit(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline,
        bool approveMax,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 amountA, uint256 amountB) {
        _permit(_existingPair(tokenA, tokenB), liquidity, deadline, approveMax, v, r, s);
        return removeLiquidity(tokenA, tokenB, liquidity, amountAMin, amountBMin, to, deadline);
    }

    /// @inheritdoc IRouter
    function removeLiquidityETHWithPermit(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline,
        bool approveMax,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 amountToken, uint256 amountETH) {
        _permit(_existingPair(token, WETH), liquidity, deadline, approveMax, v, r, s);
        return removeLiquidityETH(token, liquidity, amountTokenMin, amountETHMin, to, deadline);
    }

    /// @inheritdoc IRouter
    function removeLiquidityETHSupportingFeeOnTransferTokens(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) public returns (uint256 amountETH) {
        // What was here before is nobody's; it is not paid out with this.
        uint256 before = IERC20(token).balanceOf(address(this));
        (, amountETH) = removeLiquidity(token, WETH, liquidity, 0, amountETHMin, address(this), deadline);
        uint256 arrived = IERC20(token).balanceOf(address(this)) - before;
        if (arrived < amountTokenMin) revert InsufficientAmount(token, arrived, amountTokenMin);
        IERC20(token).safeTransfer(to, arrived);
        _payOutCoins(to, amountETH);
    }

    /// @inheritdoc IRouter
    function removeLiquidityETHWithPermitSupportingFeeOnTransferTokens(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline,
        bool approveMax,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 amountETH) {
        _permit(_existingPair(token, WETH), liquidity, deadline, approveMax, v, r, s);
        return
            removeLiquidityETHSupportingFeeOnTransferTokens(
                token, liquidity, amountTokenMin, amountETHMin, to, deadline
            );
    }

    // Trades whose amounts are known beforehand

    /// @inheritdoc IRouter
    function swapExactTokensForTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        amounts = _amountsOutAtLeast(amountIn, amountOutMin, path);
        _payTokens(path, amountIn);
        _swap(amounts, path, to);
    }

    /// @inheritdoc IRouter
    function swapTokensForExactTokens(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        amounts = _amountsInAtMost(amountOut, amountInMax, path);
        _payTokens(path, amounts[0]);
        _swap(amounts, path, to);
    }

    /// @inheritdoc IRouter
    function swapExactETHForTokens(uint256 amountOutMin, address[] calldata path, address to, uint256 deadline)
        external
        payable
        ensure(deadline)
        returns (uint256[] memory amounts)
    {
        _requireWethFirst(path);
        amounts = _amountsOutAtLeast(msg.value, amountOutMin, path);
        _payCoins(_existingPair(path[0], path[1]), msg.value);
        _swap(amounts, path, to);
    }

    /// @inheritdoc IRouter
    function swapTokensForExactETH(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        _requireWethLast(path);
        amounts = _amountsInAtMost(amountOut, amountInMax, path);
        _payTokens(path, amounts[0]);
        _swap(amounts, path, address(this));
        _payOutCoins(to, amountOut);
    }

    /// @inheritdoc IRouter
    function swapExactTokensForETH(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        _requireWethLast(path);
        amounts = _amountsOutAtLeast(amountIn, amountOutMin, path);
        _payTokens(path, amountIn);
        _swap(amounts, path, address(this));
        _payOutCoins(to, amounts[amounts.length - 1]);
    }

    /// @inheritdoc IRouter
    function swapETHForExactTokens(uint256 amountOut, address[] calldata path, address to, uint256 deadline)
        external
        payable
        ensure(deadline)
        returns (uint256[] memory amounts)
    {
        _requireWethFirst(path);
        amounts = _amountsInAtMost(amountOut, msg.value, path);
        _payCoins(_existingPair(path[0], path[1]), amounts[0]);
        _swap(amounts, path, to);
        _giveBack(msg.value - amounts[0]);
    }

    // Trades of tokens that arrive as less than was sent

    /// @inheritdoc IRouter
    function swapExactTokensForTokensSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) {
        _payTokens(path, amountIn);
        _swapWhatArrives(path, to, amountOutMin);
    }

    /// @inheritdoc IRouter
    function swapExactETHForTokensSupportingFeeOnTransferTokens(
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable ensure(deadline) {
        _requireWethFirst(path);
        _payCoins(_existingPair(path[0], path[1]), msg.value);
        _swapWhatArrives(path, to, amountOutMin);
    }

    /// @inheritdoc IRouter
    function swapExactTokensForETHSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) {
        _requireWethLast(path);
        _payTokens(path, amountIn);
        _payOutCoins(to, _swapWhatArrives(path, address(this), amountOutMin));
    }

    // Quotes

    /// @inheritdoc IRouter
    function quote(uint256 amountA, uint256 reserveA, uint256 reserveB) external pure returns (uint256 amountB) {
        return ConstantProduct.quote(amountA, reserveA, reserveB);
    }

    /// @inheritdoc IRouter
    function getAmountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut)
        external
        pure
        returns (uint256 amountOut)
    {
        return ConstantProduct.amountOut(amountIn, reserveIn, reserveOut);
    }

    /// @inheritdoc IRouter
    function getAmountIn(uint256 amountOut, uint256 reserveIn, uint256 reserveOut)
        external
        pure
        returns (uint256 amountIn)
    {
        return ConstantProduct.amountIn(amountOut, reserveIn, reserveOut);
    }

    /// @inheritdoc IRouter
    function getAmountsOut(uint256 amountIn, address[] calldata path) public view returns (uint256[] memory amounts) {
        if (path.length < 2) revert InvalidPath();
        amounts = new uint256[](path.length);
        amounts[0] = amountIn;
        for (uint256 i = 1; i < path.length; i++) {
            (uint256 reserveIn, uint256 reserveOut) = _reserves(path[i - 1], path[i]);
            amounts[i] = ConstantProduct.amountOut(amounts[i - 1], reserveIn, reserveOut);
        }
    }

    /// @inheritdoc IRouter
    function getAmountsIn(uint256 amountOut, address[] calldata path) public view returns (uint256[] memory amounts) {
        if (path.length < 2) revert InvalidPath();
        amounts = new uint256[](path.length);
        amounts[path.length - 1] = amountOut;
        for (uint256 i = path.length - 1; i > 0; i--) {
            (uint256 reserveIn, uint256 reserveOut) = _reserves(path[i - 1], path[i]);
            amounts[i - 1] = ConstantProduct.amountIn(amounts[i], reserveIn, reserveOut);
        }
    }

    // Parts

    function _ensure(uint256 deadline) private view {
        // A deadline bounds how long a transaction may wait; seconds of a validator's choice do not matter to it.
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp > deadline) revert Expired(deadline);
    }

    /// @dev The amounts at the pair's ratio that the desired ones cover, or the desired ones in an empty pair.
    function _fit(
        address tokenA,
        address tokenB,
        uint256 amountADesired,
        uint256 amountBDesired,
        uint256 amountAMin,
        uint256 amountBMin
    ) private returns (uint256 amountA, uint256 amountB) {
        if (IActorTradeFactory(factory).getPair(tokenA, tokenB) == address(0)) {
            IActorTradeFactory(factory).createPair(tokenA, tokenB);
        }

        (uint256 reserveA, uint256 reserveB) = _reserves(tokenA, tokenB);
        (amountA, amountB) = (amountADesired, amountBDesired);
        if (reserveA != 0 || reserveB != 0) {
            uint256 optimalB = ConstantProduct.quote(amountADesired, reserveA, reserveB);
            if (optimalB <= amountBDesired) {
                amountB = optimalB;
            } else {
                amountA = ConstantProduct.quote(amountBDesired, reserveB, reserveA);
            }
        }

        if (amountA < amountAMin) revert InsufficientAmount(tokenA, amountA, amountAMin);
        if (amountB < amountBMin) revert InsufficientAmount(tokenB, amountB, amountBMin);
    }

    function _amountsOutAtLeast(uint256 amountIn, uint256 minimum, address[] calldata path)
        private
        view
        returns (uint256[] memory amounts)
    {
        amounts = getAmountsOut(amountIn, path);
        uint256 last = amounts[amounts.length - 1];
        if (last < minimum) revert InsufficientOutput(last, minimum);
    }

    function _amountsInAtMost(uint256 amountOut, uint256 maximum, address[] calldata path)
        private
        view
        returns (uint256[] memory amounts)
    {
        amounts = getAmountsIn(amountOut, path);
        if (amounts[0] > maximum) revert ExcessiveInput(amounts[0], maximum);
    }

    /// @dev The first pair has been paid; each pays the next, and the last one the recipient.
    function _swap(uint256[] memory amounts, address[] calldata path, address to) private {
        for (uint256 i = 0; i + 1 < path.length; i++) {
            _swapOne(path, i, amounts[i + 1], to);
        }
    }

    /// @dev As `_swap`, each pair selling what it holds above its reserve.
    /// @return received What the recipient has more of the last token than before.
    function _swapWhatArrives(address[] calldata path, address to, uint256 minimum) private returns (uint256 received) {
        IERC20 last = IERC20(path[path.length - 1]);
        uint256 before = last.balanceOf(to);
        for (uint256 i = 0; i + 1 < path.length; i++) {
            address pair = _existingPair(path[i], path[i + 1]);
            (uint256 reserveIn, uint256 reserveOut) = _reserves(path[i], path[i + 1]);
            uint256 arrived = IERC20(path[i]).balanceOf(pair) - reserveIn;
            _swapOne(path, i, ConstantProduct.amountOut(arrived, reserveIn, reserveOut), to);
        }

        received = last.balanceOf(to) - before;
        if (received < minimum) revert InsufficientOutput(received, minimum);
    }

    function _swapOne(address[] calldata path, uint256 i, uint256 amountOut, address to) private {
        address recipient = i + 2 < path.length ? _pairFor(path[i + 1], path[i + 2]) : to;
        (uint256 amount0Out, uint256 amount1Out) =
            path[i] < path[i + 1] ? (uint256(0), amountOut) : (amountOut, uint256(0));
        IActorTradePair(_pairFor(path[i], path[i + 1])).swap(amount0Out, amount1Out, recipient, "");
    }

    function _payTokens(address[] calldata path, uint256 amount) private {
        if (path.length < 2) revert InvalidPath();
        _pull(path[0], _existingPair(path[0], path[1]), amount);
    }

    function _pull(address token, address to, uint256 amount) private {
        IERC20(token).safeTransferFrom(msg.sender, to, amount);
    }

    function _payCoins(address pair, uint256 amount) private {
        IWETH(WETH).deposit{value: amount}();
        IERC20(WETH).safeTransfer(pair, amount);
    }

    function _payOutCoins(address to, uint256 amount) private {
        IWETH(WETH).withdraw(amount);
        Address.sendValue(payable(to), amount);
    }

    function _giveBack(uint256 amount) private {
        if (amount > 0) Address.sendValue(payable(msg.sender), amount);
    }

    /// @dev A signature is public as soon as it is sent, so anyone may have used it before this call: then its
    /// allowance is there, and the failure of `permit` is none.
    function _permit(address pair, uint256 liquidity, uint256 deadline, bool all, uint8 v, bytes32 r, bytes32 s)
        private
    {
        uint256 value = all ? type(uint256).max : liquidity;
        try IERC20Permit(pair).permit(msg.sender, address(this), value, deadline, v, r, s) {
            return;
        } catch {
            if (IERC20(pair).allowance(msg.sender, address(this)) < liquidity) revert PermitFailed();
        }
    }

    function _requireWethFirst(address[] calldata path) private view {
        if (path.length < 2 || path[0] != WETH) revert InvalidPath();
    }

    function _requireWethLast(address[] calldata path) private view {
        if (path.length < 2 || path[path.length - 1] != WETH) revert InvalidPath();
    }

    /// @dev The reserves in the order of the tokens given.
    function _reserves(address tokenA, address tokenB) private view returns (uint256 reserveA, uint256 reserveB) {
        (uint112 reserve0, uint112 reserve1,) = IActorTradePair(_existingPair(tokenA, tokenB)).getReserves();
        return tokenA < tokenB ? (reserve0, reserve1) : (reserve1, reserve0);
    }

    function _existingPair(address tokenA, address tokenB) private view returns (address pair) {
        pair = _pairFor(tokenA, tokenB);
        if (pair.code.length == 0) revert NoPair(tokenA, tokenB);
    }

    function _pairFor(address tokenA, address tokenB) private view returns (address pair) {
        (address token0, address token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        bytes32 salt = keccak256(abi.encodePacked(token0, token1));
        return Create2.computeAddress(salt, PAIR_INIT_CODE_HASH, factory);
    }
}
