// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FlashArbitrage} from "../../src/arbitrage/FlashArbitrage.sol";
import {IFlashArbitrage} from "../../src/arbitrage/IFlashArbitrage.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {IV2Factory} from "../../src/arbitrage/Venues.sol";
import {Artifacts} from "../mocks/Artifacts.sol";
import {MockAavePool} from "../mocks/MockAavePool.sol";
import {MockBalancerVault} from "../mocks/MockBalancerVault.sol";
import {MockCurvePool} from "../mocks/MockCurvePool.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {IV3FactoryFull, IV3PoolFull, V3Provider} from "../mocks/V3Provider.sol";
import {Plans} from "./Plans.sol";

interface IV2FactoryFull is IV2Factory {
    function createPair(address tokenA, address tokenB) external returns (address pair);
}

/// @notice Markets of one coin against dollars: three V2 pairs (real bytecode) at 3000, 3030 and 2985, a V3 pool (real
/// bytecode) at 3020, a Curve-like pool at 3010, a Balancer-like one at 3060; lenders of all kinds.
abstract contract ArbitrageFixture is Artifacts {
    address internal constant ADMIN = address(0xA11CE);
    address internal constant GUARDIAN = address(0x6A4D);
    address internal constant EXECUTOR = address(0xE8EC);
    address internal constant TREASURY = address(0x7EA5);
    address internal constant STRANGER = address(0x57A6);
    uint40 internal constant NOW = 1_700_000_000;
    uint40 internal constant HEIGHT = 20_000_000;
    uint24 internal constant V2_FEE = 3000;

    FlashArbitrage internal arbitrage;
    MockToken internal coin;
    MockToken internal usd;
    IV2FactoryFull internal v2Factory;
    IV3FactoryFull internal v3Factory;
    V3Provider internal provider;
    IActorTradePair internal at3000;
    IActorTradePair internal at3030;
    IActorTradePair internal at2985;
    address internal v3Pool;
    MockCurvePool internal curve;
    MockBalancerVault internal vault;
    MockAavePool internal aave;
    bytes32 internal poolId;

    function setUp() public virtual {
        vm.warp(NOW);
        vm.roll(HEIGHT);
        (coin, usd) = (new MockToken("COIN", 18), new MockToken("USD", 18));
        arbitrage = new FlashArbitrage(1 days, ADMIN, TREASURY);
        v2Factory = IV2FactoryFull(deployUniswapV2Factory(address(this)));
        at3000 = newV2Pair(v2Factory, 3000);
        at3030 = newV2Pair(IV2FactoryFull(deployUniswapV2Factory(address(this))), 3030);
        at2985 = newV2Pair(IV2FactoryFull(deployUniswapV2Factory(address(this))), 2985);
        v3Factory = IV3FactoryFull(deployUniswapV3Factory());
        provider = new V3Provider();
        v3Pool = newV3Pool(3020);
        curve = new MockCurvePool(address(coin), address(usd), 3010e18);
        (vault, aave) = (new MockBalancerVault(), new MockAavePool());
        poolId = bytes32(bytes20(address(0xBA1))) | bytes32(uint256(7));
        _endow();
        _list();
        // As after some use: balances and accumulators that are not zero.
        usd.mint(TREASURY, 1);
        coin.mint(TREASURY, 1);
    }

    function newV2Pair(IV2FactoryFull factory, uint256 price) internal returns (IActorTradePair pair) {
        pair = IActorTradePair(factory.createPair(address(coin), address(usd)));
        coin.mint(address(pair), 500e18);
        usd.mint(address(pair), 500e18 * price);
        pair.mint(address(this));
    }

    function newV3Pool(uint256 price) internal returns (address pool) {
        pool = v3Factory.createPool(address(coin), address(usd), 3000);
        bool coinIs0 = address(coin) < address(usd);
        // forge-lint: disable-next-line(unsafe-typecast)
        IV3PoolFull(pool).initialize(uint160(Math.sqrt(coinIs0 ? price << 192 : (uint256(1) << 192) / price)));
        provider.provide(pool, -887220, 887220, 3e22);
    }

    /// @dev A loan that is good for this block, with the fields that tests change least.
    function loan(IFlashArbitrage.Venue funding, address lender, MockToken token, uint128 amount, uint8 hops)
        internal
        view
        returns (Plans.Loan memory)
    {
        address other = address(token) == address(coin) ? address(usd) : address(coin);
        return Plans.Loan({
            funding: funding,
            lendsToken1: address(token) > other,
            lender: lender,
            token: address(token),
            amount: amount,
            minProfit: 1,
            deadline: NOW,
            firstBlock: HEIGHT,
            lastBlock: HEIGHT,
            lenderFeePips: funding == IFlashArbitrage.Venue.V2Pair ? V2_FEE : 0,
            hopsBeforeRepayment: hops
        });
    }

    /// @dev Coins at 2985 by flash swap, sold at 3030.
    function twoPairPlan(uint128 amount) internal view returns (bytes memory) {
        return abi.encodePacked(
            Plans.encode(loan(IFlashArbitrage.Venue.V2Pair, address(at2985), coin, amount, 1)),
            Plans.v2(address(at3030), address(usd), V2_FEE)
        );
    }

    /// @dev Buys coins with dollars in one place and sells them in another.
    function cycle(IFlashArbitrage.Venue funding, address lender, uint128 amount, bytes memory buy, bytes memory sell)
        internal
        view
        returns (bytes memory)
    {
        return abi.encodePacked(Plans.encode(loan(funding, lender, usd, amount, 2)), buy, sell);
    }

    function run(bytes memory plan) internal returns (uint256) {
        vm.prank(EXECUTOR);
        return arbitrage.execute(plan);
    }

    function assertNothingStays() internal view {
        vm.assertEq(coin.balanceOf(address(arbitrage)), 0);
        vm.assertEq(usd.balanceOf(address(arbitrage)), 0);
        address[3] memory spenders = [address(curve), address(vault), address(aave)];
        for (uint256 i = 0; i < 3; i++) {
            vm.assertEq(coin.allowance(address(arbitrage), spenders[i]), 0);
            vm.assertEq(usd.allowance(address(arbitrage), spenders[i]), 0);
        }
    }

    function _endow() private {
        coin.mint(address(curve), 1e22);
        usd.mint(address(curve), 1e26);
        coin.mint(address(vault), 500e18);
        usd.mint(address(vault), 500e18 * 3060);
        vault.join(poolId, address(coin), 500e18, address(usd), 500e18 * 3060);
        usd.mint(address(aave), 1e25);
        coin.mint(address(aave), 1e22);
    }

    function _list() private {
        bytes32 executor = arbitrage.EXECUTOR_ROLE();
        bytes32 pauser = arbitrage.PAUSER_ROLE();
        vm.startPrank(ADMIN);
        arbitrage.grantRole(executor, EXECUTOR);
        arbitrage.grantRole(pauser, GUARDIAN);
        arbitrage.setVenue(address(at3000), IFlashArbitrage.Venue.V2Pair);
        arbitrage.setVenue(address(at3030), IFlashArbitrage.Venue.V2Pair);
        arbitrage.setVenue(address(at2985), IFlashArbitrage.Venue.V2Pair);
        arbitrage.setVenue(v3Pool, IFlashArbitrage.Venue.V3Pool);
        arbitrage.setVenue(address(curve), IFlashArbitrage.Venue.CurveInt128);
        arbitrage.setVenue(address(vault), IFlashArbitrage.Venue.BalancerVault);
        arbitrage.setVenue(address(bytes20(poolId)), IFlashArbitrage.Venue.BalancerPool);
        arbitrage.setVenue(address(aave), IFlashArbitrage.Venue.AavePool);
        vm.stopPrank();
    }
}
