// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Base} from "../Base.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {AuditAnchor} from "../../src/audit/AuditAnchor.sol";
import {IAuditAnchor} from "../../src/audit/IAuditAnchor.sol";
import {MerkleLog} from "../../src/audit/MerkleLog.sol";

contract AuditAnchorTest is Base {
    AuditAnchor private _anchor;
    address private constant ADMIN = address(0xAD);
    uint256 private constant KEY = 0x5161;
    bytes32 private constant LOG = keccak256("cluster");
    address private _signer;

    function setUp() public {
        vm.warp(1_700_000_000);
        _signer = vm.addr(KEY);
        _anchor = new AuditAnchor(2 days, ADMIN);
        vm.prank(ADMIN);
        _anchor.setSigner(LOG, _signer, true);
    }

    function test_EveryGrowthUpTo33EntriesIsProved() public view {
        for (uint256 second = 1; second <= 33; second++) {
            bytes32 grown = ReferenceTree.root(0, second);
            for (uint256 first = 1; first <= second; first++) {
                bytes32[] memory proof = ReferenceTree.consistency(first, 0, second, true);
                vm.assertTrue(this.isConsistent(first, second, ReferenceTree.root(0, first), grown, proof));
            }
        }
    }

    function test_EveryEntryUpTo33IsFound() public view {
        for (uint256 size = 1; size <= 33; size++) {
            bytes32 root = ReferenceTree.root(0, size);
            for (uint256 index; index < size; index++) {
                bytes32[] memory proof = ReferenceTree.path(index, 0, size);
                vm.assertTrue(this.isIncluded(ReferenceTree.leaf(index), index, size, root, proof));
                vm.assertFalse(this.isIncluded(ReferenceTree.leaf(index + 1), index, size, root, proof));
            }
            vm.assertFalse(this.isIncluded(root, size, size, root, new bytes32[](0)), "an index beyond the end");
        }
    }

    /// @dev One bit anywhere, a word more or a word less: no proof.
    function testFuzz_ADamagedConsistencyProofFails(uint256 first, uint256 second, uint256 word, uint8 bit)
        public
        view
    {
        second = bound(second, 2, 200);
        first = bound(first, 1, second - 1);
        bytes32 old = ReferenceTree.root(0, first);
        bytes32 grown = ReferenceTree.root(0, second);
        bytes32[] memory proof = ReferenceTree.consistency(first, 0, second, true);
        vm.assertTrue(this.isConsistent(first, second, old, grown, proof));

        bytes32 flip = bytes32(uint256(1) << bit);
        vm.assertFalse(this.isConsistent(first, second, old ^ flip, grown, proof), "another old root");
        vm.assertFalse(this.isConsistent(first, second, old, grown ^ flip, proof), "another new root");
        vm.assertFalse(this.isConsistent(first, second, old, grown, _resized(proof, proof.length - 1)), "shorter");
        vm.assertFalse(this.isConsistent(first, second, old, grown, _resized(proof, proof.length + 1)), "longer");
        proof[word % proof.length] ^= flip;
        vm.assertFalse(this.isConsistent(first, second, old, grown, proof), "another word");
    }

    function testFuzz_ADamagedInclusionProofFails(uint256 index, uint256 size, uint256 word, uint8 bit) public view {
        size = bound(size, 2, 200);
        index = bound(index, 0, size - 1);
        bytes32 leaf = ReferenceTree.leaf(index);
        bytes32 root = ReferenceTree.root(0, size);
        bytes32[] memory proof = ReferenceTree.path(index, 0, size);
        vm.assertTrue(this.isIncluded(leaf, index, size, root, proof));
        vm.assertFalse(this.isIncluded(leaf, index, size, root, _resized(proof, proof.length - 1)), "shorter");
        vm.assertFalse(this.isIncluded(leaf, index, size, root, _resized(proof, proof.length + 1)), "longer");
        proof[word % proof.length] ^= bytes32(uint256(1) << bit);
        vm.assertFalse(this.isIncluded(leaf, index, size, root, proof), "another word");
    }

    function test_SizesOutOfRangeAreNoProof() public view {
        bytes32[] memory none = new bytes32[](0);
        vm.assertFalse(this.isConsistent(0, 1, 0, ReferenceTree.root(0, 1), none));
        vm.assertFalse(this.isConsistent(2, 1, ReferenceTree.root(0, 2), ReferenceTree.root(0, 1), none));
        vm.assertFalse(this.isConsistent(3, 5, ReferenceTree.root(0, 3), ReferenceTree.root(0, 5), none));
        vm.assertEq(MerkleLog.leafOf(abi.encode(7)), ReferenceTree.leaf(7));
    }

    function test_AnchorsALogThatGrows() public {
        vm.assertEq(_submit(5, 100, new bytes32[](0)), 0);
        vm.assertEq(_submit(6, 100, ReferenceTree.consistency(5, 0, 6, true)), 1);
        vm.assertEq(_submit(21, 300, ReferenceTree.consistency(6, 0, 21, true)), 2);
        vm.assertEq(_anchor.anchorCount(LOG), 3);
        IAuditAnchor.Anchor memory newest = _anchor.anchorOf(LOG, 2);
        vm.assertEq(newest.size, 21);
        vm.assertEq(newest.time, 300);
        vm.assertEq(newest.anchoredAt, 1_700_000_000);
        vm.assertTrue(_anchor.isIncluded(LOG, 2, ReferenceTree.leaf(4), 4, ReferenceTree.path(4, 0, 21)));
        vm.assertFalse(_anchor.isIncluded(LOG, 1, ReferenceTree.leaf(4), 4, ReferenceTree.path(4, 0, 21)));
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.AnchorUnknown.selector, LOG, 3));
        _anchor.anchorOf(LOG, 3);
    }

    function test_RefusesAForkOfTheLog() public {
        _submit(5, 100, new bytes32[](0));
        bytes32 forged = keccak256("another history");
        bytes memory signature = _sign(6, forged, 200);
        bytes32[] memory proof = ReferenceTree.consistency(5, 0, 6, true);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.ConsistencyUnproven.selector, 6, 5));
        _anchor.anchor(LOG, 6, forged, 200, _signer, signature, proof);
        bytes32 root = ReferenceTree.root(0, 6);
        signature = _sign(6, root, 200);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.ConsistencyUnproven.selector, 6, 5));
        _anchor.anchor(LOG, 6, root, 200, _signer, signature, new bytes32[](0));
    }

    /// @dev What a stolen signer's key can do: append what never was, so that the true log fits no more and goes on under
    /// another name. What it cannot: change or hide what was anchored before.
    function test_Audit01_AStolenSignerEndsALogButCannotRewriteIt() public {
        _submit(4, 100, new bytes32[](0));
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = keccak256("four entries that never were");
        bytes32 forged = MerkleLog.node(ReferenceTree.root(0, 4), proof[0]);
        _anchor.anchor(LOG, 8, forged, 200, _signer, _sign(8, forged, 200), proof);

        bytes32 root = ReferenceTree.root(0, 9);
        bytes memory signature = _sign(9, root, 300);
        proof = ReferenceTree.consistency(8, 0, 9, true);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.ConsistencyUnproven.selector, 9, 8));
        _anchor.anchor(LOG, 9, root, 300, _signer, signature, proof);
        vm.assertTrue(_anchor.isIncluded(LOG, 0, ReferenceTree.leaf(3), 3, ReferenceTree.path(3, 0, 4)));
        vm.assertFalse(_anchor.isIncluded(LOG, 1, ReferenceTree.leaf(5), 5, ReferenceTree.path(5, 0, 8)));
    }

    /// @dev The other signature that a signature makes is refused, and the same one is good for one anchor.
    function test_Audit11_SignaturesAreNeitherMalleableNorReplayed() public {
        bytes32 root = ReferenceTree.root(0, 5);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _anchor.digestOf(LOG, 5, root, 100));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory other = abi.encodePacked(r, bytes32(order - uint256(s)), uint8(55 - v)); // 27 and 28 swapped
        vm.expectRevert(IAuditAnchor.SignatureInvalid.selector);
        _anchor.anchor(LOG, 5, root, 100, _signer, other, new bytes32[](0));
        bytes memory signature = abi.encodePacked(r, s, v);
        _anchor.anchor(LOG, 5, root, 100, _signer, signature, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.NotLarger.selector, 5, 5));
        _anchor.anchor(LOG, 5, root, 100, _signer, signature, new bytes32[](0));
    }

    function test_RefusesAnEmptyOrSmallerLogAndTimeBackwards() public {
        bytes32[] memory none = new bytes32[](0);
        bytes32 root = ReferenceTree.root(0, 5);
        bytes memory signature = _sign(0, root, 100);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.NotLarger.selector, 0, 0));
        _anchor.anchor(LOG, 0, root, 100, _signer, signature, none);
        signature = _sign(5, 0, 100);
        vm.expectRevert(IAuditAnchor.ZeroRoot.selector);
        _anchor.anchor(LOG, 5, 0, 100, _signer, signature, none);
        signature = _sign(5, root, 100);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.ConsistencyUnproven.selector, 5, 0));
        _anchor.anchor(LOG, 5, root, 100, _signer, signature, new bytes32[](1));
        _anchor.anchor(LOG, 5, root, 100, _signer, signature, none);

        // Audit 11: a signature brought again anchors nothing.
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.NotLarger.selector, 5, 5));
        _anchor.anchor(LOG, 5, root, 100, _signer, signature, none);
        root = ReferenceTree.root(0, 6);
        signature = _sign(6, root, 99);
        bytes32[] memory proof = ReferenceTree.consistency(5, 0, 6, true);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.TimeBackwards.selector, 99, 100));
        _anchor.anchor(LOG, 6, root, 99, _signer, signature, proof);
        uint64 future = uint64(block.timestamp) + 5 minutes + 1;
        signature = _sign(6, root, future);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.TimeInFuture.selector, future));
        _anchor.anchor(LOG, 6, root, future, _signer, signature, proof);
    }

    function test_RefusesUnknownSignersAndForeignSignatures() public {
        bytes32[] memory none = new bytes32[](0);
        bytes32 root = ReferenceTree.root(0, 5);
        bytes memory signature = _sign(5, root, 100);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.SignerUnknown.selector, LOG, ADMIN));
        _anchor.anchor(LOG, 5, root, 100, ADMIN, signature, none);
        vm.expectRevert(IAuditAnchor.SignatureInvalid.selector);
        _anchor.anchor(LOG, 6, root, 100, _signer, signature, none);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.SignerUnknown.selector, bytes32("other"), _signer));
        _anchor.anchor("other", 5, root, 100, _signer, signature, none);

        // Audit 11: signed for another chain, or another anchor contract.
        vm.chainId(8453);
        vm.expectRevert(IAuditAnchor.SignatureInvalid.selector);
        _anchor.anchor(LOG, 5, root, 100, _signer, signature, none);
        vm.chainId(31337);
        AuditAnchor other = new AuditAnchor(2 days, address(this));
        other.setSigner(LOG, _signer, true);
        vm.expectRevert(IAuditAnchor.SignatureInvalid.selector);
        other.anchor(LOG, 5, root, 100, _signer, signature, none);

        vm.prank(ADMIN);
        _anchor.setSigner(LOG, _signer, false);
        vm.expectRevert(abi.encodeWithSelector(IAuditAnchor.SignerUnknown.selector, LOG, _signer));
        _anchor.anchor(LOG, 5, root, 100, _signer, signature, none);
    }

    function test_OnlyTheAdminNamesSigners() public {
        vm.prank(_signer);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, _signer, bytes32(0))
        );
        _anchor.setSigner(LOG, _signer, true);
    }

    function test_Gas() public {
        _submit(1_000, 100, new bytes32[](0));
        _submit(1_100, 200, ReferenceTree.consistency(1_000, 0, 1_100, true));
        vm.snapshotGasLastCall("audit", "anchor, 1,000 to 1,100 entries");
    }

    function isConsistent(uint256 first, uint256 second, bytes32 old, bytes32 grown, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return MerkleLog.isConsistent(first, second, old, grown, proof);
    }

    function isIncluded(bytes32 leaf, uint256 index, uint256 size, bytes32 root, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return MerkleLog.isIncluded(leaf, index, size, root, proof);
    }

    function _submit(uint64 size, uint64 time, bytes32[] memory proof) private returns (uint256) {
        bytes32 root = ReferenceTree.root(0, size);
        bytes memory signature = _sign(size, root, time);
        return _anchor.anchor(LOG, size, root, time, _signer, signature, proof);
    }

    function _sign(uint64 size, bytes32 root, uint64 time) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _anchor.digestOf(LOG, size, root, time));
        return abi.encodePacked(r, s, v);
    }

    function _resized(bytes32[] memory list, uint256 length) private pure returns (bytes32[] memory other) {
        other = new bytes32[](length);
        for (uint256 i; i < length && i < list.length; i++) {
            other[i] = list[i];
        }
    }
}
