// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Trades and liquidity with bounds
/// @notice ABI-compatible with Uniswap V2's Router02. Holds nothing between calls. Amounts are in units of the tokens;
/// deadlines are in seconds since 1970 and inclusive: Expired afterwards. The caller pays for the length of a path.
/// Outputs are rounded down and inputs up.
interface IRouter {
    /// @notice The transaction came too late.
    error Expired(uint256 deadline);

    /// @notice A path needs at least two tokens, and the coin's token where a coin is traded.
    error InvalidPath();

    /// @notice There is no pair of these tokens.
    error NoPair(address tokenA, address tokenB);

    /// @notice Less would have come out than the caller allows.
    error InsufficientOutput(uint256 amount, uint256 minimum);

    /// @notice More would have gone in than the caller allows.
    error ExcessiveInput(uint256 amount, uint256 maximum);

    /// @notice Adding or taking out liquidity would have moved less of a token than the caller allows.
    error InsufficientAmount(address token, uint256 amount, uint256 minimum);

    /// @notice Only the coin's token may send coins here.
    error CoinsNotFromWeth(address sender);

    /// @notice The pair has not the signed permission, and no allowance that suffices either.
    error PermitFailed();

    /// @return The factory whose pairs are traded.
    function factory() external view returns (address);

    /// @return The coin's token.
    function WETH() external view returns (address);

    /// @notice Adds liquidity at the pair's ratio, making the pair if there is none.
    /// @param amountADesired The most of token A to pay.
    /// @param amountAMin The least, which bounds the price: InsufficientAmount below.
    /// @return amountA Units of token A paid.
    /// @return amountB Units of token B paid.
    /// @return liquidity Units of liquidity that `to` received.
    function addLiquidity(
        address tokenA,
        address tokenB,
        uint256 amountADesired,
        uint256 amountBDesired,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external returns (uint256 amountA, uint256 amountB, uint256 liquidity);

    /// @notice As `addLiquidity`, with coins for one side; what is not needed comes back.
    function addLiquidityETH(
        address token,
        uint256 amountTokenDesired,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external payable returns (uint256 amountToken, uint256 amountETH, uint256 liquidity);

    /// @notice Takes out liquidity that the caller allowed this router. Open while the factory is paused.
    function removeLiquidity(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external returns (uint256 amountA, uint256 amountB);

    /// @notice As `removeLiquidity`, paying coins for the coin's token.
    function removeLiquidityETH(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external returns (uint256 amountToken, uint256 amountETH);

    /// @notice As `removeLiquidity`, with a signed permission (EIP-2612) to spend `liquidity`, or all of it. If someone
    /// has used the signature already, its allowance serves.
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
    ) external returns (uint256 amountA, uint256 amountB);

    /// @notice As `removeLiquidityWithPermit`, paying coins for the coin's token.
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
    ) external returns (uint256 amountToken, uint256 amountETH);

    /// @notice As `removeLiquidityETH`, for tokens that arrive as less than was sent: passes on what arrived.
    /// @return amountETH Coins that `to` received.
    function removeLiquidityETHSupportingFeeOnTransferTokens(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external returns (uint256 amountETH);

    /// @notice As `removeLiquidityETHSupportingFeeOnTransferTokens`, with a signed permission.
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
    ) external returns (uint256 amountETH);

    /// @notice Sells exactly `amountIn` of the path's first token: InsufficientOutput below `amountOutMin`.
    /// @return amounts What moves at each token of the path.
    function swapExactTokensForTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external returns (uint256[] memory amounts);

    /// @notice Buys exactly `amountOut` of the path's last token: ExcessiveInput above `amountInMax`.
    function swapTokensForExactTokens(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external returns (uint256[] memory amounts);

    /// @notice As `swapExactTokensForTokens`, with coins.
    function swapExactETHForTokens(uint256 amountOutMin, address[] calldata path, address to, uint256 deadline)
        external
        payable
        returns (uint256[] memory amounts);

    /// @notice As `swapTokensForExactTokens`, for coins.
    function swapTokensForExactETH(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external returns (uint256[] memory amounts);

    /// @notice As `swapExactTokensForTokens`, for coins.
    function swapExactTokensForETH(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external returns (uint256[] memory amounts);

    /// @notice As `swapTokensForExactTokens`, with coins; what is not needed comes back.
    function swapETHForExactTokens(uint256 amountOut, address[] calldata path, address to, uint256 deadline)
        external
        payable
        returns (uint256[] memory amounts);

    /// @notice As `swapExactTokensForTokens`, for tokens that arrive as less than was sent: what counts for the minimum
    /// is what `to` has received in the end.
    function swapExactTokensForTokensSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external;

    /// @notice As above, with coins.
    function swapExactETHForTokensSupportingFeeOnTransferTokens(
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable;

    /// @notice As above, for coins.
    function swapExactTokensForETHSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external;

    /// @return amountB The amount of B worth `amountA` at the ratio of reserves, without a fee, rounded down.
    function quote(uint256 amountA, uint256 reserveA, uint256 reserveB) external pure returns (uint256 amountB);

    /// @return amountOut What `amountIn` buys, rounded down.
    function getAmountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut)
        external
        pure
        returns (uint256 amountOut);

    /// @return amountIn What `amountOut` costs, rounded up.
    function getAmountIn(uint256 amountOut, uint256 reserveIn, uint256 reserveOut)
        external
        pure
        returns (uint256 amountIn);

    /// @return amounts What `amountIn` buys at each token of the path.
    function getAmountsOut(uint256 amountIn, address[] calldata path) external view returns (uint256[] memory amounts);

    /// @return amounts What `amountOut` costs at each token of the path.
    function getAmountsIn(uint256 amountOut, address[] calldata path) external view returns (uint256[] memory amounts);
}
