// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountWord, AccountWords} from "./AccountWord.sol";
import {FlareLedger} from "./FlareLedger.sol";

/// @title The tax on trades of Flare
/// @notice A transfer from a registered pair pays the rate of buys, one to a pair that of sells (so one between two
/// pairs), unless either side is exempt; no other transfer pays anything. The tax stays with the token until anybody
/// distributes it, so that a trade costs one balance more and depends on no receiver.
/// @dev The tax rounds down: so no amount whatever pays more than the cap. What one can save by that is below one unit
/// (1e-18 FLS) a transfer.
abstract contract TransferTax is FlareLedger {
    uint256 internal constant BPS = 10_000;

    /// @notice No rate is ever higher: 5 %.
    uint16 public constant MAX_TAX_BPS = 500;

    TaxRates private _rates;
    TaxReceivers private _receivers;

    constructor(address treasury) {
        _setFlag(address(this), AccountWords.TAX_EXEMPT, true);
        _setTaxReceivers(TaxReceivers(treasury, treasury, treasury));
    }

    function isMarketPair(address account) external view returns (bool) {
        return _account(account).has(AccountWords.MARKET_PAIR);
    }

    function isTaxExempt(address account) external view returns (bool) {
        return _account(account).has(AccountWords.TAX_EXEMPT);
    }

    function taxRates() external view returns (TaxRates memory) {
        return _rates;
    }

    function taxReceivers() external view returns (TaxReceivers memory) {
        return _receivers;
    }

    function taxOf(address from, address to, uint256 value) external view returns (uint256) {
        return _taxOn(_account(from), _account(to), value);
    }

    function distributeTax() external returns (uint256 toTreasury, uint256 toStakers, uint256 toLiquidity) {
        uint256 collected = balanceOf(address(this));
        toStakers = collected * _rates.stakersBps / BPS;
        toLiquidity = collected * _rates.liquidityBps / BPS;
        toTreasury = collected - toStakers - toLiquidity;
        TaxReceivers memory receivers = _receivers;
        _update(address(this), receivers.treasury, toTreasury);
        _update(address(this), receivers.stakers, toStakers);
        _update(address(this), receivers.liquidity, toLiquidity);
        emit TaxDistributed(toTreasury, toStakers, toLiquidity);
    }

    function _taxOn(AccountWord sender, AccountWord receiver, uint256 value) internal view override returns (uint256) {
        AccountWord either = sender.or(receiver);
        if (!either.has(AccountWords.MARKET_PAIR) || either.has(AccountWords.TAX_EXEMPT)) return 0;
        uint256 rate = receiver.has(AccountWords.MARKET_PAIR) ? _rates.sellBps : _rates.buyBps;
        return value * rate / BPS;
    }

    function _setMarketPair(address pair, bool registered) internal {
        if (pair == address(0) || pair == address(this)) revert InvalidAccount(pair);
        _setFlag(pair, AccountWords.MARKET_PAIR, registered);
        emit MarketPairSet(pair, registered);
    }

    function _setTaxExempt(address account, bool exempt) internal {
        if (account == address(0) || account == address(this)) revert InvalidAccount(account);
        _setFlag(account, AccountWords.TAX_EXEMPT, exempt);
        emit TaxExemptSet(account, exempt);
    }

    function _setTaxRates(TaxRates calldata rates) internal {
        uint16 higher = rates.buyBps > rates.sellBps ? rates.buyBps : rates.sellBps;
        if (higher > MAX_TAX_BPS) revert TaxTooHigh(higher, MAX_TAX_BPS);
        uint256 split = uint256(rates.stakersBps) + rates.liquidityBps;
        if (split > BPS) revert TaxSplitTooHigh(split);
        _rates = rates;
        emit TaxRatesSet(rates.buyBps, rates.sellBps, rates.stakersBps, rates.liquidityBps);
    }

    function _setTaxReceivers(TaxReceivers memory receivers) internal {
        _requireReceiver(receivers.treasury);
        _requireReceiver(receivers.stakers);
        _requireReceiver(receivers.liquidity);
        _receivers = receivers;
        emit TaxReceiversSet(receivers.treasury, receivers.stakers, receivers.liquidity);
    }

    function _requireReceiver(address receiver) private view {
        if (receiver == address(0) || receiver == address(this)) revert InvalidAccount(receiver);
    }
}
