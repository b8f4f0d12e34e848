// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title The admin of the whole suite
/// @notice OpenZeppelin's timelock with no admin but itself from its first block: proposers, executors and the delay
/// change only by operations that waited for the delay.
/// @dev Deployed with a delay of zero and the deployer as proposer and executor, who sets the suite up by operations
/// and, in the last, sets the delay, makes the governor the only proposer, canceller and executor, and leaves.
contract Timelock is TimelockController {
    /// @param minDelay Seconds that an operation waits.
    constructor(uint256 minDelay, address[] memory proposers, address[] memory executors)
        TimelockController(minDelay, proposers, executors, address(0))
    {}
}
