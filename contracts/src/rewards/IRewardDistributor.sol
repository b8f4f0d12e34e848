// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Rewards by Merkle proof, epoch by epoch
/// @notice An epoch is a Merkle tree of what is owed, paid in when it is published. Each leaf is claimed once. A root
/// takes effect after a delay, in which the admin can take it back; what nobody claims goes to the treasury after the
/// epoch's end. An epoch never pays more than was paid in for it, whatever its tree says.
///
/// A leaf is keccak256(keccak256(abi.encode(chainId, distributor, epoch, index, account, amount))); hashing twice keeps
/// an inner node, 64 bytes long, from passing for a leaf. Inner nodes hash their sorted children, as OpenZeppelin's
/// MerkleProof does.
interface IRewardDistributor {
    /// @param root Of the Merkle tree; zero for an epoch that was taken back.
    /// @param total Units paid in.
    /// @param claimed Units paid out, to claimants or to the treasury.
    /// @param claimableFrom Seconds since 1970.
    /// @param expiresAt Seconds since 1970; from then on nothing can be claimed.
    struct Epoch {
        bytes32 root;
        uint128 total;
        uint128 claimed;
        uint64 claimableFrom;
        uint64 expiresAt;
    }

    event Published(uint256 indexed epoch, bytes32 root, uint256 total, uint64 claimableFrom, uint64 expiresAt);
    event TakenBack(uint256 indexed epoch, uint256 amount);
    event Claimed(uint256 indexed epoch, uint256 indexed index, address indexed account, uint256 amount);
    event Expired(uint256 indexed epoch, uint256 amount);
    event TreasuryChanged(address treasury);

    error ZeroRoot();
    error ZeroAmount();
    error ZeroTreasury();
    error AmountTooLarge(uint256 amount);
    error LifetimeInvalid(uint64 lifetime);
    error EpochUnknown(uint256 epoch);
    error NotYetClaimable(uint64 claimableFrom);
    error AlreadyClaimable(uint64 claimableFrom);
    error EpochExpired(uint64 expiresAt);
    error NotYetExpired(uint64 expiresAt);
    error AlreadyClaimed(uint256 epoch, uint256 index);
    error ProofInvalid();
    /// @dev The tree owes more than was paid in for it.
    error EpochExhausted(uint256 epoch, uint256 left);

    /// @notice Publishes an epoch and pulls `total` units from the caller. Only the root role; not while paused.
    /// @param lifetime Seconds for which it can be claimed, 30 days to 730 days.
    /// @return epoch Its number, from 1.
    function publish(bytes32 root, uint256 total, uint64 lifetime) external returns (uint256 epoch);

    /// @notice Takes an epoch back that cannot be claimed yet; its units go to the treasury. Only the admin.
    function takeBack(uint256 epoch) external;

    /// @notice Pays a leaf to its account. Anybody may call. Not while paused.
    function claim(uint256 epoch, uint256 index, address account, uint256 amount, bytes32[] calldata proof) external;

    /// @notice Sends what nobody claimed to the treasury, once the epoch has expired. Anybody may call; not while
    /// paused.
    function expire(uint256 epoch) external returns (uint256 amount);

    /// @notice Changes where unclaimed rewards go. Only the admin.
    function setTreasury(address treasury) external;

    function epochOf(uint256 epoch) external view returns (Epoch memory);

    /// @notice Numbers run from 1 to this.
    function epochCount() external view returns (uint256);

    function isClaimed(uint256 epoch, uint256 index) external view returns (bool);

    /// @notice The leaf that a tree of this distributor holds for a claim.
    function leafOf(uint256 epoch, uint256 index, address account, uint256 amount) external view returns (bytes32);
}
