// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IAuditAnchor} from "./IAuditAnchor.sol";
import {MerkleLog} from "./MerkleLog.sol";

/// @title Anchors of audit logs
/// @notice See `IAuditAnchor`.
contract AuditAnchor is IAuditAnchor, AccessControlDefaultAdminRules, EIP712 {
    /// @notice Of the EIP-712 struct that a signer signs.
    bytes32 public constant AUDIT_ROOT_TYPEHASH =
        keccak256("AuditRoot(bytes32 log,uint64 size,bytes32 root,uint64 time)");

    /// @dev How far a signer's clock may be ahead of the chain's, in seconds.
    uint256 private constant CLOCK_SKEW_MAX = 5 minutes;

    /// @inheritdoc IAuditAnchor
    mapping(bytes32 log => mapping(address signer => bool)) public override isSigner;

    mapping(bytes32 log => Anchor[]) private _anchors;

    /// @param adminDelay Seconds that a change of the admin takes.
    constructor(uint48 adminDelay, address admin)
        AccessControlDefaultAdminRules(adminDelay, admin)
        EIP712("ActorTrade AuditAnchor", "1")
    {}

    /// @inheritdoc IAuditAnchor
    function setSigner(bytes32 log, address signer, bool isAllowed) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        isSigner[log][signer] = isAllowed;
        emit SignerChanged(log, signer, isAllowed);
    }

    /// @inheritdoc IAuditAnchor
    function anchor(
        bytes32 log,
        uint64 size,
        bytes32 root,
        uint64 time,
        address signer,
        bytes calldata signature,
        bytes32[] calldata proof
    ) external override returns (uint256 number) {
        if (!isSigner[log][signer]) revert SignerUnknown(log, signer);
        if (!SignatureChecker.isValidSignatureNow(signer, digestOf(log, size, root, time), signature)) {
            revert SignatureInvalid();
        }
        if (root == 0) revert ZeroRoot();
        if (time > block.timestamp + CLOCK_SKEW_MAX) revert TimeInFuture(time);

        Anchor[] storage anchors = _anchors[log];
        number = anchors.length;
        if (number == 0) {
            if (size == 0) revert NotLarger(0, 0);
            if (proof.length != 0) revert ConsistencyUnproven(size, 0);
        } else {
            _requireGrowth(anchors[number - 1], size, root, time, proof);
        }
        anchors.push(Anchor(root, size, time, uint64(block.timestamp)));
        emit Anchored(log, number, signer, root, size, time);
    }

    /// @inheritdoc IAuditAnchor
    function isIncluded(bytes32 log, uint256 number, bytes32 leaf, uint64 index, bytes32[] calldata proof)
        external
        view
        override
        returns (bool)
    {
        Anchor memory held = anchorOf(log, number);
        return MerkleLog.isIncluded(leaf, index, held.size, held.root, proof);
    }

    /// @inheritdoc IAuditAnchor
    function anchorCount(bytes32 log) external view override returns (uint256) {
        return _anchors[log].length;
    }

    /// @inheritdoc IAuditAnchor
    function anchorOf(bytes32 log, uint256 number) public view override returns (Anchor memory) {
        if (number >= _anchors[log].length) revert AnchorUnknown(log, number);
        return _anchors[log][number];
    }

    /// @inheritdoc IAuditAnchor
    function digestOf(bytes32 log, uint64 size, bytes32 root, uint64 time) public view override returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(AUDIT_ROOT_TYPEHASH, log, size, root, time)));
    }

    function _requireGrowth(Anchor memory newest, uint64 size, bytes32 root, uint64 time, bytes32[] calldata proof)
        private
        pure
    {
        if (size <= newest.size) revert NotLarger(size, newest.size);
        if (time < newest.time) revert TimeBackwards(time, newest.time);
        if (!MerkleLog.isConsistent(newest.size, size, newest.root, root, proof)) {
            revert ConsistencyUnproven(size, newest.size);
        }
    }
}
