// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConstantProduct} from "../../src/amm/ConstantProduct.sol";
import {FlashArbitrage} from "../../src/arbitrage/FlashArbitrage.sol";
import {IFlashArbitrage} from "../../src/arbitrage/IFlashArbitrage.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {Base} from "../Base.sol";
import {MockCurvePool} from "../mocks/MockCurvePool.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {ArbitrageFixture} from "./ArbitrageFixture.sol";
import {Plans} from "./Plans.sol";

/// @notice Moves the markets and sends plans of random lenders, sizes and hops, of which most are refused.
contract ArbitrageHandler is Base {
    struct World {
        FlashArbitrage arbitrage;
        MockToken coin;
        MockToken usd;
        IActorTradePair[3] pairs;
        address v3Pool;
        MockCurvePool curve;
        address vault;
        address aave;
        bytes32 poolId;
        address executor;
        address treasury;
    }

    World private _world;
    string public breach;

    constructor(World memory world) {
        _world = world;
        vm.prank(world.executor);
        world.usd.approve(address(world.arbitrage), type(uint256).max);
    }

    function moveMarket(uint256 which, bool buy, uint256 amount) external {
        IActorTradePair pair = _world.pairs[which % 3];
        (MockToken paid, bool zeroForOne) = buy
            ? (_world.usd, address(_world.usd) < address(_world.coin))
            : (_world.coin, address(_world.coin) < address(_world.usd));
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        amount = bound(amount, reserveIn / 1000, reserveIn / 20);
        paid.mint(address(pair), amount);
        uint256 out = ConstantProduct.amountOut(amount, reserveIn, reserveOut);
        pair.swap(zeroForOne ? 0 : out, zeroForOne ? out : 0, address(0xdEaD), "");
    }

    function moveCurve(uint256 price) external {
        _world.curve.setPrice(bound(price, 2800e18, 3200e18));
    }

    function stray(uint256 amount) external {
        _world.usd.mint(address(_world.arbitrage), bound(amount, 1, 1e18));
        _world.arbitrage.sweep(address(_world.usd));
    }

    /// @dev A flash swap: coins from one pair, sold anywhere, dollars back.
    function flashSwap(uint256 from, uint256 to, uint256 amount) external {
        address lender = address(_world.pairs[from % 3]);
        Plans.Loan memory l = _loan(IFlashArbitrage.Venue.V2Pair, lender, _world.coin, bound(amount, 1, 2e19), 1);
        l.lenderFeePips = 3000;
        _run(abi.encodePacked(Plans.encode(l), _hop(to, address(_world.usd))), 0);
    }

    function cycle(uint256 lender, uint256 from, uint256 to, uint256 amount, bool profitInCoins) external {
        IFlashArbitrage.Venue[5] memory kinds = [
            IFlashArbitrage.Venue.None,
            IFlashArbitrage.Venue.V2Pair,
            IFlashArbitrage.Venue.V3Pool,
            IFlashArbitrage.Venue.BalancerVault,
            IFlashArbitrage.Venue.AavePool
        ];
        address[5] memory lenders =
            [address(0), address(_world.pairs[lender % 3]), _world.v3Pool, _world.vault, _world.aave];
        lender %= 5;
        Plans.Loan memory l = _loan(kinds[lender], lenders[lender], _world.usd, bound(amount, 1, 1e22), 2);
        l.lenderFeePips = lender == 1 ? 3000 : 0;
        if (lender == 0) _world.usd.mint(_world.executor, l.amount);
        bytes memory plan =
            abi.encodePacked(Plans.encode(l), _hop(from, address(_world.coin)), _hop(to, address(_world.usd)));
        if (profitInCoins) plan = abi.encodePacked(plan, _hop(from, address(_world.coin)));
        _run(plan, lender == 0 ? l.amount : 0);
    }

    function _run(bytes memory plan, uint256 own) private {
        (uint256 usdBefore, uint256 coinBefore) = (_held(_world.usd), _held(_world.coin));
        uint256 ownBefore = _world.usd.balanceOf(_world.executor);
        vm.prank(_world.executor);
        try _world.arbitrage.execute(plan) returns (uint256 profit) {
            uint256 grown = (_held(_world.usd) - usdBefore) + (_held(_world.coin) - coinBefore);
            if (grown != profit || profit == 0) breach = "the treasury did not get the profit";
        } catch {
            if (_held(_world.usd) != usdBefore || _held(_world.coin) != coinBefore) breach = "a refusal moved money";
        }
        if (_world.usd.balanceOf(_world.executor) != ownBefore) breach = "own money did not come back";
        if (own > 0) _world.usd.burn(_world.executor, own);
    }

    function _held(MockToken token) private view returns (uint256) {
        return token.balanceOf(_world.treasury);
    }

    function _hop(uint256 which, address tokenOut) private view returns (bytes memory) {
        which %= 6;
        bool buy = tokenOut == address(_world.coin);
        if (which == 3) return Plans.v3(_world.v3Pool, tokenOut);
        if (which == 4) return Plans.curve(false, address(_world.curve), tokenOut, buy ? 1 : 0, buy ? 0 : 1);
        if (which == 5) return Plans.balancer(_world.vault, tokenOut, _world.poolId);
        return Plans.v2(address(_world.pairs[which]), tokenOut, 3000);
    }

    function _loan(IFlashArbitrage.Venue funding, address lender, MockToken token, uint256 amount, uint8 hops)
        private
        view
        returns (Plans.Loan memory)
    {
        MockToken other = address(token) == address(_world.coin) ? _world.usd : _world.coin;
        bool lendsToken1 = address(token) > address(other);
        // forge-lint: disable-next-line(unsafe-typecast)
        return Plans.Loan(
            funding,
            lendsToken1,
            lender,
            address(token),
            uint128(amount),
            1,
            type(uint40).max,
            0,
            type(uint40).max,
            0,
            hops
        );
    }
}

contract FlashArbitrageInvariantTest is ArbitrageFixture {
    ArbitrageHandler private handler;
    uint256 private aaveDollars;

    function setUp() public override {
        super.setUp();
        handler = new ArbitrageHandler(
            ArbitrageHandler.World({
                arbitrage: arbitrage,
                coin: coin,
                usd: usd,
                pairs: [at3000, at3030, at2985],
                v3Pool: v3Pool,
                curve: curve,
                vault: address(vault),
                aave: address(aave),
                poolId: poolId,
                executor: EXECUTOR,
                treasury: TREASURY
            })
        );
        aaveDollars = usd.balanceOf(address(aave));
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](5);
        selectors[0] = handler.moveMarket.selector;
        selectors[1] = handler.moveCurve.selector;
        selectors[2] = handler.stray.selector;
        selectors[3] = handler.flashSwap.selector;
        selectors[4] = handler.cycle.selector;
        targetSelectors(address(handler), selectors);
    }

    function invariant_Nothing_stays_and_profit_arrives() external view {
        vm.assertEq(handler.breach(), "");
        vm.assertEq(coin.balanceOf(address(arbitrage)), 0);
        vm.assertEq(usd.balanceOf(address(arbitrage)), 0);
        vm.assertGe(usd.balanceOf(address(aave)), aaveDollars, "Aave lost");
    }
}
