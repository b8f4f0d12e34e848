// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {
    IAccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/IAccessControlDefaultAdminRules.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IFlashArbitrage} from "../../src/arbitrage/IFlashArbitrage.sol";
import {IXERC20} from "../../src/bridge/IXERC20.sol";
import {IPausable} from "../../src/guardian/IPausable.sol";
import {IStablecoin} from "../../src/stablecoin/IStablecoin.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {SuiteDeployment} from "../SuiteDeployment.sol";

/// @notice Every function of every contract that changes anything, called by everybody who has a role, by every
/// contract of the suite, by the deployer and by a stranger. A function that stands in no row fails the test, as does a
/// role that nobody decided on: the lists are read from what the compiler wrote.
/// @dev What is compared is only whether a caller is refused for who it is. Each call is undone.
contract RoleMatrixTest is SuiteDeployment {
    uint256 private constant NOBODY = 0;
    uint256 private constant ANYBODY = type(uint256).max;

    // One bit for each who has a right of its own; the rest of `actors` has none.
    uint256 private constant TIMELOCK = 1 << 0;
    uint256 private constant SAFE = 1 << 1;
    uint256 private constant GUARDIAN = 1 << 2;
    uint256 private constant GOVERNOR = 1 << 3;
    uint256 private constant CLUSTER = 1 << 4;
    uint256 private constant BRIDGES = 1 << 5;
    uint256 private constant LOCKBOX = 1 << 6;
    uint256 private constant VAULTS = 1 << 7;
    uint256 private constant BOTS = 1 << 8;

    struct Contract {
        string name;
        address where;
    }

    Contract[] private suite;
    address[] private actors;

    // By contract and signature, and by contract and the role's name.
    mapping(string => mapping(string => bool)) private known;
    mapping(string => mapping(string => uint256)) private allowed;
    mapping(string => mapping(string => bytes)) private arguments;
    mapping(string => uint256) private rowCount;
    mapping(bytes4 => bool) private refusals;

    function setUp() public {
        vm.warp(1_800_000_000);
        deploySuite();
        suite.push(Contract("Timelock", address(timelock)));
        suite.push(Contract("FlareGovernor", address(governor)));
        suite.push(Contract("Treasury", address(treasury)));
        suite.push(Contract("EmergencyGuardian", address(guardian)));
        suite.push(Contract("FlareToken", address(flare)));
        suite.push(Contract("BridgedFlareToken", address(bridged)));
        suite.push(Contract("XERC20Lockbox", address(lockbox)));
        suite.push(Contract("Staking", address(staking)));
        suite.push(Contract("LiquidityLocker", address(locker)));
        suite.push(Contract("RewardDistributor", address(rewards)));
        suite.push(Contract("ActorTradeFactory", address(factory)));
        suite.push(Contract("ActorTradePair", address(pair)));
        suite.push(Contract("Router", address(router)));
        suite.push(Contract("Stablecoin", address(stablecoin)));
        suite.push(Contract("Vaults", address(vaults)));
        suite.push(Contract("PriceOracle", address(oracle)));
        suite.push(Contract("TwapReader", address(twapReader)));
        suite.push(Contract("LendingPool", address(lending)));
        suite.push(Contract("InterestRateModel", address(rateModel)));
        suite.push(Contract("FlashArbitrage", address(arbitrage)));
        suite.push(Contract("AuditAnchor", address(anchor)));

        // In the order of their bits.
        actors = [address(timelock), address(safe), address(guardian), address(governor), CLUSTER_KEY, BRIDGE];
        actors.push(address(lockbox));
        actors.push(address(vaults));
        actors.push(BOT);
        // Those who must have no right anywhere.
        actors.push(address(this));
        actors.push(address(0xbad));
        actors.push(vm.addr(safeKeys[0]));
        for (uint256 i = 0; i < suite.length; i++) {
            if (!isActor(suite[i].where)) actors.push(suite[i].where);
        }
        noteRefusals();
        noteRows();
    }

    function test_Every_function_answers_everybody_as_its_row_says() public {
        for (uint256 i = 0; i < suite.length; i++) {
            this.checkFunctions(i);
        }
    }

    /// @dev The contracts of src with code are those whose sizes are noted.
    function test_Every_contract_is_in_the_suite() public view {
        string[] memory names = vm.parseJsonKeys(vm.readFile("snapshots/sizes.json"), "$");
        for (uint256 i = 0; i < names.length; i++) {
            bool found = false;
            for (uint256 k = 0; k < suite.length; k++) {
                found = found || keccak256(bytes(suite[k].name)) == keccak256(bytes(names[i]));
            }
            vm.assertTrue(found, string.concat(names[i], " is not in the suite"));
        }
    }

    function test_Every_role_is_held_by_whom_it_should_be() public view {
        for (uint256 i = 0; i < suite.length; i++) {
            this.checkRoles(i);
        }
    }

    function test_One_call_of_the_guardian_pauses_every_contract_that_can_be_paused() public {
        uint256 pausableCount = 0;
        vm.prank(CLUSTER_KEY);
        (uint256 done, uint256 failed) = guardian.declareEmergency("drill", 1);
        for (uint256 i = 0; i < suite.length; i++) {
            if (!this.canBePaused(i)) continue;
            pausableCount++;
            vm.assertTrue(IPausable(suite[i].where).paused(), suite[i].name);
        }
        vm.assertEq(done, pausableCount);
        vm.assertEq(failed, 0);
    }

    /// @dev A call of its own for each contract, so that the memory its artifact takes is given back.
    function checkFunctions(uint256 place) external {
        Contract memory c = suite[place];
        string[] memory signatures = changing(artifact(c));
        for (uint256 i = 0; i < signatures.length; i++) {
            checkFunction(c, signatures[i]);
        }
        vm.assertEq(signatures.length, rowCount[c.name], string.concat(c.name, ": rows of no function"));
    }

    function checkRoles(uint256 place) external view {
        Contract memory c = suite[place];
        string[] memory signatures = vm.parseJsonKeys(artifact(c), ".methodIdentifiers");
        for (uint256 i = 0; i < signatures.length; i++) {
            if (endsWith(signatures[i], "_ROLE()")) checkRole(c, signatures[i]);
        }
    }

    function canBePaused(uint256 place) external view returns (bool) {
        string[] memory signatures = vm.parseJsonKeys(artifact(suite[place]), ".methodIdentifiers");
        for (uint256 i = 0; i < signatures.length; i++) {
            if (keccak256(bytes(signatures[i])) == keccak256("pause()")) return true;
        }
        return false;
    }

    /// @dev Calls, and always reverts with whether the caller was refused, so that nothing remains.
    function attempt(address caller, address target, bytes calldata data) external {
        vm.prank(caller);
        (bool ok, bytes memory answer) = target.call(data);
        bool refused = !ok && answer.length >= 4 && refusals[bytes4(answer)];
        assembly ("memory-safe") {
            mstore(0, refused)
            revert(0, 32)
        }
    }

    function checkFunction(Contract memory c, string memory signature) private {
        vm.assertTrue(known[c.name][signature], string.concat(c.name, ".", signature, " stands in no row"));
        uint256 who = allowed[c.name][signature];
        bytes memory data = abi.encodePacked(bytes4(keccak256(bytes(signature))), arguments[c.name][signature]);
        for (uint256 a = 0; a < actors.length; a++) {
            try this.attempt(actors[a], c.where, data) {}
            catch (bytes memory answer) {
                bool refused = abi.decode(answer, (bool));
                bool expected = (who >> a) & 1 == 0;
                vm.assertEq(refused, expected, string.concat(c.name, ".", signature, " by ", vm.toString(actors[a])));
            }
        }
    }

    function checkRole(Contract memory c, string memory getter) private view {
        (bool ok, bytes memory answer) = c.where.staticcall(abi.encodeWithSignature(getter));
        vm.assertTrue(ok, getter);
        vm.assertTrue(known[c.name][getter], string.concat(c.name, ".", getter, " is nobody's"));
        bytes32 id = abi.decode(answer, (bytes32));
        for (uint256 a = 0; a < actors.length; a++) {
            vm.assertEq(
                IAccessControl(c.where).hasRole(id, actors[a]),
                (allowed[c.name][getter] >> a) & 1 == 1,
                string.concat(c.name, ".", getter, " of ", vm.toString(actors[a]))
            );
        }
        vm.assertFalse(IAccessControl(c.where).hasRole(id, address(0)), "open to all");
    }

    /// @dev How the contracts say: not you.
    function noteRefusals() private {
        refusals[IAccessControl.AccessControlUnauthorizedAccount.selector] = true;
        refusals[IAccessControlDefaultAdminRules.AccessControlInvalidDefaultAdmin.selector] = true;
        refusals[TimelockController.TimelockUnauthorizedCaller.selector] = true;
        refusals[IGovernor.GovernorOnlyExecutor.selector] = true;
        refusals[IFlareToken.MissingRole.selector] = true;
        refusals[IXERC20.NotABridge.selector] = true;
        refusals[IStablecoin.NotVaults.selector] = true;
        refusals[IFlashArbitrage.UnexpectedCallback.selector] = true;
    }

    function noteRows() private {
        noteGovernance();
        noteTokens();
        noteStakingAndRewards();
        noteAmm();
        noteStablecoin();
        noteLending();
        noteOthers();
    }

    function noteGovernance() private {
        string memory c = "Timelock";
        row(c, "schedule(address,uint256,bytes,bytes32,bytes32,uint256)", GOVERNOR);
        row(c, "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)", GOVERNOR);
        row(c, "execute(address,uint256,bytes,bytes32,bytes32)", GOVERNOR);
        row(c, "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)", GOVERNOR);
        row(c, "cancel(bytes32)", GOVERNOR);
        row(c, "updateDelay(uint256)", TIMELOCK);
        row(c, "grantRole(bytes32,address)", TIMELOCK);
        row(c, "revokeRole(bytes32,address)", TIMELOCK);
        row(c, "renounceRole(bytes32,address)", ANYBODY);
        receivers(c);
        role(c, "DEFAULT_ADMIN_ROLE()", TIMELOCK);
        role(c, "PROPOSER_ROLE()", GOVERNOR);
        role(c, "CANCELLER_ROLE()", GOVERNOR);
        role(c, "EXECUTOR_ROLE()", GOVERNOR);

        c = "FlareGovernor";
        row(c, "propose(address[],uint256[],bytes[],string)", ANYBODY);
        row(c, "castVote(uint256,uint8)", ANYBODY);
        row(c, "castVoteBySig(uint256,uint8,address,bytes)", ANYBODY);
        row(c, "castVoteWithReason(uint256,uint8,string)", ANYBODY);
        row(c, "castVoteWithReasonAndParams(uint256,uint8,string,bytes)", ANYBODY);
        row(c, "castVoteWithReasonAndParamsBySig(uint256,uint8,address,string,bytes,bytes)", ANYBODY);
        row(c, "queue(address[],uint256[],bytes[],bytes32)", ANYBODY);
        row(c, "execute(address[],uint256[],bytes[],bytes32)", ANYBODY);
        row(c, "cancel(address[],uint256[],bytes[],bytes32)", ANYBODY);
        row(c, "relay(address,uint256,bytes)", TIMELOCK);
        row(c, "setLateQuorumVoteExtension(uint48)", TIMELOCK);
        row(c, "setProposalThreshold(uint256)", TIMELOCK);
        row(c, "setVotingDelay(uint48)", TIMELOCK);
        row(c, "setVotingPeriod(uint32)", TIMELOCK);
        row(c, "updateQuorumNumerator(uint256)", TIMELOCK);
        row(c, "updateTimelock(address)", TIMELOCK);
        receivers(c);

        c = "Treasury";
        administered(c);
        pausable(c);
        row(c, "spend(address,address,uint256)", TIMELOCK);
        row(c, "payOperating(address,address,uint256)", SAFE);
        row(c, "setOperatingAllowance(address,uint128)", TIMELOCK);
        role(c, "SPENDER_ROLE()", TIMELOCK);
        role(c, "OPERATOR_ROLE()", SAFE);

        c = "EmergencyGuardian";
        administered(c);
        row(c, "declareEmergency(bytes32,uint64)", SAFE | CLUSTER);
        row(c, "endEmergency(uint64)", TIMELOCK);
        row(c, "addTarget(address)", TIMELOCK);
        row(c, "removeTarget(address)", TIMELOCK);
        role(c, "GUARDIAN_ROLE()", SAFE | CLUSTER);
    }

    function noteTokens() private {
        string memory c = "FlareToken";
        flareRows(c);
        row(c, "mint(address,uint256)", TIMELOCK);
        row(c, "burn(uint256)", ANYBODY);
        role(c, "MINTER_ROLE()", TIMELOCK);

        c = "BridgedFlareToken";
        flareRows(c);
        row(c, "mint(address,uint256)", BRIDGES | LOCKBOX);
        row(c, "burn(address,uint256)", BRIDGES | LOCKBOX);
        row(c, "crosschainMint(address,uint256)", BRIDGES | LOCKBOX);
        row(c, "crosschainBurn(address,uint256)", BRIDGES | LOCKBOX);
        row(c, "setLimits(address,uint256,uint256)", TIMELOCK);
        row(c, "setLockbox(address)", TIMELOCK);
        role(c, "BRIDGE_ADMIN_ROLE()", TIMELOCK);

        c = "XERC20Lockbox";
        row(c, "deposit(uint256)", ANYBODY);
        row(c, "depositTo(address,uint256)", ANYBODY);
        row(c, "withdraw(uint256)", ANYBODY);
        row(c, "withdrawTo(address,uint256)", ANYBODY);
    }

    function flareRows(string memory c) private {
        administered(c);
        pausable(c);
        token(c);
        row(c, "delegate(address)", ANYBODY);
        row(c, "delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)", ANYBODY);
        row(c, "distributeTax()", ANYBODY);
        row(c, "snapshot()", SAFE);
        row(c, "scheduleFreeze(address)", SAFE);
        row(c, "executeFreeze(address)", SAFE);
        row(c, "cancelFreeze(address)", SAFE | TIMELOCK);
        row(c, "unfreeze(address)", SAFE | TIMELOCK);
        row(c, "setMarketPair(address,bool)", TIMELOCK);
        row(c, "setTaxExempt(address,bool)", TIMELOCK);
        row(c, "setTaxRates((uint16,uint16,uint16,uint16))", TIMELOCK);
        row(c, "setTaxReceivers((address,address,address))", TIMELOCK);
        role(c, "TAX_SETTER_ROLE()", TIMELOCK);
        role(c, "BLACKLISTER_ROLE()", SAFE);
        role(c, "SNAPSHOT_ROLE()", SAFE);
    }

    function noteStakingAndRewards() private {
        string memory c = "Staking";
        administered(c);
        pausable(c);
        row(c, "stake(uint256,uint256)", ANYBODY);
        row(c, "stakeWithPermit(uint256,uint256,uint256,uint8,bytes32,bytes32)", ANYBODY);
        row(c, "claim(uint256)", ANYBODY);
        row(c, "withdraw(uint256,uint256)", ANYBODY);
        row(c, "emergencyWithdraw(uint256)", ANYBODY);
        row(c, "endBoost(uint256)", ANYBODY);
        row(c, "streamReceived()", ANYBODY);
        row(c, "fund(uint256)", TIMELOCK);
        row(c, "addTier(uint32,uint32)", TIMELOCK);
        row(c, "setTierOpen(uint256,bool)", TIMELOCK);
        row(c, "setStreamDuration(uint64)", TIMELOCK);
        role(c, "REWARDER_ROLE()", TIMELOCK);

        c = "LiquidityLocker";
        row(c, "lock(address,uint256,address,uint64)", ANYBODY);
        row(c, "extend(uint256,uint64)", ANYBODY);
        row(c, "withdraw(uint256)", ANYBODY);

        c = "RewardDistributor";
        administered(c);
        pausable(c);
        row(c, "publish(bytes32,uint256,uint64)", SAFE);
        row(c, "takeBack(uint256)", TIMELOCK);
        row(c, "setTreasury(address)", TIMELOCK);
        row(c, "claim(uint256,uint256,address,uint256,bytes32[])", ANYBODY);
        row(c, "expire(uint256)", ANYBODY);
        role(c, "ROOT_ROLE()", SAFE);
    }

    function noteAmm() private {
        string memory c = "ActorTradeFactory";
        administered(c);
        pausable(c);
        row(c, "createPair(address,address)", ANYBODY);
        row(c, "setTreasury(address)", TIMELOCK);

        c = "ActorTradePair";
        token(c);
        row(c, "mint(address)", ANYBODY);
        row(c, "burn(address)", ANYBODY);
        row(c, "swap(uint256,uint256,address,bytes)", ANYBODY);
        row(c, "skim(address)", ANYBODY);
        row(c, "sync()", ANYBODY);
        row(c, "collectProtocolFee()", ANYBODY);

        c = "Router";
        row(c, "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)", ANYBODY);
        row(c, "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)", ANYBODY);
        row(c, "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256)", ANYBODY);
        row(c, "removeLiquidityETH(address,uint256,uint256,uint256,address,uint256)", ANYBODY);
        string memory signed = ",bool,uint8,bytes32,bytes32)";
        string memory removal = "(address,uint256,uint256,uint256,address,uint256";
        row(c, string.concat("removeLiquidityETHSupportingFeeOnTransferTokens", removal, ")"), ANYBODY);
        row(c, string.concat("removeLiquidityETHWithPermit", removal, signed), ANYBODY);
        row(c, string.concat("removeLiquidityETHWithPermitSupportingFeeOnTransferTokens", removal, signed), ANYBODY);
        row(
            c,
            string.concat("removeLiquidityWithPermit(address,address,uint256,uint256,uint256,address,uint256", signed),
            ANYBODY
        );
        string memory coinsIn = "(uint256,address[],address,uint256)";
        string memory tokensIn = "(uint256,uint256,address[],address,uint256)";
        row(c, string.concat("swapETHForExactTokens", coinsIn), ANYBODY);
        row(c, string.concat("swapExactETHForTokens", coinsIn), ANYBODY);
        row(c, string.concat("swapExactETHForTokensSupportingFeeOnTransferTokens", coinsIn), ANYBODY);
        row(c, string.concat("swapExactTokensForETH", tokensIn), ANYBODY);
        row(c, string.concat("swapExactTokensForETHSupportingFeeOnTransferTokens", tokensIn), ANYBODY);
        row(c, string.concat("swapExactTokensForTokens", tokensIn), ANYBODY);
        row(c, string.concat("swapExactTokensForTokensSupportingFeeOnTransferTokens", tokensIn), ANYBODY);
        row(c, string.concat("swapTokensForExactETH", tokensIn), ANYBODY);
        row(c, string.concat("swapTokensForExactTokens", tokensIn), ANYBODY);
    }

    function noteStablecoin() private {
        string memory c = "Stablecoin";
        administered(c);
        pausable(c);
        token(c);
        row(c, "mint(address,uint256)", VAULTS);
        row(c, "burn(address,uint256)", VAULTS);

        c = "Vaults";
        administered(c);
        pausable(c);
        string memory params = "(address,(uint128,uint128,uint96,uint32,uint32,uint32,uint32,uint16,uint16))";
        row(c, string.concat("listCollateral", params), TIMELOCK);
        row(c, string.concat("setCollateralParams", params), TIMELOCK);
        row(c, "setGlobalDebtCeiling(uint256)", TIMELOCK);
        row(c, "setSurplusBuffer(uint256)", TIMELOCK);
        row(c, "setOracle(address)", TIMELOCK);
        row(c, "setTreasury(address)", TIMELOCK);
        row(c, "freezePriceByAdmin(address,uint256)", TIMELOCK);
        row(c, "settle()", TIMELOCK);
        row(c, "open(address)", ANYBODY);
        row(c, "deposit(uint256,uint256)", ANYBODY);
        row(c, "withdraw(uint256,uint256,address)", ANYBODY);
        row(c, "draw(uint256,uint256,address)", ANYBODY);
        row(c, "repay(uint256,uint256)", ANYBODY);
        row(c, "close(uint256,address)", ANYBODY);
        row(c, "accrue(address)", ANYBODY);
        row(c, "liquidate(uint256,uint256,address)", ANYBODY);
        row(c, "redeem(uint256,uint256,uint256,address)", ANYBODY);
        row(c, "recapitalise(uint256)", ANYBODY);
        row(c, "distributeSurplus()", ANYBODY);
        row(c, "freezePrice(address)", ANYBODY);
        row(c, "settleVault(uint256)", ANYBODY);
        row(c, "openCashOut()", ANYBODY);
        row(c, "surrender(uint256)", ANYBODY);
        row(c, "claim(address,address)", ANYBODY);
        row(c, "claimForTreasury(address)", ANYBODY);
        role(c, "SETTLER_ROLE()", TIMELOCK);
    }

    function noteLending() private {
        string memory c = "PriceOracle";
        administered(c);
        row(c, "setFeed(address,(address,uint32,uint16,uint128,uint128,address))", TIMELOCK);
        row(c, "removeFeed(address)", TIMELOCK);

        row("TwapReader", "poke(address)", ANYBODY);

        c = "LendingPool";
        administered(c);
        pausable(c);
        string memory params = "(address,(uint128,uint128,uint128,uint16,uint16,uint16,uint16,bool,bool),address)";
        row(c, string.concat("listMarket", params), TIMELOCK);
        row(c, string.concat("setMarketParams", params), TIMELOCK);
        row(c, "setFlashLoanPremium(uint128)", TIMELOCK);
        row(c, "setOracle(address)", TIMELOCK);
        row(c, "setTreasury(address)", TIMELOCK);
        row(c, "supply(address,uint256,address)", ANYBODY);
        row(c, "withdraw(address,uint256,address)", ANYBODY);
        row(c, "borrow(address,uint256,address)", ANYBODY);
        row(c, "repay(address,uint256,address)", ANYBODY);
        row(c, "enableCollateral(address)", ANYBODY);
        row(c, "disableCollateral(address)", ANYBODY);
        row(c, "liquidate(address,address,address,uint256,bool,address)", ANYBODY);
        row(c, "flashLoanSimple(address,address,uint256,bytes,uint16)", ANYBODY);
        row(c, "accrue(address)", ANYBODY);
        row(c, "collectReserves(address)", ANYBODY);
        row(c, "coverDeficit(address,uint256)", ANYBODY);
        row(c, "coverDeficitFromReserves(address)", ANYBODY);
    }

    function noteOthers() private {
        string memory c = "FlashArbitrage";
        administered(c);
        pausable(c);
        row(c, "execute(bytes)", BOTS);
        row(c, "setVenue(address,uint8)", TIMELOCK);
        row(c, "setFactory(address,uint8)", TIMELOCK);
        row(c, "setTreasury(address)", TIMELOCK);
        row(c, "listPool(address,address)", ANYBODY);
        row(c, "sweep(address)", ANYBODY);
        row(c, "uniswapV2Call(address,uint256,uint256,bytes)", NOBODY);
        row(c, "pancakeCall(address,uint256,uint256,bytes)", NOBODY);
        row(c, "uniswapV3FlashCallback(uint256,uint256,bytes)", NOBODY);
        row(c, "pancakeV3FlashCallback(uint256,uint256,bytes)", NOBODY);
        row(c, "uniswapV3SwapCallback(int256,int256,bytes)", NOBODY);
        row(c, "pancakeV3SwapCallback(int256,int256,bytes)", NOBODY);
        row(c, "executeOperation(address,uint256,uint256,address,bytes)", NOBODY);
        row(c, "receiveFlashLoan(address[],uint256[],uint256[],bytes)", NOBODY);
        role(c, "EXECUTOR_ROLE()", BOTS);

        c = "AuditAnchor";
        administered(c);
        row(c, "setSigner(bytes32,address,bool)", TIMELOCK);
        row(c, "anchor(bytes32,uint64,bytes32,uint64,address,bytes,bytes32[])", ANYBODY);
    }

    /// @dev Of every contract whose admin changes with a delay. Nobody is to take over, as nobody was named.
    function administered(string memory c) private {
        row(c, "acceptDefaultAdminTransfer()", NOBODY);
        row(c, "beginDefaultAdminTransfer(address)", TIMELOCK);
        row(c, "cancelDefaultAdminTransfer()", TIMELOCK);
        row(c, "changeDefaultAdminDelay(uint48)", TIMELOCK);
        row(c, "rollbackDefaultAdminDelay()", TIMELOCK);
        row(c, "grantRole(bytes32,address)", TIMELOCK);
        row(c, "revokeRole(bytes32,address)", TIMELOCK);
        row(c, "renounceRole(bytes32,address)", ANYBODY);
        // The admin's own role is granted and revoked by nobody: another.
        arguments[c]["grantRole(bytes32,address)"] = abi.encode(keccak256("PAUSER_ROLE"), address(0xbad));
        arguments[c]["revokeRole(bytes32,address)"] = abi.encode(keccak256("PAUSER_ROLE"), address(0xbad));
        role(c, "DEFAULT_ADMIN_ROLE()", TIMELOCK);
    }

    function pausable(string memory c) private {
        row(c, "pause()", GUARDIAN);
        row(c, "unpause()", TIMELOCK);
        role(c, "PAUSER_ROLE()", GUARDIAN);
    }

    function token(string memory c) private {
        row(c, "approve(address,uint256)", ANYBODY);
        row(c, "transfer(address,uint256)", ANYBODY);
        row(c, "transferFrom(address,address,uint256)", ANYBODY);
        row(c, "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", ANYBODY);
    }

    function receivers(string memory c) private {
        row(c, "onERC721Received(address,address,uint256,bytes)", ANYBODY);
        row(c, "onERC1155Received(address,address,uint256,uint256,bytes)", ANYBODY);
        row(c, "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)", ANYBODY);
    }

    /// @dev Arguments of zeros only: an array or text at offset zero has the length that stands there, zero.
    function row(string memory c, string memory signature, uint256 who) private {
        known[c][signature] = true;
        allowed[c][signature] = who;
        arguments[c][signature] = new bytes(32 * 16);
        rowCount[c]++;
    }

    function role(string memory c, string memory getter, uint256 who) private {
        known[c][getter] = true;
        allowed[c][getter] = who;
    }

    /// @dev The signatures of the functions that are neither view nor pure. As forge writes an artifact, the interface
    /// comes first, and of a function first its type and name, last its mutability.
    function changing(string memory json) private pure returns (string[] memory found) {
        string[] memory all = vm.parseJsonKeys(json, ".methodIdentifiers");
        string memory abiText = vm.split(json, '],"bytecode":{')[0];
        string[] memory functions = vm.split(abiText, '{"type":"function","name":"');
        string[] memory names = new string[](functions.length - 1);
        for (uint256 i = 1; i < functions.length; i++) {
            string[] memory mutability = vm.split(functions[i], '"stateMutability":"');
            vm.assertGe(mutability.length, 2, "an artifact that is written in another way");
            bool changes = startsWith(mutability[1], "nonpayable") || startsWith(mutability[1], "payable");
            if (changes) names[i - 1] = vm.split(functions[i], '"')[0];
        }
        found = new string[](all.length);
        uint256 count = 0;
        for (uint256 i = 0; i < all.length; i++) {
            for (uint256 k = 0; k < names.length; k++) {
                if (bytes(names[k]).length != 0 && startsWith(all[i], string.concat(names[k], "("))) {
                    found[count++] = all[i];
                    break;
                }
            }
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    /// @dev What forge wrote of the contract when it built.
    function artifact(Contract memory c) private view returns (string memory) {
        return vm.readFile(string.concat("out/", c.name, ".sol/", c.name, ".json"));
    }

    function isActor(address who) private view returns (bool) {
        for (uint256 i = 0; i < actors.length; i++) {
            if (actors[i] == who) return true;
        }
        return false;
    }

    function startsWith(string memory text, string memory start) private pure returns (bool) {
        return part(text, 0, bytes(start).length) == keccak256(bytes(start));
    }

    function endsWith(string memory text, string memory end) private pure returns (bool) {
        uint256 length = bytes(text).length;
        uint256 size = bytes(end).length;
        return length >= size && part(text, length - size, size) == keccak256(bytes(end));
    }

    /// @dev The hash of the text's bytes from a place on; of nothing where they are too few.
    function part(string memory text, uint256 from, uint256 size) private pure returns (bytes32 hash) {
        if (bytes(text).length < from + size) return keccak256("");
        assembly ("memory-safe") {
            hash := keccak256(add(add(text, 32), from), size)
        }
    }
}
