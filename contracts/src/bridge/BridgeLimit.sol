// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice How much may pass a day, and how much is left, refilled evenly over a day.
/// @dev Whoever uses all of it at once and all that comes back has, in any day, at most twice the limit.
struct BridgeLimit {
    uint104 max;
    uint104 left;
    uint48 updatedAt;
}

using BridgeLimits for BridgeLimit global;

library BridgeLimits {
    uint256 internal constant REFILL_TIME = 1 days;
    uint256 internal constant MAX = type(uint104).max;

    /// @return What is left now; the refill rounds down.
    function current(BridgeLimit storage self) internal view returns (uint256) {
        uint256 max = self.max;
        uint256 refilled = self.left + max * (block.timestamp - self.updatedAt) / REFILL_TIME;
        return refilled < max ? refilled : max;
    }

    /// @dev The caller knows that amount is at most what is left.
    function use(BridgeLimit storage self, uint256 amount) internal {
        _store(self, self.max, current(self) - amount);
    }

    /// @dev The caller knows that max is at most MAX.
    function set(BridgeLimit storage self, uint256 max) internal {
        uint256 left = current(self);
        uint256 old = self.max;
        if (max >= old) left += max - old;
        else left = left > old - max ? left - (old - max) : 0;
        _store(self, max, left);
    }

    function _store(BridgeLimit storage self, uint256 max, uint256 left) private {
        // forge-lint: disable-next-line(unsafe-typecast)
        self.max = uint104(max); // At most MAX.
        // forge-lint: disable-next-line(unsafe-typecast)
        self.left = uint104(left); // At most max.
        self.updatedAt = uint48(block.timestamp);
    }
}
