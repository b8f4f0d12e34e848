// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What holds the protocol's money
/// @notice Receives fees, tax and profit in any ERC-20 and in the chain's coin, whose asset address here is zero. It
/// spends by proposal, through the timelock; and by the Safe, for running costs, within an allowance for each asset and
/// period, which proposals set and which is zero until one does. FLS in it has no vote: it cannot delegate.
interface ITreasury {
    /// @param perPeriod What may be paid in a period, in units of the asset.
    /// @param spent What was paid in the period that began at periodStart.
    struct Allowance {
        uint128 perPeriod;
        uint128 spent;
        uint48 periodStart;
    }

    event Received(address indexed from, uint256 amount);
    event Spent(address indexed asset, address indexed to, uint256 amount);
    event OperatingPaid(address indexed asset, address indexed to, uint256 amount, uint256 left);
    event OperatingAllowanceSet(address indexed asset, uint128 perPeriod);

    error AllowanceExceeded(address asset, uint256 amount, uint256 left);
    error InvalidReceiver(address to);

    /// @notice Pays anything. For SPENDER_ROLE (the timelock). Reverts while paused.
    /// @param asset An ERC-20 token; zero for the chain's coin.
    function spend(address asset, address to, uint256 amount) external;

    /// @notice Pays running costs within the allowance. For OPERATOR_ROLE (the Safe). Reverts while paused.
    /// @dev A period begins with the first payment after the last one ended, so at most twice the allowance goes in any
    /// OPERATING_PERIOD.
    function payOperating(address asset, address to, uint256 amount) external;

    /// @notice Counts for the running period too: what was spent stays spent. For the admin (the timelock).
    function setOperatingAllowance(address asset, uint128 perPeriod) external;

    /// @return What may be paid now.
    function operatingAllowanceLeft(address asset) external view returns (uint256);

    function operatingAllowance(address asset) external view returns (Allowance memory);
}
