// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Time-weighted average prices of pairs as Uniswap V2's
/// @notice Keeps two checkpoints of a pair's price sums. Anyone moves them on; each average is over at least
/// `minWindow` seconds up to now and at most `maxWindow`, so a price that holds for one block weighs one block.
interface ITwapReader {
    /// @notice A checkpoint was written.
    event Poked(address indexed pair, uint256 price0Cumulative, uint256 price1Cumulative);

    /// @notice A window must be longer than nothing, and the longest at least twice the shortest.
    error InvalidWindow(uint32 minWindow, uint32 maxWindow);

    /// @notice A pair without reserves has no price.
    error EmptyPair(address pair);

    /// @notice There is no checkpoint of at least the shortest window yet.
    error TooYoung(address pair);

    /// @notice The checkpoint is older than the longest window: nobody has poked.
    error TooOld(address pair, uint256 age);

    /// @notice Writes a checkpoint where the newest is at least `minWindow` old, or there is none. Anyone may.
    /// @dev Reverts with EmptyPair. Poke at least every `maxWindow − minWindow` to keep a price at all times.
    /// @return written False where it is too early.
    function poke(address pair) external returns (bool written);

    /// @notice The averages from a checkpoint up to now: the newest if it is old enough, else the one before.
    /// @dev Reverts with EmptyPair, TooYoung, TooOld.
    /// @return average0 token1 per token0 in units, UQ112x112, rounded down.
    /// @return average1 token0 per token1 in units, UQ112x112, rounded down; not the inverse of the other.
    /// @return window Seconds that they are over.
    function consult(address pair) external view returns (uint256 average0, uint256 average1, uint256 window);

    /// @return Seconds of the shortest window.
    function minWindow() external view returns (uint32);

    /// @return Seconds of the longest window.
    function maxWindow() external view returns (uint32);
}
