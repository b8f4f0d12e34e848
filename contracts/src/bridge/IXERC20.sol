// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A token that bridges mint and burn within limits (ERC-7281)
/// @notice Each bridge has a limit for minting and one for burning, in units of the token. What it used comes back
/// evenly over a day, rounded down.
interface IXERC20 {
    event LockboxSet(address lockbox);
    event BridgeLimitsSet(uint256 mintingLimit, uint256 burningLimit, address indexed bridge);

    /// @notice The caller has no limit for this at all.
    error NotABridge(address caller);
    error BridgeLimitExceeded(address bridge, uint256 amount, uint256 left);
    error LimitTooHigh(uint256 limit, uint256 max);
    /// @notice The lockbox is set once and for ever.
    error LockboxAlreadySet(address lockbox);
    error InvalidLockbox(address lockbox);

    /// @notice The one contract that mints and burns without limit, against what it holds. For the admin, once.
    function setLockbox(address lockbox) external;

    /// @notice What a bridge may mint and burn a day. What it has left rises or falls by as much as the limit, to
    /// zero at least. A limit of zero takes a bridge away. For BRIDGE_ADMIN_ROLE.
    function setLimits(address bridge, uint256 mintingLimit, uint256 burningLimit) external;

    /// @notice Mints against the caller's limit. For bridges and the lockbox.
    function mint(address user, uint256 amount) external;

    /// @notice Burns against the caller's limit and, where it is another's, the allowance to the caller. For bridges
    /// and the lockbox.
    function burn(address user, uint256 amount) external;

    function mintingMaxLimitOf(address bridge) external view returns (uint256);
    function burningMaxLimitOf(address bridge) external view returns (uint256);
    /// @return What is left now.
    function mintingCurrentLimitOf(address bridge) external view returns (uint256);
    /// @return What is left now.
    function burningCurrentLimitOf(address bridge) external view returns (uint256);
}
