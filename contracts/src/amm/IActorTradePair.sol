// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A constant-product pair of two tokens
/// @notice ABI-compatible with Uniswap V2's pair, events and flash-swap callback included. A swap costs 0.30 % of what
/// goes in. It stays in the pool; a sixth of the growth of √k that it causes (0.05 of the 0.30) is minted to the
/// factory's treasury as liquidity whenever liquidity is minted or burned, or when anyone asks for it.
/// @dev Low-level, as Uniswap V2's: callers pay first and call in the same transaction; routers check bounds. All
/// amounts are in units of the tokens. Reserves are at most 2^112 − 1. Every function that changes something holds one
/// lock; `isLocked` tells readers of other contracts that a call of this pair is under way. Also then `getReserves` and
/// `totalSupply` agree with one another, and are those from before a swap, or from after a burn.
interface IActorTradePair {
    /// @notice Liquidity was added.
    event Mint(address indexed sender, uint256 amount0, uint256 amount1);

    /// @notice Liquidity was taken out.
    event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to);

    /// @notice Tokens were exchanged.
    event Swap(
        address indexed sender,
        uint256 amount0In,
        uint256 amount1In,
        uint256 amount0Out,
        uint256 amount1Out,
        address indexed to
    );

    /// @notice The reserves are these from now on.
    event Sync(uint112 reserve0, uint112 reserve1);

    /// @notice The factory's pause stops this.
    error Paused();

    /// @notice A balance above 2^112 − 1 units cannot be a reserve.
    error ReserveOverflow(uint256 balance0, uint256 balance1);

    /// @notice What was paid in, or handed back, is worth no unit of liquidity or of a token.
    error InsufficientLiquidity();

    /// @notice A swap must ask for something.
    error NoOutput();

    /// @notice A swap asks for a whole reserve or more.
    error OutputExceedsReserve(uint256 amount0Out, uint256 amount1Out, uint112 reserve0, uint112 reserve1);

    /// @notice Neither a token of the pair nor, where that is said, the pair can be the recipient.
    error InvalidRecipient(address to);

    /// @notice Nothing was paid in.
    error NoInput();

    /// @notice The product of the balances, less 0.30 % of what was paid in, is below that of the reserves.
    error KDecreased();

    /// @notice Turns what was paid in above the reserves into liquidity: √(amount0 · amount1) the first time, of which
    /// 1,000 units are locked for ever; later the smaller of both shares. Rounded down.
    /// @dev Reverts with Paused, InsufficientLiquidity, ReserveOverflow.
    /// @return liquidity Units of liquidity that `to` received.
    function mint(address to) external returns (uint256 liquidity);

    /// @notice Pays out the share of both tokens for the liquidity that was sent to the pair. Rounded down. Open while
    /// paused.
    /// @dev Reverts with InsufficientLiquidity. The reserves are written before the tokens are paid.
    function burn(address to) external returns (uint256 amount0, uint256 amount1);

    /// @notice Pays out the asked amounts, calls `to` where there is data, and takes what has been paid in then.
    /// @dev Reverts with Paused, NoOutput, OutputExceedsReserve, InvalidRecipient, NoInput, KDecreased,
    /// ReserveOverflow. What is paid in beyond the price is the providers'.
    /// @param data Passed to `uniswapV2Call` of `to`; empty for no call.
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;

    /// @notice Pays out what the pair holds above its reserves. Not to the pair itself: InvalidRecipient.
    function skim(address to) external;

    /// @notice Makes the balances the reserves.
    function sync() external;

    /// @notice Mints the treasury's share of the fees so far. Anyone may call.
    /// @return liquidity Units of liquidity minted, rounded down.
    function collectProtocolFee() external returns (uint256 liquidity);

    /// @return Units of liquidity that the first mint locks.
    function MINIMUM_LIQUIDITY() external view returns (uint256);

    /// @return The factory that made this pair.
    function factory() external view returns (address);

    /// @return The token with the smaller address.
    function token0() external view returns (address);

    /// @return The token with the larger address.
    function token1() external view returns (address);

    /// @return reserve0 Units of token0 that prices come from.
    /// @return reserve1 Units of token1 that prices come from.
    /// @return blockTimestampLast When they were last written, in seconds since 1970, modulo 2^32.
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);

    /// @return The sum over seconds of reserve1 / reserve0 as UQ112x112, rounded down each time, modulo 2^256, up to
    /// `blockTimestampLast`.
    function price0CumulativeLast() external view returns (uint256);

    /// @return As `price0CumulativeLast`, of reserve0 / reserve1.
    function price1CumulativeLast() external view returns (uint256);

    /// @return reserve0 · reserve1 when the treasury's share was last minted.
    function kLast() external view returns (uint256);

    /// @return True while a call of this pair is under way: values derived from token balances are in between then.
    function isLocked() external view returns (bool);
}
