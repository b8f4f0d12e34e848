// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IActorTradePair} from "../amm/IActorTradePair.sol";
import {IAggregatorV3} from "./IAggregatorV3.sol";
import {IPriceFeeds} from "./IPriceFeeds.sol";
import {IPriceOracle} from "./IPriceOracle.sol";
import {ITwapReader} from "./ITwapReader.sol";

/// @title Prices that consumers may act on
/// @dev The feed's price is the answer; a pair can only make the oracle refuse it. So whoever moves a pair can stop
/// consumers for a while, but never give them a price. The token that a pair is against is priced by its feed alone,
/// which ends every chain of sources at once.
contract PriceOracle is IPriceOracle, IPriceFeeds, AccessControlDefaultAdminRules {
    using SafeCast for int256;

    uint256 private constant BPS = 10_000;
    uint256 private constant ONE_Q112 = 1 << 112;
    uint8 private constant USD_DECIMALS = 18;
    uint8 private constant DECIMALS_MAX = 36;

    /// @dev What does not change while a feed stands, read when it is set.
    struct Scales {
        uint8 aggregatorDecimals;
        uint8 tokenDecimals;
        uint8 quoteDecimals;
        bool tokenIs0;
        address quote;
    }

    /// @notice Averages pairs' prices.
    ITwapReader public immutable TWAP_READER;
    /// @notice Says whether the L2's sequencer is up; zero on chains without one.
    IAggregatorV3 public immutable SEQUENCER_FEED;
    /// @notice Seconds that the sequencer must have been up.
    uint256 public immutable GRACE_PERIOD;

    mapping(address token => Feed) private _feeds;
    mapping(address token => Scales) private _scales;

    /// @param initialDelay Seconds between the announcement and the acceptance of a change of the admin.
    /// @param admin Sets feeds; the timelock in the end.
    /// @param sequencerFeed The L2's uptime feed, or zero.
    /// @param gracePeriod Seconds after the sequencer came back in which no price is given.
    constructor(
        uint48 initialDelay,
        address admin,
        ITwapReader twapReader,
        IAggregatorV3 sequencerFeed,
        uint256 gracePeriod
    ) AccessControlDefaultAdminRules(initialDelay, admin) {
        if (address(twapReader) == address(0)) revert ZeroAddress();
        (TWAP_READER, SEQUENCER_FEED, GRACE_PERIOD) = (twapReader, sequencerFeed, gracePeriod);
    }

    /// @inheritdoc IPriceFeeds
    function setFeed(address token, Feed calldata feed) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (token == address(0) || feed.aggregator == address(0)) revert ZeroAddress();
        Scales memory scales;
        scales.aggregatorDecimals = IAggregatorV3(feed.aggregator).decimals();
        if (feed.heartbeat == 0 || feed.minPriceE18 >= feed.maxPriceE18 || scales.aggregatorDecimals > DECIMALS_MAX) {
            revert InvalidFeed(token);
        }
        if (feed.pair != address(0)) _readPair(token, feed, scales);

        (_feeds[token], _scales[token]) = (feed, scales);
        emit FeedSet(token, feed);
    }

    /// @inheritdoc IPriceFeeds
    function removeFeed(address token) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (_feeds[token].aggregator == address(0)) revert NoFeed(token);
        delete _feeds[token];
        delete _scales[token];
        emit FeedRemoved(token);
    }

    /// @inheritdoc IPriceOracle
    function price(address token) external view returns (uint256 priceE18, uint256 updatedAt) {
        _requireSequencer();
        (priceE18, updatedAt) = _feedPrice(token);
        Feed storage feed = _feeds[token];
        if (feed.pair == address(0)) return (priceE18, updatedAt);

        (uint256 other, uint256 otherUpdatedAt) = _pairPrice(token);
        uint256 apart = priceE18 > other ? priceE18 - other : other - priceE18;
        if (apart > (priceE18 * feed.deviationBpsMax) / BPS) revert SourcesDisagree(token, priceE18, other);
        updatedAt = Math.min(updatedAt, otherUpdatedAt);
    }

    /// @inheritdoc IPriceFeeds
    function feedOf(address token) external view returns (Feed memory) {
        return _feeds[token];
    }

    /// @inheritdoc IPriceFeeds
    function pairPrice(address token) external view returns (uint256 priceE18) {
        if (_feeds[token].pair == address(0)) revert NoFeed(token);
        (priceE18,) = _pairPrice(token);
    }

    /// @dev Fills in what is to know of the pair.
    function _readPair(address token, Feed calldata feed, Scales memory scales) private view {
        (address token0, address token1) = (IActorTradePair(feed.pair).token0(), IActorTradePair(feed.pair).token1());
        if (token != token0 && token != token1) revert InvalidFeed(token);
        if (feed.deviationBpsMax == 0 || feed.deviationBpsMax > BPS) revert InvalidFeed(token);
        scales.tokenIs0 = token == token0;
        scales.quote = scales.tokenIs0 ? token1 : token0;
        scales.tokenDecimals = IERC20Metadata(token).decimals();
        scales.quoteDecimals = IERC20Metadata(scales.quote).decimals();
        if (scales.tokenDecimals > DECIMALS_MAX || scales.quoteDecimals > DECIMALS_MAX) revert InvalidFeed(token);
    }

    function _feedPrice(address token) private view returns (uint256 priceE18, uint256 updatedAt) {
        Feed storage feed = _feeds[token];
        if (feed.aggregator == address(0)) revert NoFeed(token);
        uint80 roundId;
        uint80 answeredInRound;
        int256 answer;
        (roundId, answer,, updatedAt, answeredInRound) = IAggregatorV3(feed.aggregator).latestRoundData();
        if (updatedAt == 0 || updatedAt > block.timestamp || answeredInRound < roundId) {
            revert IncompleteRound(token, roundId);
        }
        if (block.timestamp - updatedAt > feed.heartbeat) revert StalePrice(token, updatedAt);
        if (answer <= 0) revert InvalidAnswer(token, answer);
        priceE18 = _toE18(answer.toUint256(), _scales[token].aggregatorDecimals);
        if (priceE18 <= feed.minPriceE18 || priceE18 >= feed.maxPriceE18) revert PriceOutOfBounds(token, priceE18);
    }

    /// @dev Average units of the quote for a unit, times the quote's price, scaled to whole tokens.
    /// @return priceE18 US dollars for one whole token, 18 decimals, rounded down.
    /// @return updatedAt When the quote's feed was: the average reaches up to now.
    function _pairPrice(address token) private view returns (uint256 priceE18, uint256 updatedAt) {
        Scales memory scales = _scales[token];
        (uint256 average0, uint256 average1,) = TWAP_READER.consult(_feeds[token].pair);
        uint256 average = scales.tokenIs0 ? average0 : average1;
        uint256 quotePriceE18;
        (quotePriceE18, updatedAt) = _feedPrice(scales.quote);
        // Multiplied before divided: a unit of the token may be worth less than a unit of the quote.
        priceE18 =
            Math.mulDiv(average, quotePriceE18 * 10 ** scales.tokenDecimals, ONE_Q112) / 10 ** scales.quoteDecimals;
    }

    function _requireSequencer() private view {
        if (address(SEQUENCER_FEED) == address(0)) return;
        (, int256 answer, uint256 upSince,,) = SEQUENCER_FEED.latestRoundData();
        if (answer != 0 || upSince == 0 || upSince > block.timestamp) revert SequencerDown();
        if (block.timestamp - upSince < GRACE_PERIOD) revert SequencerGracePeriod(upSince);
    }

    /// @dev Rounded down where the aggregator has more decimals.
    function _toE18(uint256 answer, uint8 decimals) private pure returns (uint256) {
        return
            decimals <= USD_DECIMALS
                ? answer * 10 ** (USD_DECIMALS - decimals)
                : answer / 10 ** (decimals - USD_DECIMALS);
    }
}
