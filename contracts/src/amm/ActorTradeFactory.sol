// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {ActorTradePair} from "./ActorTradePair.sol";
import {IActorTradeFactory} from "./IActorTradeFactory.sol";

/// @title The registry and maker of ActorTrade's pairs
/// @dev The admin has no way to a pair's tokens: it names the treasury, and ends a pause. The pauser only begins one.
contract ActorTradeFactory is IActorTradeFactory, IPausable, AccessControlDefaultAdminRules, Pausable {
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    /// @inheritdoc IActorTradeFactory
    bytes32 public constant pairInitCodeHash = keccak256(type(ActorTradePair).creationCode);

    /// @inheritdoc IActorTradeFactory
    address public treasury;

    /// @inheritdoc IActorTradeFactory
    mapping(address tokenA => mapping(address tokenB => address pair)) public getPair;

    /// @inheritdoc IActorTradeFactory
    address[] public allPairs;

    address private transient _token0;
    address private transient _token1;

    /// @param initialDelay Seconds between the announcement and the acceptance of a change of the admin.
    /// @param admin Changes the treasury and unpauses; the timelock in the end.
    /// @param initialTreasury Receives the protocol's share of the fees.
    constructor(uint48 initialDelay, address admin, address initialTreasury)
        AccessControlDefaultAdminRules(initialDelay, admin)
    {
        _setTreasury(initialTreasury);
    }

    /// @inheritdoc IActorTradeFactory
    function createPair(address tokenA, address tokenB) external whenNotPaused returns (address pair) {
        if (tokenA == tokenB) revert IdenticalTokens(tokenA);
        (address token0, address token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        if (token0 == address(0)) revert ZeroAddress();
        if (getPair[token0][token1] != address(0)) revert PairExists(getPair[token0][token1]);

        (_token0, _token1) = (token0, token1);
        pair = address(new ActorTradePair{salt: keccak256(abi.encodePacked(token0, token1))}());
        (_token0, _token1) = (address(0), address(0));

        getPair[token0][token1] = pair;
        getPair[token1][token0] = pair;
        allPairs.push(pair);
        emit PairCreated(token0, token1, pair, allPairs.length);
    }

    /// @inheritdoc IActorTradeFactory
    function setTreasury(address newTreasury) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setTreasury(newTreasury);
    }

    /// @inheritdoc IPausable
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @inheritdoc IPausable
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc IPausable
    function paused() public view override(IPausable, Pausable) returns (bool) {
        return Pausable.paused();
    }

    /// @inheritdoc IActorTradeFactory
    function allPairsLength() external view returns (uint256 count) {
        return allPairs.length;
    }

    /// @inheritdoc IActorTradeFactory
    function feeTo() external view returns (address) {
        return treasury;
    }

    /// @inheritdoc IActorTradeFactory
    function feeToSetter() external view returns (address) {
        return defaultAdmin();
    }

    /// @inheritdoc IActorTradeFactory
    function pairTokens() external view returns (address token0, address token1) {
        return (_token0, _token1);
    }

    function _setTreasury(address newTreasury) private {
        if (newTreasury == address(0)) revert ZeroAddress();
        emit TreasuryChanged(treasury, newTreasury);
        treasury = newTreasury;
    }
}
