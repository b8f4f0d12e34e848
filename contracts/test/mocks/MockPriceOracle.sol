// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPriceOracle} from "../../src/oracle/IPriceOracle.sol";

/// @notice Prices as told; reverts for a token without one, as a real oracle does for a price that it does not trust.
contract MockPriceOracle is IPriceOracle {
    error StalePrice(address token);

    mapping(address token => uint256) private _prices;

    /// @param priceE18 US dollars a whole token; 0: the oracle reverts.
    function setPrice(address token, uint256 priceE18) external {
        _prices[token] = priceE18;
    }

    function price(address token) external view returns (uint256 priceE18, uint256 updatedAt) {
        priceE18 = _prices[token];
        if (priceE18 == 0) revert StalePrice(token);
        updatedAt = block.timestamp;
    }
}
