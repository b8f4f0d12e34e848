// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVaults} from "../../src/stablecoin/IVaults.sol";
import {Stablecoin} from "../../src/stablecoin/Stablecoin.sol";
import {Vaults} from "../../src/stablecoin/Vaults.sol";
import {Base} from "../Base.sol";
import {MockPriceOracle} from "../mocks/MockPriceOracle.sol";
import {MockToken} from "../mocks/MockToken.sol";

/// @notice Vaults with two collaterals of 18 and 8 decimals, and three people who hold both.
abstract contract VaultsFixture is Base {
    uint256 internal constant RAY = 1e27;
    uint256 internal constant ETH_PRICE = 3_000e18;
    uint256 internal constant BTC_PRICE = 60_000e18;
    /// @dev 5 % a year.
    uint96 internal constant FEE_FACTOR = 1_000_000_001_547_125_957_863_212_448;

    address internal admin = address(0xAD);
    address internal guardian = address(0x60A8D);
    address internal settler = address(0x5E77);
    address internal treasury = address(0x72EA);
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);
    address internal carol = address(0xCA801);

    MockPriceOracle internal oracle;
    MockToken internal weth;
    MockToken internal wbtc;
    Vaults internal vaults;
    Stablecoin internal qusd;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        oracle = new MockPriceOracle();
        weth = new MockToken("WETH", 18);
        wbtc = new MockToken("WBTC", 8);
        oracle.setPrice(address(weth), ETH_PRICE);
        oracle.setPrice(address(wbtc), BTC_PRICE);
        vaults = new Vaults(1 days, admin, address(oracle), treasury);
        qusd = Stablecoin(address(vaults.stablecoin()));

        vm.startPrank(admin);
        vaults.grantRole(vaults.PAUSER_ROLE(), guardian);
        vaults.grantRole(vaults.SETTLER_ROLE(), settler);
        qusd.grantRole(qusd.PAUSER_ROLE(), guardian);
        vaults.listCollateral(address(weth), params());
        vaults.listCollateral(address(wbtc), params());
        vaults.setGlobalDebtCeiling(50_000_000e18);
        vm.stopPrank();

        _fund(alice);
        _fund(bob);
        _fund(carol);
    }

    function params() internal pure returns (IVaults.CollateralParams memory) {
        return IVaults.CollateralParams({
            debtCeiling: 30_000_000e18,
            debtMin: 1_000e18,
            feeFactor: FEE_FACTOR,
            ratioMinBps: 15_000,
            liquidationRatioBps: 13_000,
            targetRatioBps: 16_000,
            redemptionRatioBps: 20_000,
            liquidationBonusBps: 1_000,
            redemptionFeeBps: 100
        });
    }

    function _fund(address who) internal {
        weth.mint(who, 10_000 ether);
        wbtc.mint(who, 1_000e8);
        vm.startPrank(who);
        weth.approve(address(vaults), type(uint256).max);
        wbtc.approve(address(vaults), type(uint256).max);
        vm.stopPrank();
    }

    /// @dev A vault of WETH with collateral and debt.
    function _vault(address owner, uint256 collateral, uint256 debt) internal returns (uint256 id) {
        vm.startPrank(owner);
        id = vaults.open(address(weth));
        vaults.deposit(id, collateral);
        if (debt != 0) vaults.draw(id, debt, owner);
        vm.stopPrank();
    }

    /// @dev The equation of the books, to the last decimal.
    function _assertBooks() internal view {
        int256 owed;
        address[] memory tokens = vaults.collateralTokens();
        for (uint256 i = 0; i < tokens.length; i++) {
            IVaults.Collateral memory c = vaults.collateral(tokens[i]);
            owed += int256(c.totalNormalDebt * c.rate);
        }
        vm.assertEq(int256(qusd.totalSupply() * RAY) + vaults.surplusRad(), owed, "supply + surplus = debt");
    }
}
