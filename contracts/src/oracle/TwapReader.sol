// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IActorTradePair} from "../amm/IActorTradePair.sol";
import {ITwapReader} from "./ITwapReader.sol";

/// @title Time-weighted average prices of pairs as Uniswap V2's
/// @dev Two checkpoints, not a ring: the older was at least `minWindow` old when the newer was written, so one of the
/// two always serves once there are two, and a poke at the worst of times only shortens the window to `minWindow`.
/// No privileges. What a pair answers counts for that pair alone.
contract TwapReader is ITwapReader {
    struct Checkpoint {
        uint256 price0Cumulative;
        uint256 price1Cumulative;
        uint64 timestamp;
    }

    /// @inheritdoc ITwapReader
    uint32 public immutable minWindow;
    /// @inheritdoc ITwapReader
    uint32 public immutable maxWindow;

    mapping(address pair => Checkpoint) public older;
    mapping(address pair => Checkpoint) public newer;

    constructor(uint32 minWindow_, uint32 maxWindow_) {
        if (minWindow_ == 0 || maxWindow_ / 2 < minWindow_) revert InvalidWindow(minWindow_, maxWindow_);
        (minWindow, maxWindow) = (minWindow_, maxWindow_);
    }

    /// @inheritdoc ITwapReader
    function poke(address pair) external returns (bool written) {
        Checkpoint memory last = newer[pair];
        if (block.timestamp - last.timestamp < minWindow) return false;
        (uint256 sum0, uint256 sum1) = _sums(pair);
        older[pair] = last;
        newer[pair] = Checkpoint(sum0, sum1, uint64(block.timestamp));
        emit Poked(pair, sum0, sum1);
        return true;
    }

    /// @inheritdoc ITwapReader
    function consult(address pair) external view returns (uint256 average0, uint256 average1, uint256 window) {
        Checkpoint memory start = newer[pair];
        if (block.timestamp - start.timestamp < minWindow) start = older[pair];
        if (start.timestamp == 0) revert TooYoung(pair);
        window = block.timestamp - start.timestamp;
        if (window > maxWindow) revert TooOld(pair, window);
        (uint256 sum0, uint256 sum1) = _sums(pair);
        // The sums wrap around 2^256; their differences do not.
        unchecked {
            average0 = (sum0 - start.price0Cumulative) / window;
            average1 = (sum1 - start.price1Cumulative) / window;
        }
    }

    /// @dev The pair's price sums up to now, as if it had been traded at this moment.
    function _sums(address pair) private view returns (uint256 sum0, uint256 sum1) {
        (uint112 reserve0, uint112 reserve1, uint32 last) = IActorTradePair(pair).getReserves();
        if (reserve0 == 0 || reserve1 == 0) revert EmptyPair(pair);
        sum0 = IActorTradePair(pair).price0CumulativeLast();
        sum1 = IActorTradePair(pair).price1CumulativeLast();
        // Both wrap as they do in the pair: the time around 2^32, the sums around 2^256.
        unchecked {
            // forge-lint: disable-next-line(unsafe-typecast)
            uint32 elapsed = uint32(block.timestamp) - last;
            sum0 += _uq112x112(reserve1, reserve0) * elapsed;
            sum1 += _uq112x112(reserve0, reserve1) * elapsed;
        }
    }

    function _uq112x112(uint112 numerator, uint112 denominator) private pure returns (uint256) {
        return (uint256(numerator) << 112) / denominator;
    }
}
