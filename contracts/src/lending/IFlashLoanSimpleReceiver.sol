// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who takes a flash loan; the form of Aave v3
interface IFlashLoanSimpleReceiver {
    /// @notice Called with the loan in hand. The pool takes `amount + premium` afterwards by the receiver's allowance.
    /// @param initiator Who asked for the loan; a receiver that serves only itself checks it.
    /// @return False makes the loan revert.
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool);
}
