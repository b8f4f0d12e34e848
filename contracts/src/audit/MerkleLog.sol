// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Proofs in an append-only log's Merkle tree
/// @notice The tree of RFC 9162 (Certificate Transparency 2.0), section 2.1, over SHA-256: a leaf's hash is that of
/// 0x00 and its entry, a node's that of 0x01 and its two children.
library MerkleLog {
    /// @notice Whether the log of `second` leaves begins with the log of `first` leaves (section 2.1.4.2).
    /// @param first From 1 to `second`.
    function isConsistent(
        uint256 first,
        uint256 second,
        bytes32 firstRoot,
        bytes32 secondRoot,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        if (first == 0 || first > second) return false;
        if (first == second) return proof.length == 0 && firstRoot == secondRoot;
        // A first log of 2^k leaves is itself a node of the second, and left out of the proof.
        bool isWhole = first & (first - 1) == 0;
        if (proof.length == 0 && !isWhole) return false;
        uint256 next = isWhole ? 0 : 1;
        bytes32 old = isWhole ? firstRoot : proof[0];
        bytes32 grown = old;
        (uint256 fn, uint256 sn) = _withoutOnes(first - 1, second - 1);
        for (; next < proof.length; next++) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                old = node(proof[next], old);
                grown = node(proof[next], grown);
                (fn, sn) = _withoutZeros(fn, sn);
            } else {
                grown = node(grown, proof[next]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && old == firstRoot && grown == secondRoot;
    }

    /// @notice Whether the log of `size` leaves has `leaf` at `index` (section 2.1.3.2).
    /// @param leaf The leaf's hash.
    /// @param index From 0 to `size - 1`.
    function isIncluded(bytes32 leaf, uint256 index, uint256 size, bytes32 root, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        uint256 fn = index;
        uint256 sn = size - 1;
        bytes32 hash = leaf;
        for (uint256 i; i < proof.length; i++) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                hash = node(proof[i], hash);
                (fn, sn) = _withoutZeros(fn, sn);
            } else {
                hash = node(hash, proof[i]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && hash == root;
    }

    /// @notice The hash of an entry as a leaf.
    function leafOf(bytes memory entry) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"00", entry));
    }

    /// @notice The hash of a node above two.
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }

    function _withoutOnes(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        return (fn, sn);
    }

    function _withoutZeros(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 0 && fn != 0) {
            fn >>= 1;
            sn >>= 1;
        }
        return (fn, sn);
    }
}
