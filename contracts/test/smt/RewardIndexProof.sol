// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RewardIndex} from "../../src/staking/RewardIndex.sol";

/// @notice What the model checker proves of the staking index, for every value that the staking contract can hold.
contract RewardIndexProof {
    using RewardIndex for RewardIndex.Index;

    /// @dev Sharing makes and loses nothing, and the index never falls.
    function share(uint128 reward, uint128 left, uint128 weight, uint128 perWeight) external pure {
        RewardIndex.Index memory index = RewardIndex.Index(perWeight, left);
        RewardIndex.Index memory later = index.share(reward, weight);
        assert(later.perWeight >= perWeight);
        uint256 parts = uint256(reward) * RewardIndex.PARTS + left;
        if (weight == 0) {
            assert(later.left == parts && later.perWeight == perWeight);
            return;
        }
        uint256 rise = parts / weight;
        assert(later.perWeight == perWeight + rise);
        assert(rise * weight + later.left == parts);
        assert(later.left < weight);
    }

    /// @dev All the weight in two hands earns as in one; with `share`, both parts and what is left make up the whole.
    function earned(uint128 reward, uint128 left, uint128 first, uint128 second) external pure {
        uint256 weight = uint256(first) + second;
        RewardIndex.Index memory later = RewardIndex.Index(0, left).share(reward, weight);
        uint256 both = later.earned(first, 0) + later.earned(second, 0);
        assert(both == later.perWeight * weight);
    }
}
