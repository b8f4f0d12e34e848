// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {IXERC20} from "./IXERC20.sol";
import {IXERC20Lockbox} from "./IXERC20Lockbox.sol";

/// @title The home of Flare that is elsewhere
/// @notice See `IXERC20Lockbox`. Must be exempt from tax in both tokens, which also keeps it from being frozen.
contract XERC20Lockbox is IXERC20Lockbox {
    // Named as in ERC-7281.
    // solhint-disable var-name-mixedcase
    IXERC20 public immutable XERC20;
    IERC20 public immutable ERC20;

    // solhint-enable var-name-mixedcase

    constructor(IXERC20 xerc20, IERC20 erc20) {
        XERC20 = xerc20;
        ERC20 = erc20;
    }

    /// @inheritdoc IXERC20Lockbox
    function deposit(uint256 amount) external override {
        _deposit(msg.sender, amount);
    }

    /// @inheritdoc IXERC20Lockbox
    function depositTo(address to, uint256 amount) external override {
        _deposit(to, amount);
    }

    /// @inheritdoc IXERC20Lockbox
    function withdraw(uint256 amount) external override {
        _withdraw(msg.sender, amount);
    }

    /// @inheritdoc IXERC20Lockbox
    function withdrawTo(address to, uint256 amount) external override {
        _withdraw(to, amount);
    }

    function _deposit(address to, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        emit Deposit(msg.sender, to, amount);
        ExactTransfer.pull(address(ERC20), msg.sender, amount);
        XERC20.mint(to, amount);
    }

    function _withdraw(address to, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        emit Withdraw(msg.sender, to, amount);
        XERC20.burn(msg.sender, amount);
        ExactTransfer.push(address(ERC20), to, amount);
    }
}
