// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "../Base.sol";

/// @dev The functions of a Safe 1.4.1 that the suites use.
interface ISafe {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address payable paymentReceiver
    ) external;
    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes calldata signatures
    ) external payable returns (bool);
    function getTransactionHash(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view returns (bytes32);
    function nonce() external view returns (uint256);
    function getThreshold() external view returns (uint256);
    function getOwners() external view returns (address[] memory);
}

interface ISafeProxyFactory {
    function createProxyWithNonce(address singleton, bytes calldata initializer, uint256 saltNonce)
        external
        returns (address proxy);
}

/// @notice A real Safe, two of three, from the code that its npm package carries.
abstract contract SafeFixture is Base {
    string private constant ARTIFACTS = "node_modules/@safe-global/safe-contracts/build/artifacts/contracts/";

    /// @dev Of the owners. In the order of their addresses, which is the order of signatures.
    uint256[3] internal safeKeys = [uint256(0x5afe1), 0x5afe2, 0x5afe3];

    function deploySafe() internal returns (ISafe) {
        _sortKeys();
        address[] memory owners = new address[](3);
        for (uint256 i = 0; i < 3; i++) {
            owners[i] = vm.addr(safeKeys[i]);
        }
        address singleton = _deployArtifact("Safe.sol/Safe.json");
        address factory = _deployArtifact("proxies/SafeProxyFactory.sol/SafeProxyFactory.json");
        address handler = _deployArtifact("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json");
        bytes memory setup =
            abi.encodeCall(ISafe.setup, (owners, 2, address(0), "", handler, address(0), 0, payable(address(0))));
        return ISafe(ISafeProxyFactory(factory).createProxyWithNonce(singleton, setup, 0));
    }

    /// @dev Reverts where the Safe's call does.
    function execBySafe(ISafe safe, address to, bytes memory data) internal {
        execBySafe(safe, to, data, 0, 1);
    }

    /// @dev Signed by two owners, named by their places.
    function execBySafe(ISafe safe, address to, bytes memory data, uint256 first, uint256 second) internal {
        bytes memory signatures = signSafe(safe, to, data, first, second);
        safe.execTransaction(to, 0, data, 0, 0, 0, 0, address(0), payable(address(0)), signatures);
    }

    function signSafe(ISafe safe, address to, bytes memory data, uint256 first, uint256 second)
        internal
        view
        returns (bytes memory)
    {
        bytes32 hash = _hash(safe, safe.nonce(), to, data);
        return abi.encodePacked(_signature(first, hash), _signature(second, hash));
    }

    function _hash(ISafe safe, uint256 nonce, address to, bytes memory data) private view returns (bytes32) {
        return safe.getTransactionHash(to, 0, data, 0, 0, 0, 0, address(0), address(0), nonce);
    }

    function _signature(uint256 owner, bytes32 hash) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(safeKeys[owner], hash);
        return abi.encodePacked(r, s, v);
    }

    function _sortKeys() private {
        for (uint256 i = 0; i < 3; i++) {
            for (uint256 k = i + 1; k < 3; k++) {
                if (vm.addr(safeKeys[k]) < vm.addr(safeKeys[i])) {
                    (safeKeys[i], safeKeys[k]) = (safeKeys[k], safeKeys[i]);
                }
            }
        }
    }

    function _deployArtifact(string memory path) private returns (address deployed) {
        bytes memory code = vm.parseJsonBytes(vm.readFile(string.concat(ARTIFACTS, path)), ".bytecode");
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), "deployment failed");
    }
}
