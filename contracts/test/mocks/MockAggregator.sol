// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAggregatorV3} from "../../src/oracle/IAggregatorV3.sol";

/// @notice Answers what it is told to.
contract MockAggregator is IAggregatorV3 {
    uint8 public immutable decimals;
    uint80 public roundId;
    int256 public answer;
    uint256 public startedAt;
    uint256 public updatedAt;
    uint80 public answeredInRound;

    constructor(uint8 decimals_, int256 answer_) {
        decimals = decimals_;
        set(answer_);
    }

    /// @notice A new, whole round of this moment.
    function set(int256 answer_) public {
        roundId++;
        (answer, startedAt, updatedAt, answeredInRound) = (answer_, block.timestamp, block.timestamp, roundId);
    }

    /// @notice A round of any kind.
    function setRound(uint80 roundId_, int256 answer_, uint256 startedAt_, uint256 updatedAt_, uint80 answeredInRound_)
        external
    {
        (roundId, answer, startedAt, updatedAt, answeredInRound) =
        (roundId_, answer_, startedAt_, updatedAt_, answeredInRound_);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (roundId, answer, startedAt, updatedAt, answeredInRound);
    }
}
