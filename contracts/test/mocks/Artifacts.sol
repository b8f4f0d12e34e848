// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base} from "../Base.sol";

/// @notice Deploys contracts of others from the artifacts that their npm packages carry.
abstract contract Artifacts is Base {
    string internal constant V2_CORE = "node_modules/@uniswap/v2-core/build/";
    string internal constant V2_PERIPHERY = "node_modules/@uniswap/v2-periphery/build/";
    string internal constant PANCAKE = "node_modules/@pancakeswap-libs/pancake-swap-core/build/";
    string internal constant V3_CORE = "node_modules/@uniswap/v3-core/artifacts/contracts/";

    /// @dev Uniswap V2's artifacts have no 0x before their code.
    function deployUniswapV2Factory(address feeToSetter) internal returns (address) {
        return
            _create(
                abi.encodePacked(_bareCode(string.concat(V2_CORE, "UniswapV2Factory.json")), abi.encode(feeToSetter))
            );
    }

    function deployUniswapV2Router(address factory, address weth) internal returns (address) {
        bytes memory code = _bareCode(string.concat(V2_PERIPHERY, "UniswapV2Router02.json"));
        return _create(abi.encodePacked(code, abi.encode(factory, weth)));
    }

    function deployWeth() internal returns (address) {
        return _create(_bareCode(string.concat(V2_PERIPHERY, "WETH9.json")));
    }

    /// @dev PancakeSwap's first pairs: Uniswap V2's with a fee of 0.20 % and another name of the callback.
    function deployPancakeFactory(address feeToSetter) internal returns (address) {
        bytes memory code = _bareCode(string.concat(PANCAKE, "PancakeFactory.json"));
        return _create(abi.encodePacked(code, abi.encode(feeToSetter)));
    }

    function deployUniswapV3Factory() internal returns (address) {
        string memory json = vm.readFile(string.concat(V3_CORE, "UniswapV3Factory.sol/UniswapV3Factory.json"));
        return _create(vm.parseJsonBytes(json, ".bytecode"));
    }

    function _bareCode(string memory path) private view returns (bytes memory) {
        return vm.parseBytes(string.concat("0x", vm.parseJsonString(vm.readFile(path), ".bytecode")));
    }

    function _create(bytes memory code) private returns (address deployed) {
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        require(deployed != address(0), "deployment failed");
    }
}
