// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {FlareTokenBase} from "../token/FlareTokenBase.sol";
import {BridgeLimit, BridgeLimits} from "./BridgeLimit.sol";
import {IXERC20} from "./IXERC20.sol";

/// @title Flare (FLS) where it is not at home
/// @notice Nobody mints it but bridges within their limits (ERC-7281, and ERC-7802 with the same limits), and on the
/// home chain the lockbox, against FLS that it holds: so all chains together have one supply, and each at most the cap.
///     BRIDGE_ADMIN_ROLE  the timelock of this chain: which bridges, with what limits
/// @dev What a stolen bridge can do: mint its limit (twice in a first day), for which others' FLS in the lockbox stands.
/// It cannot burn what nobody allowed it to, which ERC-7802 would let it. A pause stops all bridges. A mint to a frozen
/// account reverts: the bridge brings it again once the freeze is lifted.
contract BridgedFlareToken is FlareTokenBase, IXERC20, IERC7802 {
    bytes32 public constant BRIDGE_ADMIN_ROLE = keccak256("BRIDGE_ADMIN_ROLE");

    /// @notice Zero away from the home chain.
    address public lockbox;

    mapping(address bridge => BridgeLimit) private _minting;
    mapping(address bridge => BridgeLimit) private _burning;

    /// @param treasury First receiver of this chain's tax.
    constructor(uint48 adminDelay, address admin, address treasury)
        FlareTokenBase("Flare", "FLS", adminDelay, admin, treasury)
    {}

    /// @inheritdoc IXERC20
    function setLockbox(address lockbox_) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (lockbox != address(0)) revert LockboxAlreadySet(lockbox);
        if (lockbox_.code.length == 0) revert InvalidLockbox(lockbox_);
        lockbox = lockbox_;
        emit LockboxSet(lockbox_);
    }

    /// @inheritdoc IXERC20
    function setLimits(address bridge, uint256 mintingLimit, uint256 burningLimit)
        external
        override
        onlyRole(BRIDGE_ADMIN_ROLE)
    {
        uint256 higher = mintingLimit > burningLimit ? mintingLimit : burningLimit;
        if (higher > BridgeLimits.MAX) revert LimitTooHigh(higher, BridgeLimits.MAX);
        _minting[bridge].set(mintingLimit);
        _burning[bridge].set(burningLimit);
        emit BridgeLimitsSet(mintingLimit, burningLimit, bridge);
    }

    /// @inheritdoc IXERC20
    function mint(address user, uint256 amount) external override {
        _mintFor(user, amount);
    }

    /// @inheritdoc IXERC20
    function burn(address user, uint256 amount) external override {
        _burnFor(user, amount);
    }

    /// @inheritdoc IERC7802
    function crosschainMint(address to, uint256 amount) external override {
        _mintFor(to, amount);
        emit CrosschainMint(to, amount, msg.sender);
    }

    /// @inheritdoc IERC7802
    /// @dev Needs the account's allowance to the caller, unlike in the first tokens of ERC-7802.
    function crosschainBurn(address from, uint256 amount) external override {
        _burnFor(from, amount);
        emit CrosschainBurn(from, amount, msg.sender);
    }

    /// @inheritdoc IXERC20
    function mintingMaxLimitOf(address bridge) external view override returns (uint256) {
        return _minting[bridge].max;
    }

    /// @inheritdoc IXERC20
    function burningMaxLimitOf(address bridge) external view override returns (uint256) {
        return _burning[bridge].max;
    }

    /// @inheritdoc IXERC20
    function mintingCurrentLimitOf(address bridge) external view override returns (uint256) {
        return _minting[bridge].current();
    }

    /// @inheritdoc IXERC20
    function burningCurrentLimitOf(address bridge) external view override returns (uint256) {
        return _burning[bridge].current();
    }

    function supportsInterface(bytes4 interfaceId) public view override(FlareTokenBase, IERC165) returns (bool) {
        return interfaceId == type(IERC7802).interfaceId || interfaceId == type(IXERC20).interfaceId
            || super.supportsInterface(interfaceId);
    }

    function _mintFor(address user, uint256 amount) private {
        if (msg.sender != lockbox) _use(_minting[msg.sender], amount);
        _mint(user, amount);
    }

    function _burnFor(address user, uint256 amount) private {
        if (msg.sender != lockbox) _use(_burning[msg.sender], amount);
        if (msg.sender != user) _spendAllowance(user, msg.sender, amount);
        _burn(user, amount);
    }

    function _use(BridgeLimit storage limit, uint256 amount) private {
        if (limit.max == 0) revert NotABridge(msg.sender);
        uint256 left = limit.current();
        if (amount > left) revert BridgeLimitExceeded(msg.sender, amount, left);
        limit.use(amount);
    }
}
