// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Answers Balancer's pools one rate for ever, in 1e-18.
contract MockRateProvider {
    uint256 public immutable getRate;

    constructor(uint256 rate) {
        getRate = rate;
    }
}
