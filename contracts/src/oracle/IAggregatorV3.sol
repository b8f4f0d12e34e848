// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What is read of an aggregator as Chainlink's
interface IAggregatorV3 {
    /// @return Decimals of the answer.
    function decimals() external view returns (uint8);

    /// @return roundId The round of the answer.
    /// @return answer The price or, of a sequencer's feed, 0 for up and 1 for down.
    /// @return startedAt When the round began or, of a sequencer's feed, when its state last changed; in seconds since
    /// 1970.
    /// @return updatedAt When the answer was written, in seconds since 1970; 0 while the round has none.
    /// @return answeredInRound The round that the answer was computed in.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
