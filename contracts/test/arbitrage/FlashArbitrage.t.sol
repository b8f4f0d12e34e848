// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {FlashArbitrage} from "../../src/arbitrage/FlashArbitrage.sol";
import {IFlashArbitrage} from "../../src/arbitrage/IFlashArbitrage.sol";
import {ActorTradeFactory} from "../../src/amm/ActorTradeFactory.sol";
import {IActorTradePair} from "../../src/amm/IActorTradePair.sol";
import {HostileVenue} from "../mocks/HostileVenue.sol";
import {MockPancakeV3Pool} from "../mocks/MockPancakeV3Pool.sol";
import {MockCurvePool} from "../mocks/MockCurvePool.sol";
import {MockToken} from "../mocks/MockToken.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ArbitrageFixture, IV2FactoryFull} from "./ArbitrageFixture.sol";
import {Plans} from "./Plans.sol";

contract FlashArbitrageTest is ArbitrageFixture {
    IFlashArbitrage.Venue private constant OWN = IFlashArbitrage.Venue.None;
    IFlashArbitrage.Venue private constant V2 = IFlashArbitrage.Venue.V2Pair;
    IFlashArbitrage.Venue private constant V3 = IFlashArbitrage.Venue.V3Pool;
    IFlashArbitrage.Venue private constant VAULT = IFlashArbitrage.Venue.BalancerVault;
    IFlashArbitrage.Venue private constant AAVE = IFlashArbitrage.Venue.AavePool;

    // Funding

    function test_Two_pairs_by_flash_swap_end_with_the_profit_in_the_treasury() external {
        uint256 cost = _owed(at2985, 1e18);
        uint256 got = _bought(at3030, 1e18);
        vm.expectEmit(address(arbitrage));
        emit IFlashArbitrage.ArbitrageExecuted(EXECUTOR, address(at2985), address(usd), 1e18, got - cost);
        vm.assertEq(run(twoPairPlan(1e18)), got - cost);
        vm.assertEq(usd.balanceOf(TREASURY), 1 + got - cost);
        assertNothingStays();
    }

    function test_A_pair_lends_and_takes_the_same_token() external {
        bytes memory plan = cycle(V2, address(at3000), 3000e18, _buyAt(at2985), _sellAt(at3030));
        uint256 before = usd.balanceOf(address(at3000));
        uint256 profit = run(plan);
        vm.assertEq(usd.balanceOf(address(at3000)), before + _ceilDiv(3000e18 * 3, 997));
        vm.assertEq(usd.balanceOf(TREASURY), 1 + profit);
        assertNothingStays();
    }

    function test_Every_lender_gets_its_fee_and_no_more() external {
        uint256 own = _profitOf(OWN, address(0));
        vm.assertEq(_profitOf(VAULT, address(vault)), own);
        vm.assertEq(_profitOf(AAVE, address(aave)), own - 15e17);
        vm.assertEq(_profitOf(V3, v3Pool), own - 9e18);
        vault.setFee(2);
        vm.assertEq(_profitOf(VAULT, address(vault)), own - 6e17);
    }

    function test_Own_money_comes_back_to_its_owner() external {
        usd.mint(EXECUTOR, 3000e18);
        vm.prank(EXECUTOR);
        usd.approve(address(arbitrage), 3000e18);
        run(cycle(OWN, address(0), 3000e18, _buyAt(at2985), _sellAt(at3030)));
        vm.assertEq(usd.balanceOf(EXECUTOR), 3000e18);
        vm.assertGt(usd.balanceOf(TREASURY), 1e18, "no profit");
        assertNothingStays();
    }

    // Hops

    function test_Hops_over_every_kind_of_pool() external {
        bytes memory buy = _buyAt(at2985);
        _runCycle(buy, Plans.v3(v3Pool, address(usd)));
        _runCycle(buy, Plans.balancer(address(vault), address(usd), poolId));
        curve.setPrice(3100e18);
        _runCycle(buy, Plans.curve(false, address(curve), address(usd), 0, 1));
        vm.prank(ADMIN);
        arbitrage.setVenue(address(curve), IFlashArbitrage.Venue.CurveUint256);
        _runCycle(buy, Plans.curve(true, address(curve), address(usd), 0, 1));
        curve.setPrice(2800e18);
        _runCycle(Plans.curve(true, address(curve), address(coin), 1, 0), Plans.v3(v3Pool, address(usd)));
    }

    function test_A_v3_pool_is_bought_from_and_sold_to_in_both_directions() external {
        curve.setPrice(3300e18);
        _runCycle(Plans.v3(v3Pool, address(coin)), Plans.curve(false, address(curve), address(usd), 0, 1));
        curve.setPrice(2800e18);
        _runCycle(Plans.curve(false, address(curve), address(coin), 1, 0), Plans.v3(v3Pool, address(usd)));
    }

    function test_A_cycle_of_coins_repaid_in_coins() external {
        bytes memory plan = abi.encodePacked(
            Plans.encode(loan(AAVE, address(aave), coin, 2e18, 2)),
            _sellAt(at3030),
            Plans.v2(address(at2985), address(coin), V2_FEE)
        );
        uint256 profit = run(plan);
        vm.assertEq(coin.balanceOf(TREASURY), 1 + profit);
        assertNothingStays();
    }

    function test_Profit_comes_in_a_token_of_choice() external {
        bytes memory plan = abi.encodePacked(twoPairPlan(1e18), Plans.v3(v3Pool, address(coin)));
        uint256 usdBefore = usd.balanceOf(TREASURY);
        uint256 profit = run(plan);
        vm.assertEq(coin.balanceOf(TREASURY), 1 + profit);
        vm.assertEq(usd.balanceOf(TREASURY), usdBefore);
        vm.assertApproxEqAbs(profit, 49e14, 1e14, "about 15 dollars of coins");
        assertNothingStays();
    }

    function test_Our_own_pairs_lend_and_trade() external {
        ActorTradeFactory factory = new ActorTradeFactory(0, ADMIN, TREASURY);
        IActorTradePair ours = newV2Pair(IV2FactoryFull(address(factory)), 2900);
        vm.prank(ADMIN);
        arbitrage.setVenue(address(ours), V2);
        run(
            abi.encodePacked(
                Plans.encode(loan(V2, address(ours), coin, 1e18, 1)), Plans.v2(address(at3030), address(usd), V2_FEE)
            )
        );
        run(
            abi.encodePacked(
                Plans.encode(loan(V2, address(at3030), usd, 1000e18, 1)), Plans.v2(address(ours), address(coin), V2_FEE)
            )
        );
        assertNothingStays();
    }

    function test_Pancakes_pairs_lend_and_trade_under_their_own_name_and_fee() external {
        IActorTradePair pancake = newV2Pair(IV2FactoryFull(deployPancakeFactory(address(this))), 2950);
        _listAs(address(pancake), V2);
        Plans.Loan memory l = loan(V2, address(pancake), coin, 1e18, 1);
        l.lenderFeePips = 2000;
        (uint256 coins, uint256 dollars) = _reserves(pancake);
        uint256 owed = _ceilDiv(dollars * 1e18 * 1000, (coins - 1e18) * 998);
        uint256 got = _bought(at3030, 1e18);
        vm.assertEq(run(abi.encodePacked(Plans.encode(l), _sellAt(at3030))), got - owed);
        // A unit less would not have been enough for the pair.
        l.lenderFeePips = 1999;
        vm.expectRevert("Pancake: K");
        run(abi.encodePacked(Plans.encode(l), _sellAt(at3030)));
        _runCycle(Plans.v2(address(pancake), address(coin), 2000), _sellAt(at3030));
    }

    function test_Pancakes_v3_pools_lend_and_trade_under_their_own_names() external {
        MockPancakeV3Pool pancake = new MockPancakeV3Pool(address(coin), address(usd), 1e18);
        _listAs(address(pancake), V3);
        coin.mint(address(pancake), 1e24);
        usd.mint(address(pancake), 1e24);
        uint256 own = _profitOf(OWN, address(0));
        vm.assertEq(_profitOf(V3, address(pancake)), own - 3e17);
        // At one dollar a coin this pool is a bargain.
        _runCycle(Plans.v3(address(pancake), address(coin)), _sellAt(at3030));
    }

    function test_Audit06_A_token_that_returns_nothing_trades_and_repays() external {
        MockToken odd = MockToken(address(new NoReturnToken()));
        MockCurvePool cheap = new MockCurvePool(address(usd), address(odd), 1.1e18);
        MockCurvePool dear = new MockCurvePool(address(usd), address(odd), 1e18);
        _listAs(address(cheap), IFlashArbitrage.Venue.CurveInt128);
        _listAs(address(dear), IFlashArbitrage.Venue.CurveInt128);
        odd.mint(address(cheap), 1e24);
        usd.mint(address(dear), 1e24);
        _runCycle(
            Plans.curve(false, address(cheap), address(odd), 0, 1),
            Plans.curve(false, address(dear), address(usd), 1, 0)
        );
        odd.mint(address(aave), 1e24);
        odd.mint(address(dear), 1e24);
        usd.mint(address(cheap), 1e24);
        run(
            abi.encodePacked(
                Plans.encode(loan(AAVE, address(aave), odd, 1e18, 2)),
                Plans.curve(false, address(dear), address(usd), 1, 0),
                Plans.curve(false, address(cheap), address(odd), 0, 1)
            )
        );
        vm.assertEq(odd.balanceOf(address(arbitrage)), 0);
    }

    // Bounds

    function test_The_least_profit_holds_to_the_unit() external {
        uint256 profit = _bought(at3030, 1e18) - _owed(at2985, 1e18);
        Plans.Loan memory l = loan(V2, address(at2985), coin, 1e18, 1);
        // forge-lint: disable-next-line(unsafe-typecast)
        l.minProfit = uint128(profit) + 1;
        _expectUnprofitable(profit, profit + 1);
        run(abi.encodePacked(Plans.encode(l), _sellAt(at3030)));
        l.minProfit -= 1;
        run(abi.encodePacked(Plans.encode(l), _sellAt(at3030)));
    }

    function test_The_wrong_direction_is_unprofitable() external {
        uint256 owed = _owed(at3030, 1e18);
        _expectUnprofitable(_bought(at3000, 1e18), owed);
        run(abi.encodePacked(Plans.encode(loan(V2, address(at3030), coin, 1e18, 1)), _sellAt(at3000)));
        uint256 back = 3000e18 - 1;
        curve.setPrice(3000e18);
        vm.expectPartialRevert(IFlashArbitrage.Unprofitable.selector);
        run(
            cycle(
                AAVE,
                address(aave),
                uint128(back),
                _buyAt(at3000),
                Plans.curve(false, address(curve), address(usd), 0, 1)
            )
        );
        assertNothingStays();
    }

    function test_No_profit_is_enough_where_none_is_asked_for() external {
        Plans.Loan memory l = loan(VAULT, address(vault), usd, 1e18, 2);
        l.minProfit = 0;
        l.amount = 1;
        MockCurvePool even = new MockCurvePool(address(usd), address(coin), 1e18);
        _listAs(address(even), IFlashArbitrage.Venue.CurveInt128);
        coin.mint(address(even), 1);
        // A unit is too little for a fee: it comes back as it went, and the treasury is paid nothing.
        run(
            abi.encodePacked(
                Plans.encode(l),
                Plans.curve(false, address(even), address(coin), 0, 1),
                Plans.curve(false, address(even), address(usd), 1, 0)
            )
        );
        vm.assertEq(usd.balanceOf(TREASURY), 1);
        l.minProfit = 1;
        coin.mint(address(even), 1);
        _expectUnprofitable(0, 1);
        run(
            abi.encodePacked(
                Plans.encode(l),
                Plans.curve(false, address(even), address(coin), 0, 1),
                Plans.curve(false, address(even), address(usd), 1, 0)
            )
        );
    }

    function test_Time_and_block_bounds_are_inclusive() external {
        Plans.Loan memory l = loan(V2, address(at3000), coin, 1e15, 1);
        bytes memory hop = _sellAt(at3030);
        l.deadline = NOW - 1;
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.Expired.selector, NOW - 1));
        run(abi.encodePacked(Plans.encode(l), hop));
        (l.deadline, l.lastBlock, l.firstBlock) = (NOW, HEIGHT - 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.WrongBlock.selector, 0, HEIGHT - 1));
        run(abi.encodePacked(Plans.encode(l), hop));
        (l.firstBlock, l.lastBlock) = (HEIGHT + 1, HEIGHT + 2);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.WrongBlock.selector, HEIGHT + 1, HEIGHT + 2));
        run(abi.encodePacked(Plans.encode(l), hop));
        (l.firstBlock, l.lastBlock) = (HEIGHT - 1, HEIGHT);
        run(abi.encodePacked(Plans.encode(l), hop));
        (l.firstBlock, l.lastBlock) = (HEIGHT, HEIGHT + 1);
        run(abi.encodePacked(Plans.encode(l), hop));
    }

    /// @dev Liquidity only near the price: the rest of the input would come back and stay.
    function test_A_partial_fill_reverts() external {
        address pool = v3Factory.createPool(address(coin), address(usd), 500);
        (bool ok,) = pool.call(abi.encodeWithSignature("initialize(uint160)", uint160(1 << 96)));
        vm.assertTrue(ok, "not initialised");
        provider.provide(pool, -100, 100, 1e18);
        _listAs(pool, V3);
        vm.expectPartialRevert(IFlashArbitrage.PartialFill.selector);
        run(cycle(VAULT, address(vault), 1e18, Plans.v3(pool, address(coin)), _sellAt(at3030)));
    }

    // Plans

    function test_A_plan_in_bytes() external pure {
        bytes memory plan = abi.encodePacked(
            Plans.encode(Plans.Loan(V2, true, address(1), address(2), 3, 4, 5, 6, 7, 3000, 1)),
            Plans.v2(address(8), address(9), 2500),
            Plans.curve(false, address(10), address(11), 1, 2)
        );
        vm.assertEq(
            plan,
            abi.encodePacked(
                hex"0101" hex"0000000000000000000000000000000000000001",
                hex"0000000000000000000000000000000000000002",
                hex"00000000000000000000000000000003" hex"00000000000000000000000000000004",
                hex"0000000005" hex"0000000006" hex"0000000007" hex"000bb8" hex"01",
                hex"01" hex"0000000000000000000000000000000000000008",
                hex"0000000000000000000000000000000000000009" hex"0009c4",
                hex"03" hex"000000000000000000000000000000000000000a",
                hex"000000000000000000000000000000000000000b" hex"0102"
            )
        );
    }

    function testFuzz_Audit04_A_plan_cut_short_never_runs(uint256 length) external {
        bytes memory plan = abi.encodePacked(
            Plans.encode(loan(VAULT, address(vault), usd, 3000e18, 2)), _buyAt(at2985), _sellAt(at3030)
        );
        length = bound(length, 0, plan.length - 1);
        bytes memory cut = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            cut[i] = plan[i];
        }
        vm.expectRevert(IFlashArbitrage.InvalidPlan.selector);
        run(cut);
    }

    function test_Audit04_Plans_that_make_no_sense_revert() external {
        Plans.Loan memory l = loan(VAULT, address(vault), usd, 3000e18, 0);
        _expectInvalid(abi.encodePacked(Plans.encode(l), _buyAt(at2985)));
        l.hopsBeforeRepayment = 1;
        _expectInvalid(abi.encodePacked(Plans.encode(l), bytes1(0x09), new bytes(60)));
        _expectInvalid(abi.encodePacked(Plans.encode(l), bytes1(0x07), new bytes(60)));
        bytes memory plan = abi.encodePacked(Plans.encode(l), _buyAt(at2985));
        plan[0] = 0xff;
        _expectInvalid(plan);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.WrongRepaymentToken.selector, address(coin)));
        run(abi.encodePacked(Plans.encode(l), _buyAt(at2985)));
        // A listed pool that cannot lend.
        l.funding = IFlashArbitrage.Venue.CurveInt128;
        l.lender = address(curve);
        _expectInvalid(abi.encodePacked(Plans.encode(l), _buyAt(at2985)));
    }

    function test_Audit04_Only_listed_venues_are_called_and_only_as_what_they_are() external {
        Plans.Loan memory l = loan(V2, address(0xBAD), usd, 1e18, 1);
        _expectNotListed(address(0xBAD), V2, abi.encodePacked(Plans.encode(l), _buyAt(at2985)));
        l.lender = v3Pool;
        _expectNotListed(v3Pool, V2, abi.encodePacked(Plans.encode(l), _buyAt(at2985)));
        l = loan(VAULT, address(vault), usd, 1e18, 1);
        _expectNotListed(
            address(0xBAD), V2, abi.encodePacked(Plans.encode(l), Plans.v2(address(0xBAD), address(coin), 3000))
        );
        _expectNotListed(
            address(at3000), V3, abi.encodePacked(Plans.encode(l), Plans.v3(address(at3000), address(coin)))
        );
        l = loan(AAVE, address(aave), usd, 1e18, 1);
        bytes32 unknown = bytes32(bytes20(address(0xBAD)));
        _expectNotListed(
            address(0xBAD),
            IFlashArbitrage.Venue.BalancerPool,
            abi.encodePacked(Plans.encode(l), Plans.balancer(address(vault), address(coin), unknown))
        );
        _listAs(address(at2985), IFlashArbitrage.Venue.Denied);
        _expectNotListed(address(at2985), V2, abi.encodePacked(Plans.encode(l), _buyAt(at2985)));
    }

    function test_A_pool_cannot_lend_and_trade_in_one_plan() external {
        vm.expectRevert("UniswapV2: LOCKED");
        run(cycle(V2, address(at3000), 1e18, _buyAt(at3000), _sellAt(at3030)));
        vm.expectRevert("BAL#400");
        run(cycle(VAULT, address(vault), 1e18, _buyAt(at3000), Plans.balancer(address(vault), address(usd), poolId)));
    }

    // Callbacks

    function test_Audit05_Callbacks_that_nobody_expects_are_refused() external {
        bytes memory plan = twoPairPlan(1e18);
        address[3] memory callers = [STRANGER, address(at3000), EXECUTOR];
        for (uint256 i = 0; i < callers.length; i++) {
            address self = address(arbitrage);
            _expectUnexpected(callers[i], abi.encodeCall(arbitrage.uniswapV2Call, (self, 1, 0, plan)));
            _expectUnexpected(callers[i], abi.encodeCall(arbitrage.pancakeCall, (self, 1, 0, plan)));
            _expectUnexpected(callers[i], abi.encodeCall(arbitrage.uniswapV3FlashCallback, (0, 0, plan)));
            _expectUnexpected(callers[i], abi.encodeCall(arbitrage.pancakeV3FlashCallback, (0, 0, plan)));
            _expectUnexpected(callers[i], abi.encodeCall(arbitrage.uniswapV3SwapCallback, (1, 0, plan)));
            _expectUnexpected(callers[i], abi.encodeCall(arbitrage.pancakeV3SwapCallback, (1, 0, plan)));
            _expectUnexpected(callers[i], abi.encodeCall(arbitrage.executeOperation, (address(usd), 1, 0, self, plan)));
            _expectUnexpected(
                callers[i],
                abi.encodeCall(arbitrage.receiveFlashLoan, (new address[](1), new uint256[](1), new uint256[](1), plan))
            );
        }
    }

    function test_Audit05_Loans_that_others_ask_for_in_its_name_are_refused() external {
        bytes memory plan = twoPairPlan(1e18);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.UnexpectedCallback.selector, address(at2985)));
        at2985.swap(1e18, 0, address(arbitrage), plan);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.UnexpectedCallback.selector, address(aave)));
        aave.flashLoanSimple(address(arbitrage), address(usd), 1e18, plan, 0);
        (address[] memory tokens, uint256[] memory amounts) = (new address[](1), new uint256[](1));
        (tokens[0], amounts[0]) = (address(usd), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.UnexpectedCallback.selector, address(vault)));
        vault.flashLoan(address(arbitrage), tokens, amounts, plan);
    }

    function test_Audit05_A_hostile_lender_gets_nothing_by_its_callback() external {
        HostileVenue hostile = new HostileVenue();
        _listAs(address(hostile), V2);
        bytes memory plan = abi.encodePacked(Plans.encode(loan(V2, address(hostile), coin, 1e18, 1)), _sellAt(at3030));
        hostile.prepare(HostileVenue.Trick.Silent, "");
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.CallbackMissing.selector, address(hostile)));
        run(plan);
        bytes memory refusal = abi.encodeWithSelector(IFlashArbitrage.UnexpectedCallback.selector, address(hostile));
        hostile.prepare(HostileVenue.Trick.OtherData, twoPairPlan(1e18));
        vm.expectRevert(refusal);
        run(plan);
        hostile.prepare(HostileVenue.Trick.OtherSender, "");
        vm.expectRevert(refusal);
        run(plan);
        hostile.prepare(HostileVenue.Trick.Accomplice, "");
        vm.expectPartialRevert(IFlashArbitrage.UnexpectedCallback.selector);
        run(plan);
        // It has not lent, so the first callback cannot trade: unless coins have strayed in, which pay for it once.
        coin.mint(address(arbitrage), 2e18);
        usd.mint(address(hostile), 1);
        hostile.prepare(HostileVenue.Trick.Twice, "");
        run(plan);
        vm.assertFalse(hostile.wentThrough(), "called back twice");
        vm.assertEq(hostile.answer(), refusal);
    }

    function test_Audit05_A_hostile_pool_gets_nothing_by_its_callback() external {
        HostileVenue hostile = new HostileVenue();
        _listAs(address(hostile), V3);
        bytes memory plan =
            cycle(VAULT, address(vault), 1e18, Plans.v3(address(hostile), address(coin)), _sellAt(at3030));
        hostile.prepare(HostileVenue.Trick.Silent, "");
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.CallbackMissing.selector, address(hostile)));
        run(plan);
        hostile.prepare(HostileVenue.Trick.OtherData, abi.encodePacked(address(usd), uint256(1e30)));
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.UnexpectedCallback.selector, address(hostile)));
        run(plan);
        hostile.prepare(HostileVenue.Trick.Twice, "");
        vm.expectRevert();
        run(plan);
    }

    function test_Audit05_A_lender_that_names_another_initiator_is_refused() external {
        HostileVenue hostile = new HostileVenue();
        _listAs(address(hostile), AAVE);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.UnexpectedCallback.selector, address(hostile)));
        run(cycle(AAVE, address(hostile), 1e18, _buyAt(at2985), _sellAt(at3030)));
    }

    function test_Audit05_A_token_that_calls_back_enters_nowhere() external {
        ReentrantToken hostile = new ReentrantToken();
        MockCurvePool buy = new MockCurvePool(address(usd), address(hostile), 1.1e18);
        MockCurvePool sell = new MockCurvePool(address(usd), address(hostile), 1e18);
        _listAs(address(buy), IFlashArbitrage.Venue.CurveInt128);
        _listAs(address(sell), IFlashArbitrage.Venue.CurveInt128);
        hostile.mint(address(buy), 1e24);
        usd.mint(address(sell), 1e24);
        bytes32 role = arbitrage.EXECUTOR_ROLE();
        vm.prank(ADMIN);
        arbitrage.grantRole(role, address(hostile));
        bytes[2] memory entries =
            [abi.encodeCall(arbitrage.execute, (twoPairPlan(1e18))), abi.encodeCall(arbitrage.sweep, (address(usd)))];
        for (uint256 i = 0; i < entries.length; i++) {
            hostile.arm(address(arbitrage), entries[i]);
            run(
                cycle(
                    VAULT,
                    address(vault),
                    1e18,
                    Plans.curve(false, address(buy), address(hostile), 0, 1),
                    Plans.curve(false, address(sell), address(usd), 1, 0)
                )
            );
            vm.assertEq(hostile.calls(), i + 1);
            vm.assertEq(
                hostile.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
    }

    // Roles, lists, strays

    function test_Audit01_Role_matrix() external {
        address[5] memory callers = [ADMIN, GUARDIAN, EXECUTOR, TREASURY, STRANGER];
        bytes32 admin = arbitrage.DEFAULT_ADMIN_ROLE();
        for (uint256 i = 0; i < callers.length; i++) {
            address c = callers[i];
            _expectRole(c, EXECUTOR, arbitrage.EXECUTOR_ROLE(), abi.encodeCall(arbitrage.execute, (twoPairPlan(1e15))));
            _expectRole(c, ADMIN, admin, abi.encodeCall(arbitrage.setVenue, (address(1), V2)));
            _expectRole(c, ADMIN, admin, abi.encodeCall(arbitrage.setFactory, (address(1), V2)));
            _expectRole(c, ADMIN, admin, abi.encodeCall(arbitrage.setTreasury, (TREASURY)));
            _expectRole(c, GUARDIAN, arbitrage.PAUSER_ROLE(), abi.encodeCall(arbitrage.pause, ()));
            if (!arbitrage.paused()) _pause();
            _expectRole(c, ADMIN, admin, abi.encodeCall(arbitrage.unpause, ()));
            if (arbitrage.paused()) {
                vm.prank(ADMIN);
                arbitrage.unpause();
            }
        }
    }

    function test_Pause_stops_plans_and_nothing_else() external {
        _pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        run(twoPairPlan(1e18));
        usd.mint(address(arbitrage), 5);
        arbitrage.sweep(address(usd));
        vm.prank(ADMIN);
        arbitrage.setVenue(address(at3000), IFlashArbitrage.Venue.Denied);
    }

    function test_Anyone_sweeps_strays_to_the_treasury() external {
        vm.assertEq(arbitrage.sweep(address(usd)), 0);
        usd.mint(address(arbitrage), 5);
        vm.expectEmit(address(arbitrage));
        emit IFlashArbitrage.Swept(address(usd), 5);
        vm.prank(STRANGER);
        vm.assertEq(arbitrage.sweep(address(usd)), 5);
        vm.assertEq(usd.balanceOf(TREASURY), 6);
    }

    function test_Strays_are_not_taken_for_profit() external {
        usd.mint(address(arbitrage), 1000e18);
        coin.mint(address(arbitrage), 1000e18);
        vm.expectPartialRevert(IFlashArbitrage.Unprofitable.selector);
        run(abi.encodePacked(Plans.encode(loan(V2, address(at3030), coin, 1e18, 1)), _sellAt(at3000)));
    }

    function test_Anyone_lists_pools_of_trusted_factories() external {
        MockToken other = new MockToken("OTHER", 18);
        address pair = v2Factory.createPair(address(usd), address(other));
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.FactoryNotTrusted.selector, address(v2Factory)));
        arbitrage.listPool(address(v2Factory), pair);
        vm.startPrank(ADMIN);
        arbitrage.setFactory(address(v2Factory), V2);
        arbitrage.setFactory(address(v3Factory), V3);
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.InvalidFactoryVenue.selector, VAULT));
        arbitrage.setFactory(address(v2Factory), VAULT);
        vm.stopPrank();

        vm.expectEmit(address(arbitrage));
        emit IFlashArbitrage.VenueSet(pair, V2);
        vm.prank(STRANGER);
        arbitrage.listPool(address(v2Factory), pair);
        address pool = v3Factory.createPool(address(coin), address(usd), 500);
        arbitrage.listPool(address(v3Factory), pool);
        vm.assertTrue(arbitrage.venueOf(pool) == V3, "not listed");

        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.AlreadyListed.selector, pair, V2));
        arbitrage.listPool(address(v2Factory), pair);
        _listAs(pool, IFlashArbitrage.Venue.Denied);
        vm.expectRevert(
            abi.encodeWithSelector(IFlashArbitrage.AlreadyListed.selector, pool, IFlashArbitrage.Venue.Denied)
        );
        arbitrage.listPool(address(v3Factory), pool);
    }

    function test_Audit04_A_false_pool_is_not_listed() external {
        vm.prank(ADMIN);
        arbitrage.setFactory(address(v2Factory), V2);
        IActorTradePair foreign = newV2Pair(IV2FactoryFull(deployUniswapV2Factory(address(this))), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFlashArbitrage.NotOfFactory.selector, address(v2Factory), address(foreign))
        );
        arbitrage.listPool(address(v2Factory), address(foreign));
    }

    function test_Nothing_is_set_to_zero() external {
        vm.expectRevert(IFlashArbitrage.ZeroAddress.selector);
        new FlashArbitrage(0, ADMIN, address(0));
        vm.startPrank(ADMIN);
        vm.expectRevert(IFlashArbitrage.ZeroAddress.selector);
        arbitrage.setTreasury(address(0));
        vm.expectRevert(IFlashArbitrage.ZeroAddress.selector);
        arbitrage.setVenue(address(0), V2);
        vm.expectEmit(address(arbitrage));
        emit IFlashArbitrage.TreasuryChanged(TREASURY, STRANGER);
        arbitrage.setTreasury(STRANGER);
        vm.stopPrank();
        run(twoPairPlan(1e18));
        vm.assertGt(usd.balanceOf(STRANGER), 0, "the old treasury got it");
    }

    // Gas

    /// forge-config: default.isolate = true
    function test_Gas_of_arbitrage_over_two_pairs() external {
        vm.warp(NOW + 12);
        // As any pair that has traded: the price sums are not zero.
        at2985.sync();
        at3030.sync();
        vm.warp(NOW + 24);
        bytes memory plan = twoPairPlan(1e18);
        _stretchDeadline(plan);
        vm.prank(EXECUTOR);
        arbitrage.execute(plan);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("arbitrage", "two V2 pairs by flash swap", gas);
        if (!vm.isContext(2)) vm.assertLe(gas, 175_000, "more than 175,000");
    }

    // Parts

    function _stretchDeadline(bytes memory plan) private pure {
        plan[74] = 0xff;
    }

    function _profitOf(IFlashArbitrage.Venue funding, address lender) private returns (uint256 profit) {
        uint256 snapshot = vm.snapshotState();
        usd.mint(EXECUTOR, 3000e18);
        vm.prank(EXECUTOR);
        usd.approve(address(arbitrage), 3000e18);
        profit = run(cycle(funding, lender, 3000e18, _buyAt(at2985), _sellAt(at3030)));
        vm.assertEq(usd.balanceOf(EXECUTOR), 3000e18);
        assertNothingStays();
        vm.revertToState(snapshot);
    }

    function _runCycle(bytes memory buy, bytes memory sell) private {
        uint256 before = usd.balanceOf(TREASURY);
        uint256 profit = run(cycle(AAVE, address(aave), 300e18, buy, sell));
        vm.assertGt(profit, 0, "no profit");
        vm.assertEq(usd.balanceOf(TREASURY), before + profit);
        assertNothingStays();
    }

    function _pause() private {
        vm.prank(GUARDIAN);
        arbitrage.pause();
    }

    function _listAs(address target, IFlashArbitrage.Venue venue) private {
        vm.prank(ADMIN);
        arbitrage.setVenue(target, venue);
    }

    function _buyAt(IActorTradePair pair) private view returns (bytes memory) {
        return Plans.v2(address(pair), address(coin), V2_FEE);
    }

    function _sellAt(IActorTradePair pair) private view returns (bytes memory) {
        return Plans.v2(address(pair), address(usd), V2_FEE);
    }

    function _expectUnprofitable(uint256 got, uint256 wanted) private {
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.Unprofitable.selector, got, wanted));
    }

    function _expectInvalid(bytes memory plan) private {
        vm.expectRevert(IFlashArbitrage.InvalidPlan.selector);
        run(plan);
    }

    function _expectNotListed(address target, IFlashArbitrage.Venue venue, bytes memory plan) private {
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.NotListed.selector, target, venue));
        run(plan);
    }

    function _expectUnexpected(address caller, bytes memory data) private {
        vm.expectRevert(abi.encodeWithSelector(IFlashArbitrage.UnexpectedCallback.selector, caller));
        vm.prank(caller);
        (bool ok,) = address(arbitrage).call(data);
        vm.assertTrue(ok, "the refusal did not come");
    }

    function _expectRole(address caller, address holder, bytes32 role, bytes memory data) private {
        if (caller != holder) {
            vm.expectRevert(
                abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, caller, role)
            );
        }
        vm.prank(caller);
        (bool ok,) = address(arbitrage).call(data);
        vm.assertTrue(ok, "refused where it should not be, or an expected refusal did not come");
    }

    /// @dev Coins and dollars of a pair.
    function _reserves(IActorTradePair pair) private view returns (uint256 coins, uint256 dollars) {
        (uint112 reserve0, uint112 reserve1,) = pair.getReserves();
        return address(coin) < address(usd) ? (reserve0, reserve1) : (reserve1, reserve0);
    }

    /// @dev The least dollars that a pair takes for coins.
    function _owed(IActorTradePair pair, uint256 coins) private view returns (uint256) {
        (uint256 reserveCoins, uint256 dollars) = _reserves(pair);
        return _ceilDiv(dollars * coins * 1000, (reserveCoins - coins) * 997);
    }

    /// @dev The dollars that a pair pays for coins.
    function _bought(IActorTradePair pair, uint256 coins) private view returns (uint256) {
        (uint256 reserveCoins, uint256 dollars) = _reserves(pair);
        return (coins * 997 * dollars) / (reserveCoins * 1000 + coins * 997);
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
