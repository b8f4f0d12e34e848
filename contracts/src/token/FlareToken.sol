// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FlareTokenBase} from "./FlareTokenBase.sol";

/// @title Flare (FLS) on its home chain
/// @notice The only place where FLS comes to be. Bridges reach it through the lockbox, which holds what is elsewhere,
/// so no bridge can mint here, and what is elsewhere counts here towards the cap and the quorum.
contract FlareToken is FlareTokenBase {
    /// @notice The timelock: mints up to the cap.
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    /// @param treasury Has the first supply, and all tax until other receivers are set.
    /// @param firstSupply At most SUPPLY_CAP.
    constructor(uint48 adminDelay, address admin, address treasury, uint256 firstSupply)
        FlareTokenBase("Flare", "FLS", adminDelay, admin, treasury)
    {
        _mint(treasury, firstSupply);
    }

    /// @notice Makes new FLS. Reverts with SupplyCapExceeded, and with AccountFrozen where the receiver is frozen.
    function mint(address to, uint256 value) external onlyRole(MINTER_ROLE) {
        _mint(to, value);
    }

    /// @notice Destroys the caller's own FLS. Reverts with AccountFrozen where the caller is frozen.
    function burn(uint256 value) external {
        _burn(_msgSender(), value);
    }
}
