// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountWord, AccountWords} from "./AccountWord.sol";
import {FlareLedger} from "./FlareLedger.sol";

/// @title The accounts of Flare that may neither send nor receive
/// @notice A freeze is announced, waits, and is executed within a window; until then it can be taken back. So it is no
/// tool against a thief in the act (the pause is), and no holder is cut off without notice.
/// @dev What a freeze does: transfers from and to the account revert, as do mints to it and burns from it; nobody can
/// take or burn what it holds. What it does not: the account keeps its votes, may delegate and vote, and may spend
/// allowances over others' tokens between accounts that are not frozen. Pairs, tax-exempt contracts (which the
/// protocol's are) and the admin (the timelock) cannot be frozen: no freeze stops a market or the governance.
abstract contract FreezeList is FlareLedger {
    /// @notice From the announcement until it can be executed.
    uint48 public constant FREEZE_DELAY = 2 days;

    /// @notice From then until it is void.
    uint48 public constant FREEZE_WINDOW = 7 days;

    mapping(address account => uint48) private _executableAt;

    function isFrozen(address account) external view returns (bool) {
        return _account(account).has(AccountWords.FROZEN);
    }

    function scheduledFreeze(address account) external view returns (uint48 executableAt, uint48 expiresAt) {
        executableAt = _executableAt[account];
        if (executableAt != 0) expiresAt = executableAt + FREEZE_WINDOW;
    }

    /// @dev A freeze that nobody executed in time may be announced anew.
    function _scheduleFreeze(address account) internal {
        _requireFreezable(account);
        uint48 scheduled = _executableAt[account];
        if (scheduled != 0 && clock() <= scheduled + FREEZE_WINDOW) revert FreezeAlreadyScheduled(account);
        uint48 executableAt = clock() + FREEZE_DELAY;
        _executableAt[account] = executableAt;
        emit FreezeScheduled(account, executableAt, executableAt + FREEZE_WINDOW);
    }

    function _executeFreeze(address account) internal {
        _requireFreezable(account);
        uint48 executableAt = _endSchedule(account);
        uint48 expiresAt = executableAt + FREEZE_WINDOW;
        if (clock() < executableAt || clock() > expiresAt) revert FreezeOutsideWindow(executableAt, expiresAt);
        _setFlag(account, AccountWords.FROZEN, true);
        emit Frozen(account);
    }

    function _cancelFreeze(address account) internal {
        _endSchedule(account);
        emit FreezeCancelled(account, _msgSender());
    }

    function _unfreeze(address account) internal {
        if (!_account(account).has(AccountWords.FROZEN)) revert NotFrozen(account);
        _setFlag(account, AccountWords.FROZEN, false);
        emit Unfrozen(account, _msgSender());
    }

    /// @dev Whether an account must never be frozen for what it is to the token.
    function _isUnfreezable(address account) internal view virtual returns (bool);

    function _requireFreezable(address account) private view {
        AccountWord word = _account(account);
        bool ofTheProtocol = word.has(AccountWords.MARKET_PAIR) || word.has(AccountWords.TAX_EXEMPT);
        if (account == address(0) || ofTheProtocol || word.has(AccountWords.FROZEN) || _isUnfreezable(account)) {
            revert FreezeRefused(account);
        }
    }

    function _endSchedule(address account) private returns (uint48 executableAt) {
        executableAt = _executableAt[account];
        if (executableAt == 0) revert FreezeNotScheduled(account);
        delete _executableAt[account];
    }
}
