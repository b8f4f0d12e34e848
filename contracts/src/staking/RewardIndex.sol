// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The index by which a stream of rewards is shared among weights
/// @notice Rewards are kept in units of 1/2^96 of a token's unit, so that sharing them loses nothing: what a share
/// leaves over stays in the index and goes out with the next share.
/// @dev While all rewards together stay below 2^128, and all weights too, no product reaches 2^256.
library RewardIndex {
    /// @notice Parts into which one unit of the token is divided.
    uint256 internal constant PARTS = 1 << 96;

    struct Index {
        /// @dev Parts that one unit of weight has earned since the beginning; only rises.
        uint256 perWeight;
        /// @dev Parts not yet in `perWeight`: less than the weight after a share, plus what was forfeited since.
        uint256 left;
    }

    /// @notice Shares a reward: afterwards (rise of `perWeight`) · weight + `left` = reward · 2^96 + old `left`.
    /// @param reward Units of the token.
    /// @param weight Sum of all weights; zero keeps everything in `left`.
    function share(Index memory index, uint256 reward, uint256 weight) internal pure returns (Index memory) {
        uint256 parts = reward * PARTS + index.left;
        if (weight == 0) return Index(index.perWeight, parts);
        return Index(index.perWeight + parts / weight, parts % weight);
    }

    /// @notice What a weight has earned since the index stood at `paid`, in parts.
    function earned(Index memory index, uint256 weight, uint256 paid) internal pure returns (uint256) {
        return weight * (index.perWeight - paid);
    }
}
