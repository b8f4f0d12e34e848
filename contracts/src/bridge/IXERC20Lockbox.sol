// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Where a token's home chain keeps what is elsewhere (ERC-7281)
/// @notice Gives one bridgeable unit for each unit of the token it holds, and back. Nobody has any other right over it:
/// no admin, no limit, no fee, no way out but a burn.
interface IXERC20Lockbox {
    event Deposit(address indexed sender, address indexed to, uint256 amount);
    event Withdraw(address indexed sender, address indexed to, uint256 amount);

    error ZeroAmount();

    /// @notice Takes the token from the caller, who has allowed it, and mints as much of the bridgeable one to them.
    function deposit(uint256 amount) external;

    /// @notice The same, to another.
    function depositTo(address to, uint256 amount) external;

    /// @notice Burns the bridgeable token of the caller, who has allowed it, and gives back as much of the token.
    function withdraw(uint256 amount) external;

    /// @notice The same, to another.
    function withdrawTo(address to, uint256 amount) external;
}
