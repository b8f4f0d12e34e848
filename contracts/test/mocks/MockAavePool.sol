// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

interface IFlashLoanSimpleReceiver {
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool);
}

/// @notice Lends as Aave V3's pool does by `flashLoanSimple`, for 5 bps.
contract MockAavePool {
    using SafeERC20 for IERC20;

    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16) external {
        uint256 premium = (amount * 5 + 9_999) / 10_000;
        IERC20(asset).safeTransfer(receiver, amount);
        require(IFlashLoanSimpleReceiver(receiver).executeOperation(asset, amount, premium, msg.sender, params), "13");
        IERC20(asset).safeTransferFrom(receiver, address(this), amount + premium);
    }
}
