// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActorTradeFactory} from "../src/amm/ActorTradeFactory.sol";
import {ActorTradePair} from "../src/amm/ActorTradePair.sol";
import {Router} from "../src/amm/Router.sol";
import {FlashArbitrage} from "../src/arbitrage/FlashArbitrage.sol";
import {AuditAnchor} from "../src/audit/AuditAnchor.sol";
import {BridgedFlareToken} from "../src/bridge/BridgedFlareToken.sol";
import {XERC20Lockbox} from "../src/bridge/XERC20Lockbox.sol";
import {FlareGovernor} from "../src/governance/FlareGovernor.sol";
import {Timelock} from "../src/governance/Timelock.sol";
import {Treasury} from "../src/governance/Treasury.sol";
import {EmergencyGuardian} from "../src/guardian/EmergencyGuardian.sol";
import {InterestRateModel} from "../src/lending/InterestRateModel.sol";
import {LendingPool} from "../src/lending/LendingPool.sol";
import {LiquidityLocker} from "../src/locker/LiquidityLocker.sol";
import {IAggregatorV3} from "../src/oracle/IAggregatorV3.sol";
import {PriceOracle} from "../src/oracle/PriceOracle.sol";
import {TwapReader} from "../src/oracle/TwapReader.sol";
import {RewardDistributor} from "../src/rewards/RewardDistributor.sol";
import {Stablecoin} from "../src/stablecoin/Stablecoin.sol";
import {Vaults} from "../src/stablecoin/Vaults.sol";
import {Staking} from "../src/staking/Staking.sol";
import {FlareToken} from "../src/token/FlareToken.sol";
import {IFlareToken} from "../src/token/IFlareToken.sol";
import {Artifacts} from "./mocks/Artifacts.sol";
import {ISafe, SafeFixture} from "./mocks/SafeFixture.sol";

/// @notice The whole suite as it is deployed on its home chain, in the order and with the roles of docs/adr/0026: every
/// admin is the timelock from the first block; the deployer (this contract) sets all up by operations of the timelock,
/// and hands it over to the governor in the last.
abstract contract SuiteDeployment is SafeFixture, Artifacts {
    uint48 internal constant ADMIN_DELAY = 3 days;
    uint48 internal constant TIMELOCK_DELAY = 2 days;
    uint256 internal constant FIRST_SUPPLY = 400_000_000e18;
    uint256 internal constant BRIDGE_LIMIT = 1_000_000e18;

    /// @dev The key with which the cluster mirrors its emergencies.
    address internal constant CLUSTER_KEY = address(0xc105);
    /// @dev The key that sends the cluster's arbitrage.
    address internal constant BOT = address(0xb07);
    address internal constant BRIDGE = address(0xb41d6e);

    ISafe internal safe;
    Timelock internal timelock;
    Treasury internal treasury;
    FlareToken internal flare;
    FlareGovernor internal governor;
    EmergencyGuardian internal guardian;
    Staking internal staking;
    LiquidityLocker internal locker;
    RewardDistributor internal rewards;
    ActorTradeFactory internal factory;
    ActorTradePair internal pair;
    Router internal router;
    TwapReader internal twapReader;
    PriceOracle internal oracle;
    Vaults internal vaults;
    Stablecoin internal stablecoin;
    LendingPool internal lending;
    InterestRateModel internal rateModel;
    FlashArbitrage internal arbitrage;
    AuditAnchor internal anchor;
    BridgedFlareToken internal bridged;
    XERC20Lockbox internal lockbox;

    address[] private _targets;
    bytes[] private _calls;

    function deploySuite() internal {
        safe = deploySafe();
        address[] memory deployer = new address[](1);
        deployer[0] = address(this);
        timelock = new Timelock(0, deployer, deployer);
        address admin = address(timelock);
        treasury = new Treasury(ADMIN_DELAY, admin);
        flare = new FlareToken(ADMIN_DELAY, admin, address(treasury), FIRST_SUPPLY);
        governor = new FlareGovernor(flare, timelock, FlareGovernor.Settings(1 days, 5 days, 2 days, 1_000_000e18, 4));
        guardian = new EmergencyGuardian(ADMIN_DELAY, admin);
        staking = new Staking(flare, ADMIN_DELAY, admin);
        locker = new LiquidityLocker();
        rewards = new RewardDistributor(flare, address(treasury), 1 days, ADMIN_DELAY, admin);
        factory = new ActorTradeFactory(ADMIN_DELAY, admin, address(treasury));
        router = new Router(address(factory), deployWeth());
        twapReader = new TwapReader(30 minutes, 4 hours);
        oracle = new PriceOracle(ADMIN_DELAY, admin, twapReader, IAggregatorV3(address(0)), 0);
        vaults = new Vaults(ADMIN_DELAY, admin, address(oracle), address(treasury));
        stablecoin = Stablecoin(address(vaults.stablecoin()));
        lending = new LendingPool(ADMIN_DELAY, admin, address(oracle), address(treasury));
        // 1 % a year, 5 % more at 80 % of use, 100 % more above, by the second.
        rateModel = new InterestRateModel(317097919837645866, 1585489599188229326, 31709791983764586504, 0.8e27);
        pair = ActorTradePair(factory.createPair(address(flare), address(stablecoin)));
        arbitrage = new FlashArbitrage(ADMIN_DELAY, admin, address(treasury));
        anchor = new AuditAnchor(ADMIN_DELAY, admin);
        bridged = new BridgedFlareToken(ADMIN_DELAY, admin, address(treasury));
        lockbox = new XERC20Lockbox(bridged, flare);
        _grantRoles();
        _configure();
        _handOver();
    }

    /// @dev Who holds what; the role matrix says it once more, and compares.
    function _grantRoles() private {
        _grant(address(flare), "MINTER_ROLE", address(timelock));
        _grant(address(flare), "TAX_SETTER_ROLE", address(timelock));
        _grant(address(flare), "BLACKLISTER_ROLE", address(safe));
        _grant(address(flare), "SNAPSHOT_ROLE", address(safe));
        _grant(address(bridged), "BRIDGE_ADMIN_ROLE", address(timelock));
        _grant(address(bridged), "TAX_SETTER_ROLE", address(timelock));
        _grant(address(bridged), "BLACKLISTER_ROLE", address(safe));
        _grant(address(bridged), "SNAPSHOT_ROLE", address(safe));
        _grant(address(treasury), "SPENDER_ROLE", address(timelock));
        _grant(address(treasury), "OPERATOR_ROLE", address(safe));
        _grant(address(guardian), "GUARDIAN_ROLE", address(safe));
        _grant(address(guardian), "GUARDIAN_ROLE", CLUSTER_KEY);
        _grant(address(staking), "REWARDER_ROLE", address(timelock));
        _grant(address(rewards), "ROOT_ROLE", address(safe));
        _grant(address(vaults), "SETTLER_ROLE", address(timelock));
        _grant(address(arbitrage), "EXECUTOR_ROLE", BOT);
        address[] memory pausable = pausables();
        for (uint256 i = 0; i < pausable.length; i++) {
            _grant(pausable[i], "PAUSER_ROLE", address(guardian));
            _add(address(guardian), abi.encodeCall(guardian.addTarget, (pausable[i])));
        }
        _run();
    }

    function _configure() private {
        address[5] memory exempt =
            [address(treasury), address(staking), address(rewards), address(lockbox), address(arbitrage)];
        for (uint256 i = 0; i < exempt.length; i++) {
            _add(address(flare), abi.encodeCall(flare.setTaxExempt, (exempt[i], true)));
        }
        _add(address(bridged), abi.encodeCall(bridged.setTaxExempt, (address(lockbox), true)));
        _add(address(flare), abi.encodeCall(flare.setMarketPair, (address(pair), true)));
        IFlareToken.TaxReceivers memory receivers =
            IFlareToken.TaxReceivers(address(treasury), address(staking), address(treasury));
        _add(address(flare), abi.encodeCall(flare.setTaxReceivers, (receivers)));
        _add(address(bridged), abi.encodeCall(bridged.setLockbox, (address(lockbox))));
        _add(address(bridged), abi.encodeCall(bridged.setLimits, (BRIDGE, BRIDGE_LIMIT, BRIDGE_LIMIT)));
        _run();
    }

    function _handOver() private {
        string[3] memory roles = ["PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"];
        for (uint256 i = 0; i < roles.length; i++) {
            bytes32 role = keccak256(bytes(roles[i]));
            _add(address(timelock), abi.encodeCall(timelock.grantRole, (role, address(governor))));
            _add(address(timelock), abi.encodeCall(timelock.revokeRole, (role, address(this))));
        }
        _add(address(timelock), abi.encodeCall(timelock.updateDelay, (TIMELOCK_DELAY)));
        _run();
    }

    /// @dev Every contract that the guardian pauses.
    function pausables() internal view returns (address[] memory list) {
        list = new address[](10);
        list[0] = address(flare);
        list[1] = address(bridged);
        list[2] = address(treasury);
        list[3] = address(staking);
        list[4] = address(rewards);
        list[5] = address(factory);
        list[6] = address(stablecoin);
        list[7] = address(vaults);
        list[8] = address(arbitrage);
        list[9] = address(lending);
    }

    function _grant(address target, string memory role, address holder) private {
        _add(target, abi.encodeCall(flare.grantRole, (keccak256(bytes(role)), holder)));
    }

    function _add(address target, bytes memory data) private {
        _targets.push(target);
        _calls.push(data);
    }

    /// @dev All that was added, as one operation of the timelock.
    function _run() private {
        uint256[] memory values = new uint256[](_targets.length);
        timelock.scheduleBatch(_targets, values, _calls, 0, 0, 0);
        timelock.executeBatch(_targets, values, _calls, 0, 0);
        delete _targets;
        delete _calls;
    }
}
