// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {AccountWord, AccountWords} from "./AccountWord.sol";
import {IFlareToken} from "./IFlareToken.sol";

/// @title Balances, votes and snapshots of Flare
/// @notice OpenZeppelin's ERC20, ERC20Permit, Votes and Pausable with balances of our own: one slot an account says
/// what a transfer must know, and one slot more, the gate, whether the token is paused and which snapshot is newest. So
/// a transfer between ordinary accounts reads three slots and writes two; votes, history and tax cost only those who
/// have them. Why: docs/adr/0025.
/// @dev A snapshot stands at its own call, not at its second: transfers before it in the same second are seen, those
/// after it are not. An account's history gets an entry (snapshot its balance was newer than, balance) at the first
/// change after a snapshot, as in OpenZeppelin's former ERC20Snapshot.
abstract contract FlareLedger is IFlareToken, ERC20, ERC20Permit, Votes, Pausable {
    using Checkpoints for Checkpoints.Trace208;

    struct Snapshot {
        uint48 previous;
        bool taken;
        uint112 totalSupply;
    }

    /// @notice The highest supply on a chain: a thousand million FLS.
    uint256 public constant SUPPLY_CAP = 1_000_000_000e18;

    /// @notice The least time between two snapshots, so that nobody can make every transfer pay for history.
    uint48 public constant SNAPSHOT_INTERVAL = 1 hours;

    /// @dev Transfer.selector, as a number because only such a one may stand in assembly.
    uint256 private constant TRANSFER_TOPIC = 0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef;

    AccountWord private _gate;
    mapping(address account => AccountWord) private _accounts;
    mapping(address account => Checkpoints.Trace208) private _history;
    mapping(uint256 timepoint => Snapshot) private _snapshots;

    constructor(string memory name, string memory symbol) ERC20(name, symbol) ERC20Permit(name) {
        _setFlag(address(0), AccountWords.NO_ACCOUNT, true);
    }

    /// @notice Votes count by time, so that chains with different block times behave alike.
    function clock() public view override returns (uint48) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint48(block.timestamp); // Fits for nine million years.
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function cap() external pure returns (uint256) {
        return SUPPLY_CAP;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return _accounts[account].balance();
    }

    function totalSupply() public view override returns (uint256) {
        return _getTotalSupply();
    }

    function paused() public view virtual override returns (bool) {
        return _gate.has(AccountWords.PAUSED);
    }

    /// @inheritdoc ERC20
    function transfer(address to, uint256 value) public override returns (bool) {
        address from = _msgSender();
        _endIfOrdinary(from, to, value);
        _transfer(from, to, value);
        return true;
    }

    /// @inheritdoc ERC20
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        _spendAllowance(from, _msgSender(), value);
        _endIfOrdinary(from, to, value);
        _transfer(from, to, value);
        return true;
    }

    function latestSnapshot() public view returns (uint48) {
        return _gate.snapshot();
    }

    function previousSnapshot(uint256 timepoint) external view returns (uint48) {
        return _snapshotAt(timepoint).previous;
    }

    function totalSupplyAt(uint256 timepoint) external view returns (uint256) {
        return _snapshotAt(timepoint).totalSupply;
    }

    function balanceOfAt(address account, uint256 timepoint) external view returns (uint256) {
        _snapshotAt(timepoint);
        AccountWord word = _accounts[account];
        if (timepoint > word.snapshot()) return word.balance();
        // The last balance that began before the snapshot. The timepoint is at most the word's, which has 48 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        return _history[account].upperLookupRecent(uint48(timepoint - 1));
    }

    function _takeSnapshot() internal returns (uint48 timepoint) {
        timepoint = clock();
        uint48 previous = latestSnapshot();
        if (previous != 0 && timepoint < previous + SNAPSHOT_INTERVAL) {
            revert SnapshotTooSoon(previous + SNAPSHOT_INTERVAL);
        }
        uint256 supply = totalSupply();
        // forge-lint: disable-next-line(unsafe-typecast)
        _snapshots[timepoint] = Snapshot(previous, true, uint112(supply)); // At most the cap.
        _gate = _gate.withSnapshot(timepoint);
        emit SnapshotTaken(timepoint, supply);
    }

    /// @dev Moves value, of which a trade's tax goes to the token itself. Mints where from is zero, burns where to is.
    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) {
            _updateSupply(from, to, value);
            return;
        }
        AccountWord gate = _gate;
        AccountWord sender = _open(from, gate);
        _debit(from, sender, value);
        // Read after the debit, since from may be to.
        AccountWord receiver = _open(to, gate);
        uint256 received = value;
        if (sender.or(receiver).hasFlags()) {
            uint256 tax = _taxOn(sender, receiver, value);
            if (tax != 0) {
                received -= tax;
                _collect(from, to, tax, gate);
            }
            _moveVotes(from, to, received, tax);
        }
        _accounts[to] = receiver.plus(received);
        emit Transfer(from, to, received);
    }

    function _updateSupply(address from, address to, uint256 value) private {
        AccountWord gate = _gate;
        if (from != address(0)) {
            _debit(from, _open(from, gate), value);
        } else if (to != address(0)) {
            uint256 supply = totalSupply() + value;
            if (supply > SUPPLY_CAP) revert SupplyCapExceeded(supply, SUPPLY_CAP);
            _accounts[to] = _open(to, gate).plus(value);
        }
        emit Transfer(from, to, value);
        _transferVotingUnits(from, to, value);
    }

    /// @dev What a transfer pays. To and from the token itself it must be zero.
    function _taxOn(AccountWord sender, AccountWord receiver, uint256 value) internal view virtual returns (uint256);

    function _account(address account) internal view returns (AccountWord) {
        return _accounts[account];
    }

    function _setFlag(address account, uint256 flag, bool on) internal {
        _accounts[account] = _accounts[account].withFlag(flag, on);
    }

    function _pause() internal override whenNotPaused {
        _gate = _gate.withFlag(AccountWords.PAUSED, true);
        emit Paused(_msgSender());
    }

    function _unpause() internal override whenPaused {
        _gate = _gate.withFlag(AccountWords.PAUSED, false);
        emit Unpaused(_msgSender());
    }

    /// @dev The flag spares everybody else the look for a delegate. A frozen account may delegate.
    function _delegate(address account, address delegatee) internal override {
        _setFlag(account, AccountWords.DELEGATED, delegatee != address(0));
        super._delegate(account, delegatee);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return balanceOf(account);
    }

    /// @dev What _update does where nothing is special about it: between two different ordinary accounts, with enough
    /// balance. It then ends the whole call with true; otherwise it has changed nothing and comes back.
    ///
    /// By hand for the goal of 5 % above a plain ERC-20 (the gate alone is 6 %); the tests compare both ways. The gate
    /// has no balance, and an ordinary word is like the gate in all but the balance: so xor with the gate leaves the
    /// balance, and anything above its bits tells that the account is not ordinary. Hence neither subtraction nor
    /// addition touches the other bits: value is at most the balance, and no balance is above the cap.
    function _endIfOrdinary(address from, address to, uint256 value) private {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let gate := sload(_gate.slot)
            mstore(0x00, from)
            mstore(0x20, _accounts.slot)
            let senderSlot := keccak256(0x00, 0x40)
            let sender := sload(senderSlot)
            mstore(0x00, to)
            let receiverSlot := keccak256(0x00, 0x40)
            let receiver := sload(receiverSlot)
            let funds := xor(sender, gate)
            if iszero(or(or(eq(from, to), gt(value, funds)), shr(112, or(xor(receiver, gate), funds)))) {
                sstore(senderSlot, sub(sender, value))
                sstore(receiverSlot, add(receiver, value))
                mstore(0x00, value)
                log3(0x00, 0x20, TRANSFER_TOPIC, from, to)
                mstore(0x00, 1)
                return(0x00, 0x20)
            }
        }
    }

    /// @dev Reads an account whose balance is about to change.
    function _open(address account, AccountWord gate) private returns (AccountWord word) {
        word = _accounts[account];
        if (!word.isOrdinary(gate)) word = _admit(account, word, gate);
    }

    function _admit(address account, AccountWord word, AccountWord gate) private returns (AccountWord) {
        if (gate.has(AccountWords.PAUSED)) revert EnforcedPause();
        if (word.has(AccountWords.FROZEN)) revert AccountFrozen(account);
        uint48 newest = gate.snapshot();
        uint48 known = word.snapshot();
        if (known == newest) return word;
        uint256 balance = word.balance();
        // A first-time holder needs no entry: before its first, a history answers zero.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (known != 0 || balance != 0) _history[account].push(known, uint208(balance)); // 112 bits.
        return word.withSnapshot(newest);
    }

    function _debit(address from, AccountWord sender, uint256 value) private {
        uint256 balance = sender.balance();
        if (balance < value) revert ERC20InsufficientBalance(from, balance, value);
        _accounts[from] = sender.minus(value);
    }

    /// @dev The token itself is neither from nor to here: it is exempt.
    function _collect(address from, address to, uint256 tax, AccountWord gate) private {
        _accounts[address(this)] = _open(address(this), gate).plus(tax);
        emit Transfer(from, address(this), tax);
        emit TaxCollected(from, to, tax);
    }

    function _moveVotes(address from, address to, uint256 received, uint256 tax) private {
        address delegatee = delegates(from);
        _moveDelegateVotes(delegatee, delegates(to), received);
        _moveDelegateVotes(delegatee, address(0), tax);
    }

    function _snapshotAt(uint256 timepoint) private view returns (Snapshot storage taken) {
        taken = _snapshots[timepoint];
        if (!taken.taken) revert SnapshotMissing(timepoint);
    }
}
