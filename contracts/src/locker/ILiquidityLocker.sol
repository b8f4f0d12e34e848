// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Locks of liquidity tokens
/// @notice Locks tokens for a beneficiary until a date, or for ever. Nobody owns this contract: there is no admin, no
/// pause, no migration and no way to shorten a lock. A token that shrinks balances or takes fees is refused at the door.
interface ILiquidityLocker {
    /// @param token The liquidity token.
    /// @param beneficiary Who may withdraw once the lock has ended.
    /// @param amount Units still locked; zero once withdrawn.
    /// @param lockedAt Seconds since 1970.
    /// @param unlockAt Seconds since 1970; `FOR_EVER` never comes.
    struct Lock {
        address token;
        address beneficiary;
        uint256 amount;
        uint64 lockedAt;
        uint64 unlockAt;
    }

    event Locked(
        uint256 indexed lock, address indexed token, address indexed beneficiary, uint256 amount, uint64 unlockAt
    );
    event Extended(uint256 indexed lock, uint64 unlockAt);
    event Withdrawn(uint256 indexed lock, address indexed token, address indexed beneficiary, uint256 amount);

    error ZeroAmount();
    error ZeroBeneficiary();
    /// @dev A lock ends in the future, and an extension later than before.
    error UnlockTooEarly(uint64 unlockAt, uint64 earliest);
    error NotBeneficiary(uint256 lock, address caller);
    error StillLocked(uint64 unlockAt);

    /// @notice Locks `amount` units, pulled from the caller.
    /// @param unlockAt Seconds since 1970, after now; `FOR_EVER` for good.
    /// @return id The lock's number.
    function lock(address token, uint256 amount, address beneficiary, uint64 unlockAt) external returns (uint256 id);

    /// @notice Makes a lock last longer, or for ever. Only its beneficiary.
    function extend(uint256 id, uint64 unlockAt) external;

    /// @notice Pays an ended lock to its beneficiary, who alone may call.
    function withdraw(uint256 id) external returns (uint256 amount);

    /// @notice `unlockAt` of a lock that never ends.
    // solhint-disable-next-line func-name-mixedcase
    function FOR_EVER() external view returns (uint64);

    function lockOf(uint256 id) external view returns (Lock memory);

    /// @notice Numbers run from 1 to this.
    function lockCount() external view returns (uint256);

    /// @notice Units of a token that are locked here, ended locks not yet withdrawn among them.
    function totalLocked(address token) external view returns (uint256);

    /// @notice Units of a token that can never leave.
    function lockedForEver(address token) external view returns (uint256);

    /// @notice How many locks a token has had.
    function lockCountOf(address token) external view returns (uint256);

    /// @notice The proof for a date: units of a token that cannot leave before `time`, among its locks number `from` to
    /// `from + count - 1` in the order they were made. Ask page by page where there are many.
    function lockedAtLeastUntil(address token, uint64 time, uint256 from, uint256 count)
        external
        view
        returns (uint256 amount);
}
