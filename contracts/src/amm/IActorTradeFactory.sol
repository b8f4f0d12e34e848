// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The registry and maker of ActorTrade's pairs
/// @notice ABI-compatible with Uniswap V2's factory in `createPair`, `getPair`, `allPairs`, `allPairsLength`, `feeTo`
/// and the event `PairCreated`. One pause here stops swaps, mints and new pairs of the whole factory; burns stay open.
interface IActorTradeFactory {
    /// @notice A pair was made.
    /// @param token0 The token with the smaller address.
    /// @param token1 The token with the larger address.
    /// @param pair Where the pair stands.
    /// @param pairCount How many pairs there are now, this one included.
    event PairCreated(address indexed token0, address indexed token1, address pair, uint256 pairCount);

    /// @notice The protocol's share of the fees goes to another address from now on.
    event TreasuryChanged(address indexed previous, address indexed treasury);

    /// @notice An address that must be something is zero.
    error ZeroAddress();

    /// @notice A pair needs two different tokens.
    error IdenticalTokens(address token);

    /// @notice There is a pair of these tokens already.
    error PairExists(address pair);

    /// @notice Makes the pair of two tokens, in either order. Anyone may.
    /// @dev Reverts with IdenticalTokens, ZeroAddress, PairExists, or EnforcedPause while paused.
    /// @return pair Its address: CREATE2 of this factory, salt `keccak256(token0 ‖ token1)` packed, and
    /// `pairInitCodeHash`.
    function createPair(address tokenA, address tokenB) external returns (address pair);

    /// @notice Names who receives the protocol's share of the fees, as liquidity of each pair. Only the admin.
    /// @dev Reverts with ZeroAddress. Growth that has not been minted yet goes to the new treasury.
    function setTreasury(address treasury) external;

    /// @return pair The pair of two tokens in either order; zero where there is none.
    function getPair(address tokenA, address tokenB) external view returns (address pair);

    /// @return pair The pair made as number `index`, from 0.
    function allPairs(uint256 index) external view returns (address pair);

    /// @return count How many pairs there are.
    function allPairsLength() external view returns (uint256 count);

    /// @return Who receives the protocol's share of the fees; never zero.
    function treasury() external view returns (address);

    /// @return The treasury, under Uniswap V2's name.
    function feeTo() external view returns (address);

    /// @return Who may change the treasury: the admin, under Uniswap V2's name.
    function feeToSetter() external view returns (address);

    /// @return The Keccak-256 of the pair's creation code, of which addresses are predicted.
    function pairInitCodeHash() external view returns (bytes32);

    /// @notice The tokens of the pair that is being made in this very call; both zero otherwise. A pair reads it in its
    /// constructor, so that its creation code is the same for all.
    function pairTokens() external view returns (address token0, address token1);
}
