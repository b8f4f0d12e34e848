// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {FlareLedger} from "./FlareLedger.sol";
import {FreezeList} from "./FreezeList.sol";
import {IFlareToken} from "./IFlareToken.sol";
import {TransferTax} from "./TransferTax.sol";

/// @title Flare on any chain, without the question of who mints
/// @notice Who may do what. The admin (the timelock) grants roles, unpauses, and has the last word on freezes.
///     PAUSER_ROLE       the emergency guardian: stops every transfer, mint and burn
///     BLACKLISTER_ROLE  the Safe: announces, executes, cancels and lifts freezes
///     TAX_SETTER_ROLE   the timelock: pairs, exemptions, rates, receivers
///     SNAPSHOT_ROLE     the Safe: takes snapshots, at most one an hour
abstract contract FlareTokenBase is TransferTax, FreezeList, AccessControlDefaultAdminRules, IPausable {
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    bytes32 public constant BLACKLISTER_ROLE = keccak256("BLACKLISTER_ROLE");
    bytes32 public constant TAX_SETTER_ROLE = keccak256("TAX_SETTER_ROLE");
    bytes32 public constant SNAPSHOT_ROLE = keccak256("SNAPSHOT_ROLE");

    /// @param adminDelay Seconds that a change of the admin waits.
    /// @param admin Who has the default admin's rights.
    /// @param treasury First receiver of all tax.
    constructor(string memory name, string memory symbol, uint48 adminDelay, address admin, address treasury)
        FlareLedger(name, symbol)
        TransferTax(treasury)
        AccessControlDefaultAdminRules(adminDelay, admin)
    {}

    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    function snapshot() external onlyRole(SNAPSHOT_ROLE) returns (uint48 timepoint) {
        return _takeSnapshot();
    }

    function scheduleFreeze(address account) external onlyRole(BLACKLISTER_ROLE) {
        _scheduleFreeze(account);
    }

    function executeFreeze(address account) external onlyRole(BLACKLISTER_ROLE) {
        _executeFreeze(account);
    }

    function cancelFreeze(address account) external {
        _requireBlacklisterOrAdmin();
        _cancelFreeze(account);
    }

    function unfreeze(address account) external {
        _requireBlacklisterOrAdmin();
        _unfreeze(account);
    }

    function setMarketPair(address pair, bool registered) external onlyRole(TAX_SETTER_ROLE) {
        _setMarketPair(pair, registered);
    }

    function setTaxExempt(address account, bool exempt) external onlyRole(TAX_SETTER_ROLE) {
        _setTaxExempt(account, exempt);
    }

    function setTaxRates(TaxRates calldata rates) external onlyRole(TAX_SETTER_ROLE) {
        _setTaxRates(rates);
    }

    function setTaxReceivers(TaxReceivers calldata receivers) external onlyRole(TAX_SETTER_ROLE) {
        _setTaxReceivers(receivers);
    }

    function paused() public view override(FlareLedger, IPausable) returns (bool) {
        return super.paused();
    }

    function supportsInterface(bytes4 interfaceId) public view virtual override returns (bool) {
        return interfaceId == type(IERC20).interfaceId || interfaceId == type(IERC20Permit).interfaceId
            || interfaceId == type(IERC5805).interfaceId || interfaceId == type(IFlareToken).interfaceId
            || super.supportsInterface(interfaceId);
    }

    function _isUnfreezable(address account) internal view override returns (bool) {
        return hasRole(DEFAULT_ADMIN_ROLE, account);
    }

    function _requireBlacklisterOrAdmin() private view {
        address account = _msgSender();
        if (!hasRole(BLACKLISTER_ROLE, account) && !hasRole(DEFAULT_ADMIN_ROLE, account)) revert MissingRole(account);
    }
}
