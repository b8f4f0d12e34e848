// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How the oracle's prices are configured, and why one is refused
/// @notice Each token has a feed, an aggregator as Chainlink's, and may have a second source: a pair's time-weighted
/// average price against another token that has a feed. Where both exist they must agree.
interface IPriceFeeds {
    /// @param aggregator What answers the price in US dollars.
    /// @param heartbeat Seconds after which an answer is stale.
    /// @param deviationBpsMax How far the pair may be from the feed, in 1e-4 of the feed's price; 0 without a pair.
    /// @param minPriceE18 US dollars with 18 decimals that the price must be above. At its own lower bound an
    /// aggregator repeats the bound: this is to be at least that.
    /// @param maxPriceE18 US dollars with 18 decimals that the price must be below.
    /// @param pair A pair as Uniswap V2's of the token and one that has a feed; zero for none.
    struct Feed {
        address aggregator;
        uint32 heartbeat;
        uint16 deviationBpsMax;
        uint128 minPriceE18;
        uint128 maxPriceE18;
        address pair;
    }

    /// @notice A token's sources are these from now on.
    event FeedSet(address indexed token, Feed feed);

    /// @notice A token has no price any more.
    event FeedRemoved(address indexed token);

    /// @notice An address that must be something is zero.
    error ZeroAddress();

    /// @notice A feed has no heartbeat, crossed bounds, more than 36 decimals, or a pair without a deviation, with one
    /// above 100 %, or not of this token.
    error InvalidFeed(address token);

    /// @notice A token has no feed.
    error NoFeed(address token);

    /// @notice An answer is not above zero.
    error InvalidAnswer(address token, int256 answer);

    /// @notice A round has no answer, or one from an earlier round, or from the future.
    error IncompleteRound(address token, uint80 roundId);

    /// @notice An answer is older than the heartbeat.
    error StalePrice(address token, uint256 updatedAt);

    /// @notice A price is at a bound or beyond.
    error PriceOutOfBounds(address token, uint256 priceE18);

    /// @notice The feed and the pair are too far apart.
    error SourcesDisagree(address token, uint256 feedPriceE18, uint256 pairPriceE18);

    /// @notice The L2's sequencer is down, or its feed does not know.
    error SequencerDown();

    /// @notice The sequencer is up again, but not for long enough for others to act.
    error SequencerGracePeriod(uint256 upSince);

    /// @notice Sets a token's sources. Only the admin.
    /// @dev Reverts with ZeroAddress, InvalidFeed. The decimals of aggregator and tokens are read now and kept.
    function setFeed(address token, Feed calldata feed) external;

    /// @notice Takes a token's sources away. Only the admin. Reverts with NoFeed.
    function removeFeed(address token) external;

    /// @return The sources of a token.
    function feedOf(address token) external view returns (Feed memory);

    /// @notice The price by the token's pair alone, for whoever watches the two sources.
    /// @return priceE18 US dollars for one whole token, 18 decimals, rounded down.
    function pairPrice(address token) external view returns (uint256 priceE18);
}
