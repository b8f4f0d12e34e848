// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice RFC 9162's tree hash and proofs by their recursive definitions (sections 2.1.1, 2.1.3.1 and 2.1.4.1), slow
/// and obvious.
library ReferenceTree {
    /// @dev The entries of the test logs: the numbers from 0.
    function leaf(uint256 index) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"00", index));
    }

    /// @dev MTH of entries from `from` to `from + n - 1`.
    function root(uint256 from, uint256 n) internal pure returns (bytes32) {
        if (n == 1) return leaf(from);
        uint256 k = _split(n);
        return sha256(abi.encodePacked(hex"01", root(from, k), root(from + k, n - k)));
    }

    /// @dev PATH(m, D[n]) of the entries from `from`.
    function path(uint256 m, uint256 from, uint256 n) internal pure returns (bytes32[] memory) {
        if (n == 1) return new bytes32[](0);
        uint256 k = _split(n);
        return
            m < k ? _with(path(m, from, k), root(from + k, n - k)) : _with(path(m - k, from + k, n - k), root(from, k));
    }

    /// @dev SUBPROOF(m, D[n], b) of the entries from `from`; PROOF(m, D[n]) with b true.
    function consistency(uint256 m, uint256 from, uint256 n, bool b) internal pure returns (bytes32[] memory) {
        if (m == n) {
            return b ? new bytes32[](0) : _with(new bytes32[](0), root(from, m));
        }
        uint256 k = _split(n);
        return m <= k
            ? _with(consistency(m, from, k, b), root(from + k, n - k))
            : _with(consistency(m - k, from + k, n - k, false), root(from, k));
    }

    /// @dev The greatest power of two below n.
    function _split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (k * 2 < n) k *= 2;
    }

    function _with(bytes32[] memory list, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i; i < list.length; i++) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }
}
