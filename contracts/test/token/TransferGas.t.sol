// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {FlareToken} from "../../src/token/FlareToken.sol";
import {IFlareToken} from "../../src/token/IFlareToken.sol";
import {Base} from "../Base.sol";

/// @dev The peer of the goal: what OpenZeppelin's permit token is without anything else.
contract PermitPeer is ERC20Permit {
    constructor(address to, uint256 supply) ERC20("Flare", "FLS") ERC20Permit("Flare") {
        _mint(to, supply);
    }
}

/// @dev The peer in kind: votes as well, but no pause, history, freezes or tax.
contract VotesPeer is ERC20Permit, ERC20Votes {
    constructor(address to, uint256 supply) ERC20("Flare", "FLS") ERC20Permit("Flare") {
        _mint(to, supply);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}

/// @notice What a transaction costs in gas, with its 21,000, side by side.
/// forge-config: default.isolate = true
contract TransferGasTest is Base {
    address internal immutable ALICE = vm.addr(0xa11ce);
    address internal immutable BOB = vm.addr(0xb0b);
    address internal immutable CAROL = vm.addr(0xca401);
    address internal immutable PAIR = vm.addr(0x9a19);

    PermitPeer internal permit;
    VotesPeer internal votes;
    FlareToken internal flare;

    function setUp() public {
        vm.warp(1_800_000_000);
        permit = new PermitPeer(ALICE, 1e24);
        votes = new VotesPeer(ALICE, 1e24);
        flare = new FlareToken(1 days, address(this), ALICE, 1e24);
        flare.grantRole(flare.TAX_SETTER_ROLE(), address(this));
        flare.grantRole(flare.SNAPSHOT_ROLE(), address(this));
        measure(permit, BOB, "");
        measure(votes, BOB, "");
        measure(flare, BOB, "");
    }

    function test_Transfer_to_a_holder_costs_at_most_5_percent_more_than_the_permit_token() public {
        uint256 peer = measure(permit, BOB, "to a holder: OpenZeppelin permit");
        measure(votes, BOB, "to a holder: OpenZeppelin permit and votes");
        vm.assertLe(measure(flare, BOB, "to a holder: Flare"), peer * 105 / 100, "5 %");
    }

    function test_Transfer_to_a_new_holder_costs_at_most_5_percent_more_than_the_permit_token() public {
        uint256 peer = measure(permit, CAROL, "to a new holder: OpenZeppelin permit");
        measure(votes, CAROL, "to a new holder: OpenZeppelin permit and votes");
        vm.assertLe(measure(flare, CAROL, "to a new holder: Flare"), peer * 105 / 100, "5 %");
    }

    function test_TransferFrom_by_an_allowance_costs_at_most_5_percent_more_than_the_permit_token() public {
        uint256 peer = measureFrom(permit, "from, by an allowance: OpenZeppelin permit");
        measureFrom(votes, "from, by an allowance: OpenZeppelin permit and votes");
        vm.assertLe(measureFrom(flare, "from, by an allowance: Flare"), peer * 105 / 100, "5 %");
    }

    function test_Transfer_between_delegated_holders_costs_less_than_the_votes_token_and_5_percent() public {
        delegateBoth(votes);
        delegateBoth(flare);
        vm.warp(block.timestamp + 1 days);
        vm.roll(block.number + 7200);
        uint256 peer = measure(votes, BOB, "both delegated: OpenZeppelin permit and votes");
        vm.assertLe(measure(flare, BOB, "both delegated: Flare"), peer * 105 / 100, "5 %");
    }

    function test_What_history_and_tax_cost() public {
        flare.snapshot();
        measure(flare, BOB, "to a holder, first since the first snapshot: Flare");
        vm.warp(block.timestamp + 1 days);
        flare.snapshot();
        measure(flare, BOB, "to a holder, first since a later snapshot: Flare");
        measure(flare, BOB, "to a holder, second since a snapshot: Flare");
        flare.setMarketPair(PAIR, true);
        flare.setTaxRates(IFlareToken.TaxRates(100, 100, 0, 0));
        measure(flare, PAIR, "");
        measure(flare, PAIR, "taxed sell: Flare");
    }

    function measure(ERC20 token, address to, string memory name) private returns (uint256) {
        vm.prank(ALICE);
        token.transfer(to, 1e18);
        return bytes(name).length == 0 ? 0 : vm.snapshotGasLastCall("transfer", name);
    }

    function measureFrom(ERC20 token, string memory name) private returns (uint256) {
        vm.prank(ALICE);
        token.approve(BOB, 10e18);
        vm.prank(BOB);
        token.transferFrom(ALICE, BOB, 1e18);
        return vm.snapshotGasLastCall("transfer", name);
    }

    function delegateBoth(ERC20 token) private {
        vm.prank(ALICE);
        Votes(address(token)).delegate(ALICE);
        vm.prank(BOB);
        Votes(address(token)).delegate(BOB);
    }
}
