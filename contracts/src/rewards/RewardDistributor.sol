// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IPausable} from "../guardian/IPausable.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {IRewardDistributor} from "./IRewardDistributor.sol";

/// @title Rewards by Merkle proof, epoch by epoch
/// @notice See `IRewardDistributor`.
contract RewardDistributor is
    IRewardDistributor,
    IPausable,
    AccessControlDefaultAdminRules,
    Pausable,
    ReentrancyGuardTransient
{
    using BitMaps for BitMaps.BitMap;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @notice May pause.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    /// @notice May publish epochs.
    bytes32 public constant ROOT_ROLE = keccak256("ROOT_ROLE");

    uint64 private constant LIFETIME_MIN = 30 days;
    uint64 private constant LIFETIME_MAX = 730 days;

    /// @notice What is paid.
    IERC20 public immutable TOKEN;
    /// @notice Seconds from publication until an epoch can be claimed.
    uint64 public immutable DELAY;

    /// @notice Where unclaimed rewards go.
    address public treasury;
    /// @inheritdoc IRewardDistributor
    uint256 public override epochCount;

    mapping(uint256 epoch => Epoch) private _epochs;
    mapping(uint256 epoch => BitMaps.BitMap) private _claimed;

    /// @param token Any token that moves exactly the amounts it is told.
    /// @param delay Seconds in which the admin can take a published epoch back.
    /// @param adminDelay Seconds that a change of the admin takes.
    constructor(IERC20 token, address treasury_, uint64 delay, uint48 adminDelay, address admin)
        AccessControlDefaultAdminRules(adminDelay, admin)
    {
        TOKEN = token;
        DELAY = delay;
        _setTreasury(treasury_);
    }

    /// @inheritdoc IRewardDistributor
    function publish(bytes32 root, uint256 total, uint64 lifetime)
        external
        override
        nonReentrant
        whenNotPaused
        onlyRole(ROOT_ROLE)
        returns (uint256 epoch)
    {
        if (root == 0) revert ZeroRoot();
        if (total == 0) revert ZeroAmount();
        if (total > type(uint128).max) revert AmountTooLarge(total);
        if (lifetime < LIFETIME_MIN || lifetime > LIFETIME_MAX) revert LifetimeInvalid(lifetime);
        uint64 claimableFrom = uint64(block.timestamp) + DELAY;
        uint64 expiresAt = claimableFrom + lifetime;
        epoch = ++epochCount;
        _epochs[epoch] = Epoch(root, total.toUint128(), 0, claimableFrom, expiresAt);
        emit Published(epoch, root, total, claimableFrom, expiresAt);

        ExactTransfer.pull(address(TOKEN), msg.sender, total);
    }

    /// @inheritdoc IRewardDistributor
    function takeBack(uint256 epoch) external override nonReentrant onlyRole(DEFAULT_ADMIN_ROLE) {
        Epoch storage held = _known(epoch);
        if (block.timestamp >= held.claimableFrom) revert AlreadyClaimable(held.claimableFrom);
        held.root = 0;
        uint256 amount = _rest(held);
        emit TakenBack(epoch, amount);
        TOKEN.safeTransfer(treasury, amount);
    }

    /// @inheritdoc IRewardDistributor
    function claim(uint256 epoch, uint256 index, address account, uint256 amount, bytes32[] calldata proof)
        external
        override
        nonReentrant
        whenNotPaused
    {
        Epoch storage held = _known(epoch);
        if (block.timestamp < held.claimableFrom) revert NotYetClaimable(held.claimableFrom);
        if (block.timestamp >= held.expiresAt) revert EpochExpired(held.expiresAt);
        if (_claimed[epoch].get(index)) revert AlreadyClaimed(epoch, index);
        if (!MerkleProof.verifyCalldata(proof, held.root, leafOf(epoch, index, account, amount))) {
            revert ProofInvalid();
        }
        uint256 left = held.total - held.claimed;
        if (amount > left) revert EpochExhausted(epoch, left);
        _claimed[epoch].set(index);
        held.claimed += amount.toUint128();
        emit Claimed(epoch, index, account, amount);
        TOKEN.safeTransfer(account, amount);
    }

    /// @inheritdoc IRewardDistributor
    function expire(uint256 epoch) external override nonReentrant whenNotPaused returns (uint256 amount) {
        Epoch storage held = _known(epoch);
        if (block.timestamp < held.expiresAt) revert NotYetExpired(held.expiresAt);
        amount = _rest(held);
        if (amount == 0) revert ZeroAmount();
        emit Expired(epoch, amount);
        TOKEN.safeTransfer(treasury, amount);
    }

    /// @inheritdoc IRewardDistributor
    function setTreasury(address treasury_) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        _setTreasury(treasury_);
    }

    /// @inheritdoc IPausable
    function pause() external override onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @inheritdoc IPausable
    function unpause() external override onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    /// @inheritdoc IRewardDistributor
    function epochOf(uint256 epoch) external view override returns (Epoch memory) {
        return _epochs[epoch];
    }

    /// @inheritdoc IRewardDistributor
    function isClaimed(uint256 epoch, uint256 index) external view override returns (bool) {
        return _claimed[epoch].get(index);
    }

    /// @inheritdoc IPausable
    function paused() public view override(IPausable, Pausable) returns (bool) {
        return super.paused();
    }

    /// @inheritdoc IRewardDistributor
    function leafOf(uint256 epoch, uint256 index, address account, uint256 amount)
        public
        view
        override
        returns (bytes32)
    {
        bytes32 inner = keccak256(abi.encode(block.chainid, address(this), epoch, index, account, amount));
        return keccak256(bytes.concat(inner));
    }

    function _setTreasury(address treasury_) private {
        if (treasury_ == address(0)) revert ZeroTreasury();
        treasury = treasury_;
        emit TreasuryChanged(treasury_);
    }

    /// @dev An epoch that was published and not taken back.
    function _known(uint256 epoch) private view returns (Epoch storage held) {
        held = _epochs[epoch];
        if (held.root == 0) revert EpochUnknown(epoch);
    }

    /// @dev Closes an epoch; what was left in it is for the treasury.
    function _rest(Epoch storage held) private returns (uint256 amount) {
        amount = held.total - held.claimed;
        held.claimed = held.total;
    }
}
