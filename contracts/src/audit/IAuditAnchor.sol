// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Anchors of audit logs
/// @notice Holds signed roots of append-only audit logs. A new root is taken only with a proof that its log begins with
/// the log anchored before, so that nobody, the signers included, can rewrite what was anchored. The tree is that of
/// RFC 9162 (see `MerkleLog`). Holds no money and is never paused: an emergency is when it is needed.
interface IAuditAnchor {
    /// @param root Of the Merkle tree of the log's first `size` entries.
    /// @param size Entries.
    /// @param time When the log stood so, by its signer, in seconds since 1970.
    /// @param anchoredAt When it was anchored, by the chain.
    struct Anchor {
        bytes32 root;
        uint64 size;
        uint64 time;
        uint64 anchoredAt;
    }

    event SignerChanged(bytes32 indexed log, address indexed signer, bool isAllowed);
    event Anchored(
        bytes32 indexed log, uint256 indexed number, address indexed signer, bytes32 root, uint64 size, uint64 time
    );

    error ZeroRoot();
    error SignerUnknown(bytes32 log, address signer);
    error SignatureInvalid();
    /// @dev A log only grows.
    error NotLarger(uint64 size, uint64 anchored);
    error TimeBackwards(uint64 time, uint64 anchored);
    error TimeInFuture(uint64 time);
    error ConsistencyUnproven(uint64 size, uint64 anchored);
    error AnchorUnknown(bytes32 log, uint256 number);

    /// @notice Allows or stops a signer of a log. Only the admin.
    function setSigner(bytes32 log, address signer, bool isAllowed) external;

    /// @notice Anchors a root. Anybody may bring it, with a signer's EIP-712 signature of
    /// `AuditRoot(bytes32 log,uint64 size,bytes32 root,uint64 time)`, or that of a contract by ERC-1271.
    /// @param log The log's name, such as the hash of a cluster's name.
    /// @param proof The consistency proof from the newest anchor's size to `size`; empty for the first anchor.
    /// @return number The anchor's, from 0 in each log.
    function anchor(
        bytes32 log,
        uint64 size,
        bytes32 root,
        uint64 time,
        address signer,
        bytes calldata signature,
        bytes32[] calldata proof
    ) external returns (uint256 number);

    /// @notice Whether the entry with this hash (`sha256(0x00 ‖ entry)`) is in a log as anchored.
    /// @param index From 0.
    function isIncluded(bytes32 log, uint256 number, bytes32 leaf, uint64 index, bytes32[] calldata proof)
        external
        view
        returns (bool);

    function anchorOf(bytes32 log, uint256 number) external view returns (Anchor memory);

    /// @notice Numbers run from 0 to one less than this.
    function anchorCount(bytes32 log) external view returns (uint256);

    function isSigner(bytes32 log, address signer) external view returns (bool);

    /// @notice What a signer signs.
    function digestOf(bytes32 log, uint64 size, bytes32 root, uint64 time) external view returns (bytes32);
}
