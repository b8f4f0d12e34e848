// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the emergency guardian stops
/// @notice A contract of the suite that can be stopped. Who may do which is the contract's own role matrix: the
/// guardian holds `PAUSER_ROLE` and can only pause; the timelock, as the admin, alone unpauses.
interface IPausable {
    /// @notice Stops what moves value inwards or trades. Ways out that need no price stay open where a contract says so.
    function pause() external;

    /// @notice Lets everything run again.
    function unpause() external;

    /// @return True while stopped.
    function paused() external view returns (bool);
}
