// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The emergency stop of the whole suite
/// @notice One call pauses every registered contract and mirrors on chain that the trading cluster is in an emergency.
/// It can only stop: each contract is let go on by its admin, the timelock, and by nobody else.
interface IEmergencyGuardian {
    /// @param declaredAt Seconds since 1970; 0 where there has been none.
    /// @param active Whether it lasts.
    /// @param clusterVersion The version of the cluster's trading system that declared it; 0 where people did.
    /// @param declaredBy Who called last.
    /// @param reason Hash of the cluster's record of why, or a short text.
    struct Emergency {
        uint48 declaredAt;
        bool active;
        uint64 clusterVersion;
        address declaredBy;
        bytes32 reason;
    }

    event TargetAdded(address indexed target);
    event TargetRemoved(address indexed target);
    /// @notice Somebody declared an emergency, or again while it lasts.
    event EmergencyDeclared(
        address indexed by, bytes32 indexed reason, uint64 clusterVersion, uint256 paused, uint256 failed
    );
    event EmergencyEnded(uint64 clusterVersion);
    /// @notice The target could not be paused; the others were.
    event PauseFailed(address indexed target);

    error TargetHasNoCode(address target);
    error TargetKnown(address target);
    error TargetUnknown(address target);
    error TooManyTargets(uint256 max);
    /// @notice So little gas that a target might fail for lack of it alone.
    error TooLittleGas(uint256 needed);
    error NoEmergency();

    /// @notice Pauses all registered contracts that are not paused. One that fails stops none of the others.
    /// @dev For GUARDIAN_ROLE. May be called again, to try the failed ones once more. The gas of each target is bounded
    /// and its answers are not read beyond one word. Reverts with TooLittleGas rather than leave one out for that.
    /// @param reason Hash of the cluster's record of why, or a short text.
    /// @param clusterVersion The version of the cluster's trading system; 0 where people declare it.
    /// @return pausedCount Targets that are paused now.
    /// @return failedCount Targets that are not.
    function declareEmergency(bytes32 reason, uint64 clusterVersion)
        external
        returns (uint256 pausedCount, uint256 failedCount);

    /// @notice Ends the mirrored state. The contracts themselves are let go on one by one. For the admin.
    function endEmergency(uint64 clusterVersion) external;

    /// @notice Registers a contract, which has granted this one its PAUSER_ROLE. For the admin.
    function addTarget(address target) external;

    /// @notice For the admin.
    function removeTarget(address target) external;

    function emergency() external view returns (Emergency memory);
    function targets() external view returns (address[] memory);
    function isTarget(address target) external view returns (bool);
}
