// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Transfers that move exactly what they say
/// @notice Books that count tokens themselves break with tokens that take a fee, lie or rebase within the call. Here
/// the balance is measured on both sides of a transfer and anything but the exact amount reverts.
library ExactTransfer {
    using SafeERC20 for IERC20;

    /// @notice The token moved another amount than it was told to.
    error InexactTransfer(address token, uint256 amount, uint256 balanceBefore, uint256 balanceAfter);

    /// @notice Takes an amount from an account that has approved this contract.
    function pull(address token, address from, uint256 amount) internal {
        uint256 balanceBefore = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(from, address(this), amount);
        uint256 balanceAfter = IERC20(token).balanceOf(address(this));
        if (balanceAfter != balanceBefore + amount) {
            revert InexactTransfer(token, amount, balanceBefore, balanceAfter);
        }
    }

    /// @notice Pays an amount out. Nothing is paid to this contract itself.
    function push(address token, address to, uint256 amount) internal {
        uint256 balanceBefore = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(to, amount);
        uint256 balanceAfter = IERC20(token).balanceOf(address(this));
        if (balanceAfter + amount != balanceBefore) {
            revert InexactTransfer(token, amount, balanceBefore, balanceAfter);
        }
    }
}
