// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FlareToken} from "../../src/token/FlareToken.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {Base} from "../Base.sol";

/// @notice Moves FLS among a few accounts in every way there is, beside a plain model of what should come of it.
contract FlareHandler is Base {
    uint256 public constant ACTORS = 6;

    FlareToken public immutable flare;
    address[ACTORS] public actors;

    mapping(address => uint256) public modelBalance;
    mapping(address => address) public modelDelegate;
    mapping(address => bool) public modelFrozen;
    mapping(uint48 => mapping(address => uint256)) public modelAt;
    mapping(uint48 => uint256) public modelSupplyAt;
    uint48[] public snapshots;
    uint256 public minted;
    uint256 public burnt;
    /// @dev Calls that went through, or not, against what the model expected. A revert here would go unnoticed.
    uint256 public surprises;

    constructor() {
        flare = new FlareToken(0, address(this), address(0xac7), 1_000_000e18);
        flare.grantRole(flare.MINTER_ROLE(), address(this));
        flare.grantRole(flare.PAUSER_ROLE(), address(this));
        flare.grantRole(flare.BLACKLISTER_ROLE(), address(this));
        flare.grantRole(flare.TAX_SETTER_ROLE(), address(this));
        flare.grantRole(flare.SNAPSHOT_ROLE(), address(this));
        for (uint256 i = 0; i < ACTORS; i++) {
            actors[i] = address(uint160(0xac7 + i));
        }
        minted = 1_000_000e18;
        modelBalance[actors[0]] = minted;
        // The last two are pairs; the fourth is exempt; the token is the seventh holder.
        flare.setMarketPair(actors[4], true);
        flare.setMarketPair(actors[5], true);
        flare.setTaxExempt(actors[3], true);
        flare.setTaxReceivers(IFlareToken.TaxReceivers(actors[0], actors[1], actors[2]));
        flare.setTaxRates(IFlareToken.TaxRates(123, 500, 3333, 3333));
    }

    function transfer(uint256 fromSeed, uint256 toSeed, uint256 value, bool byAllowance) external {
        address from = actors[fromSeed % ACTORS];
        address to = actors[toSeed % ACTORS];
        // One in four is all there is, of the others one in eight is too much.
        value = value % 4 == 0 ? modelBalance[from] : bound(value, 0, modelBalance[from] + modelBalance[from] / 8);
        bool expected = value <= modelBalance[from] && !modelFrozen[from] && !modelFrozen[to] && !flare.paused();
        bool done;
        if (byAllowance) {
            vm.prank(from);
            flare.approve(address(this), value);
            try flare.transferFrom(from, to, value) {
                done = true;
            } catch {}
        } else {
            vm.prank(from);
            try flare.transfer(to, value) {
                done = true;
            } catch {}
        }
        if (done != expected) surprises++;
        if (!done) return;
        uint256 tax = modelTax(fromSeed % ACTORS, toSeed % ACTORS, value);
        modelBalance[from] -= value;
        modelBalance[to] += value - tax;
        modelBalance[address(flare)] += tax;
    }

    function mint(uint256 toSeed, uint256 value) external {
        address to = actors[toSeed % ACTORS];
        value = bound(value, 0, 10_000e18);
        try flare.mint(to, value) {
            minted += value;
            modelBalance[to] += value;
        } catch {
            if (!(modelFrozen[to] || flare.paused())) surprises++;
        }
    }

    function burn(uint256 fromSeed, uint256 value) external {
        address from = actors[fromSeed % ACTORS];
        value = bound(value, 0, modelBalance[from]);
        vm.prank(from);
        try flare.burn(value) {
            burnt += value;
            modelBalance[from] -= value;
        } catch {
            if (!(modelFrozen[from] || flare.paused())) surprises++;
        }
    }

    function delegate(uint256 fromSeed, uint256 toSeed) external {
        address from = actors[fromSeed % ACTORS];
        // Mostly nobody, so that ordinary accounts remain.
        address to = toSeed % 4 != 0 ? address(0) : actors[toSeed % ACTORS];
        vm.prank(from);
        flare.delegate(to);
        modelDelegate[from] = to;
    }

    function freezeOrUnfreeze(uint256 seed) external {
        address account = actors[seed % 3];
        if (modelFrozen[account]) {
            flare.unfreeze(account);
        } else {
            flare.scheduleFreeze(account);
            vm.warp(block.timestamp + 2 days);
            flare.executeFreeze(account);
        }
        modelFrozen[account] = !modelFrozen[account];
    }

    function pauseOrUnpause(uint256 seed) external {
        if (flare.paused()) flare.unpause();
        else if (seed % 4 == 0) flare.pause();
    }

    function snapshot() external {
        if (snapshots.length == 8) return;
        vm.warp(block.timestamp + 1 hours);
        uint48 t = flare.snapshot();
        snapshots.push(t);
        for (uint256 i = 0; i < ACTORS; i++) {
            modelAt[t][actors[i]] = modelBalance[actors[i]];
        }
        modelAt[t][address(flare)] = modelBalance[address(flare)];
        modelSupplyAt[t] = minted - burnt;
    }

    function distribute() external {
        uint256 collected = modelBalance[address(flare)];
        try flare.distributeTax() {
            uint256 part = collected * 3333 / 10_000;
            modelBalance[address(flare)] = 0;
            modelBalance[actors[0]] += collected - 2 * part;
            modelBalance[actors[1]] += part;
            modelBalance[actors[2]] += part;
        } catch {
            bool frozen = modelFrozen[actors[0]] || modelFrozen[actors[1]] || modelFrozen[actors[2]];
            if (!(frozen || flare.paused())) surprises++;
        }
    }

    function snapshotCount() external view returns (uint256) {
        return snapshots.length;
    }

    function modelTax(uint256 from, uint256 to, uint256 value) private pure returns (uint256) {
        if (from == 3 || to == 3) return 0;
        if (to >= 4) return value * 500 / 10_000;
        return from >= 4 ? value * 123 / 10_000 : 0;
    }
}

contract FlareTokenInvariants is Base {
    FlareHandler internal handler;
    FlareToken internal flare;
    address[] internal holders;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new FlareHandler();
        flare = handler.flare();
        for (uint256 i = 0; i < handler.ACTORS(); i++) {
            holders.push(handler.actors(i));
        }
        holders.push(address(flare));
        bytes4[] memory actions = new bytes4[](13);
        actions[0] = FlareHandler.transfer.selector;
        actions[1] = FlareHandler.transfer.selector;
        actions[2] = FlareHandler.mint.selector;
        actions[3] = FlareHandler.burn.selector;
        actions[4] = FlareHandler.delegate.selector;
        actions[5] = FlareHandler.freezeOrUnfreeze.selector;
        actions[6] = FlareHandler.pauseOrUnpause.selector;
        actions[7] = FlareHandler.snapshot.selector;
        actions[8] = FlareHandler.distribute.selector;
        for (uint256 i = 9; i < actions.length; i++) {
            actions[i] = FlareHandler.transfer.selector;
        }
        targetContract(address(handler));
        targetSelectors(address(handler), actions);
    }

    /// @dev Balances are the model's, which knows of no other change than transfers, mints and burns.
    function invariant_Balances_sum_to_the_supply_and_votes_are_of_those_who_delegated() public view {
        uint256 sum = 0;
        uint256[] memory votes = new uint256[](holders.length);
        for (uint256 i = 0; i < holders.length; i++) {
            uint256 balance = flare.balanceOf(holders[i]);
            vm.assertEq(balance, handler.modelBalance(holders[i]), "balance");
            sum += balance;
            address delegatee = handler.modelDelegate(holders[i]);
            for (uint256 k = 0; k < holders.length; k++) {
                if (delegatee == holders[k]) votes[k] += balance;
            }
        }
        vm.assertEq(handler.surprises(), 0, "calls go through exactly where they may");
        vm.assertEq(sum, flare.totalSupply(), "supply");
        vm.assertEq(sum, handler.minted() - handler.burnt(), "only mint and burn change the supply");
        for (uint256 k = 0; k < holders.length; k++) {
            vm.assertEq(flare.getVotes(holders[k]), votes[k], "votes");
        }
    }

    /// @dev History never changes, so once at the end of a run is enough.
    function afterInvariant() public view {
        vm.assertEq(flare.balanceOf(address(0)), 0, "nobody's");
        for (uint256 n = 0; n < handler.snapshotCount(); n++) {
            uint48 t = handler.snapshots(n);
            vm.assertEq(flare.totalSupplyAt(t), handler.modelSupplyAt(t), "supply at a snapshot");
            for (uint256 i = 0; i < holders.length; i++) {
                vm.assertEq(flare.balanceOfAt(holders[i], t), handler.modelAt(t, holders[i]), "balance at a snapshot");
            }
        }
    }
}
