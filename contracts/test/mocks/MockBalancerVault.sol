// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IBalancerVault} from "../../src/arbitrage/Venues.sol";

interface IFlashLoanRecipient {
    function receiveFlashLoan(
        address[] calldata tokens,
        uint256[] calldata amounts,
        uint256[] calldata fees,
        bytes calldata data
    ) external;
}

/// @notice Lends as Balancer V2's vault, and holds pools of two tokens of constant product without a fee.
contract MockBalancerVault is IBalancerVault {
    using SafeERC20 for IERC20;

    mapping(bytes32 poolId => mapping(address token => uint256)) public balances;
    uint256 public feeBps;
    bool private _entered;

    modifier once() {
        require(!_entered, "BAL#400");
        _entered = true;
        _;
        _entered = false;
    }

    function setFee(uint256 feeBps_) external {
        feeBps = feeBps_;
    }

    /// @notice The amounts have been paid in.
    function join(bytes32 poolId, address tokenA, uint256 amountA, address tokenB, uint256 amountB) external {
        balances[poolId][tokenA] += amountA;
        balances[poolId][tokenB] += amountB;
    }

    function swap(SingleSwap calldata single, FundManagement calldata funds, uint256 limit, uint256 deadline)
        external
        payable
        once
        returns (uint256 amountOut)
    {
        require(single.kind == 0 && block.timestamp <= deadline && funds.sender == msg.sender, "not allowed");
        mapping(address => uint256) storage pool = balances[single.poolId];
        amountOut = (pool[single.assetOut] * single.amount) / (pool[single.assetIn] + single.amount);
        require(amountOut >= limit, "BAL#507");
        pool[single.assetIn] += single.amount;
        pool[single.assetOut] -= amountOut;
        IERC20(single.assetIn).safeTransferFrom(funds.sender, address(this), single.amount);
        IERC20(single.assetOut).safeTransfer(funds.recipient, amountOut);
    }

    function flashLoan(address recipient, address[] calldata tokens, uint256[] calldata amounts, bytes calldata data)
        external
        once
    {
        uint256 before = IERC20(tokens[0]).balanceOf(address(this));
        uint256[] memory fees = new uint256[](1);
        fees[0] = (amounts[0] * feeBps) / 10_000;
        IERC20(tokens[0]).safeTransfer(recipient, amounts[0]);
        IFlashLoanRecipient(recipient).receiveFlashLoan(tokens, amounts, fees, data);
        require(IERC20(tokens[0]).balanceOf(address(this)) >= before + fees[0], "BAL#515");
    }
}
