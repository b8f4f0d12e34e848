// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice All that a transfer must know of an account, in one storage slot: its balance, the snapshot its balance is
/// newer than, and its flags. The token's gate is a word of the same form, so that one comparison of all but the
/// balance tells an ordinary account of a running token.
///
///     bits   0–111  balance
///     bits 112–159  timepoint of the newest snapshot when the balance last changed
///     bits 160–     flags
type AccountWord is uint256;

using AccountWords for AccountWord global;

library AccountWords {
    uint256 internal constant BALANCE_BITS = 112;
    uint256 internal constant FLAGS_SHIFT = 160;
    uint256 internal constant BALANCE_MASK = (1 << 112) - 1;
    uint256 internal constant SNAPSHOT_MASK = ((1 << 48) - 1) << 112;

    uint256 internal constant FROZEN = 1 << 160;
    uint256 internal constant MARKET_PAIR = 1 << 161;
    uint256 internal constant TAX_EXEMPT = 1 << 162;
    uint256 internal constant DELEGATED = 1 << 163;
    /// @dev Of the zero address, so that it is never ordinary.
    uint256 internal constant NO_ACCOUNT = 1 << 164;
    /// @dev Of the gate only, so that while it is set no account is like the gate.
    uint256 internal constant PAUSED = 1 << 255;

    /// @return True where the account has no flag, and its history needs no entry, and the token is not paused.
    function isOrdinary(AccountWord word, AccountWord gate) internal pure returns (bool) {
        return (AccountWord.unwrap(word) ^ AccountWord.unwrap(gate)) >> BALANCE_BITS == 0;
    }

    function balance(AccountWord word) internal pure returns (uint256) {
        return AccountWord.unwrap(word) & BALANCE_MASK;
    }

    function snapshot(AccountWord word) internal pure returns (uint48) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint48(AccountWord.unwrap(word) >> BALANCE_BITS); // The mask of 48 bits is the cast.
    }

    function has(AccountWord word, uint256 flag) internal pure returns (bool) {
        return AccountWord.unwrap(word) & flag != 0;
    }

    function hasFlags(AccountWord word) internal pure returns (bool) {
        return AccountWord.unwrap(word) >> FLAGS_SHIFT != 0;
    }

    /// @dev The caller knows that the result is at most BALANCE_MASK: no supply is higher than the cap.
    function plus(AccountWord word, uint256 value) internal pure returns (AccountWord) {
        unchecked {
            return AccountWord.wrap(AccountWord.unwrap(word) + value);
        }
    }

    /// @dev The caller knows that value is at most the balance.
    function minus(AccountWord word, uint256 value) internal pure returns (AccountWord) {
        unchecked {
            return AccountWord.wrap(AccountWord.unwrap(word) - value);
        }
    }

    function or(AccountWord word, AccountWord other) internal pure returns (AccountWord) {
        return AccountWord.wrap(AccountWord.unwrap(word) | AccountWord.unwrap(other));
    }

    function withFlag(AccountWord word, uint256 flag, bool on) internal pure returns (AccountWord) {
        uint256 raw = AccountWord.unwrap(word);
        return AccountWord.wrap(on ? raw | flag : raw & ~flag);
    }

    function withSnapshot(AccountWord word, uint48 timepoint) internal pure returns (AccountWord) {
        return AccountWord.wrap((AccountWord.unwrap(word) & ~SNAPSHOT_MASK) | (uint256(timepoint) << BALANCE_BITS));
    }
}
