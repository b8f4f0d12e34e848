/**
 * What others have written, as it stands on real chains, from npm packages: WETH9, Multicall3, Uniswap V2 with two
 * forks of other fees, Uniswap V3, a Safe, Aave V3, Balancer V2. Each item checks what it made.
 */
import assert from 'node:assert/strict';
import {
  encodeFunctionData, encodePacked, getCreate2Address, keccak256, multicall3Abi, parseEventLogs, zeroAddress,
} from 'viem';
import {inContracts} from '../lib/folders.mjs';
import {npm, vendored} from '../lib/artifacts.mjs';
import {call, contract} from '../lib/deployment.mjs';
import {deploy} from '../lib/chain.mjs';
import {mintable, units} from './markets.mjs';

const aave = file => npm(`@aave/core-v3/artifacts/contracts/${file}.sol/${file.split('/').at(-1)}.json`);
const safe = file =>
  npm(`@safe-global/safe-contracts/build/artifacts/contracts/${file}.sol/${file.split('/').at(-1)}.json`);
const v3core = name => npm(`@uniswap/v3-core/artifacts/contracts/${name}.sol/${name}.json`);
const v3periphery = file => npm(`@uniswap/v3-periphery/artifacts/contracts/${file}.sol/${file.split('/').at(-1)}.json`);

/** Where it stands on nearly every real chain. */
export const multicall3Address = '0xca11bde05977b3631167028862be2a173976ca11';

/** WETH held by the one who makes the markets. */
const wethSupply = 20_000n * 10n ** 18n;

/** Tokens that anybody may mint, and a thousand million of each for the market maker. */
export function mintables(tokens) {
  return Object.entries(tokens).flatMap(([symbol, {title, decimals}]) => [
    contract(symbol, () => aave('mocks/tokens/MintableERC20'), () => [title, symbol, decimals], {
      check: async d => assert.equal(await d.read(symbol, 'decimals'), decimals),
    }),
    call(symbol, 'mint', d => [d.signer().address, units(1_000_000_000, symbol)]),
  ]);
}

const tokens = [
  contract('WETH', () => npm('@uniswap/v2-periphery/build/WETH9.json')),
  call('WETH', 'deposit', undefined, {
    value: wethSupply,
    check: async d => assert.equal(await d.read('WETH', 'balanceOf', [d.signer().address]), wethSupply),
  }),
  ...mintables(mintable),
];

const multicall3 = [{
  name: 'Multicall3',
  run: async d => {
    // viem has the bytecode, but does not export it.
    const {multicall3Bytecode} = await import(inContracts('node_modules/viem/_esm/constants/contracts.js'));
    const made = await deploy(d.signer(), {name: 'Multicall3', abi: multicall3Abi, bytecode: multicall3Bytecode});
    const code = await d.chain.code(made.contractAddress);
    await d.chain.request('anvil_setCode', [multicall3Address, code]);
    d.put('Multicall3', multicall3Address, multicall3Abi, Number(made.blockNumber));
  },
  check: async d => {
    const calls = [{target: d.address('WETH'), allowFailure: false, callData: '0x313ce567'}];
    const [{returnData}] = await d.chain.simulate(d.at('Multicall3'), 'aggregate3', [calls]);
    assert.equal(BigInt(returnData), 18n);
  },
}];

/** The hash of the code of Uniswap V2's pairs on mainnet; its routers compute addresses from it. */
export const v2InitCodeHash = '0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f';

/** As in the pair's check of k: amountIn.mul(3) is 0.3 %. */
const pairFee = {is: '84600363ffffffff', shallBe: '84600563ffffffff', places: 2};

/**
 * The venues with Uniswap V2's interface. PancakeV1 is PancakeSwap's own bytecode (0.20 %). FiftyBps is Uniswap's with
 * one constant of the pair changed (0.50 %); no fork with another fee than these is on npm. Forks' routers are
 * Uniswap's with fee and code hash changed, which is what forks' routers are.
 */
export const v2Venues = {
  UniswapV2: {
    feePips: 3000,
    factory: () => npm('@uniswap/v2-core/build/UniswapV2Factory.json'),
    pair: () => npm('@uniswap/v2-core/build/UniswapV2Pair.json'),
  },
  PancakeV1: {
    feePips: 2000,
    factory: () => npm('@pancakeswap-libs/pancake-swap-core/build/PancakeFactory.json'),
    pair: () => npm('@pancakeswap-libs/pancake-swap-core/build/PancakePair.json'),
  },
  FiftyBps: {
    feePips: 5000,
    factory: () => {
      const original = v2Venues.UniswapV2.factory();
      const code = v2Venues.UniswapV2.pair().bytecode.slice(2);
      const patched = v2Venues.FiftyBps.pair().bytecode.slice(2);
      return {...original, bytecode: replaced(original.bytecode, code, patched, 1)};
    },
    pair: () => {
      const original = v2Venues.UniswapV2.pair();
      return {...original, bytecode: replaced(original.bytecode, pairFee.is, pairFee.shallBe, pairFee.places)};
    },
  },
};

function routerOf(venue) {
  const original = npm('@uniswap/v2-periphery/build/UniswapV2Router02.json');
  const {feePips, pair} = v2Venues[venue];
  const kept = (1000 - feePips / 1000).toString(16).padStart(4, '0');
  const withFee = kept === '03e5' ? original.bytecode : replaced(original.bytecode, '6103e5', `61${kept}`, 2);
  return {...original, bytecode: replaced(withFee, v2InitCodeHash.slice(2), keccak256(pair().bytecode).slice(2), 1)};
}

function replaced(code, what, by, places) {
  const parts = code.split(what);
  assert.equal(parts.length - 1, places, `bytecode to change was found ${parts.length - 1} times, not ${places}`);
  return parts.join(by);
}

/** Where a factory of Uniswap V2's kind puts the pair of two tokens. */
export const v2PairAddress = (factory, initCodeHash, token0, token1) => getCreate2Address({
  from: factory, bytecodeHash: initCodeHash, salt: keccak256(encodePacked(['address', 'address'], [token0, token1])),
});

const v2 = Object.keys(v2Venues).flatMap(venue => [
  contract(`${venue}Factory`, () => v2Venues[venue].factory(), d => [d.signer().address]),
  contract(`${venue}Router`, () => routerOf(venue), d => [d.address(`${venue}Factory`), d.address('WETH')], {
    check: async d => assert.equal(
      keccak256(v2Venues[venue].pair().bytecode) === v2InitCodeHash, venue === 'UniswapV2',
      'the code hash of the pairs is not what it must be'),
  }),
]);

const v3 = [
  contract('UniswapV3Factory', () => v3core('UniswapV3Factory'), undefined, {
    check: () => assert.equal(
      keccak256(v3core('UniswapV3Pool').bytecode),
      '0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54', 'not the code of mainnet'),
  }),
  call('UniswapV3Factory', 'enableFeeAmount', () => [100, 1], {
    check: async d => assert.equal(await d.read('UniswapV3Factory', 'feeAmountTickSpacing', [100]), 1),
  }),
  contract('UniswapV3PositionManager', () => v3periphery('NonfungiblePositionManager'),
    d => [d.address('UniswapV3Factory'), d.address('WETH'), zeroAddress]),
  contract('UniswapV3Router', () => v3periphery('SwapRouter'), d => [d.address('UniswapV3Factory'), d.address('WETH')]),
  contract('UniswapV3Quoter', () => v3periphery('lens/QuoterV2'),
    d => [d.address('UniswapV3Factory'), d.address('WETH')], {
      check: async d => assert.equal(
        (await d.read('UniswapV3Quoter', 'factory')).toLowerCase(), d.address('UniswapV3Factory')),
    }),
];

const safe2of3 = [
  contract('SafeSingleton', () => safe('Safe')),
  contract('SafeProxyFactory', () => safe('proxies/SafeProxyFactory')),
  contract('SafeFallbackHandler', () => safe('handler/CompatibilityFallbackHandler')),
  {
    name: 'Safe',
    run: async d => {
      const {abi} = d.at('SafeSingleton');
      const setup = encodeFunctionData({
        abi, functionName: 'setup', args: [
          d.config.safeOwners, 2n, zeroAddress, '0x', d.address('SafeFallbackHandler'), zeroAddress, 0n, zeroAddress],
      });
      const receipt = await d.send('SafeProxyFactory', 'createProxyWithNonce', [d.address('SafeSingleton'), setup, 1n]);
      const [made] = parseEventLogs(
        {abi: d.at('SafeProxyFactory').abi, logs: receipt.logs, eventName: 'ProxyCreation'});
      d.put('Safe', made.args.proxy, abi, Number(receipt.blockNumber));
    },
    check: async d => {
      assert.equal(await d.read('Safe', 'getThreshold'), 2n);
      assert.deepEqual(await d.read('Safe', 'getOwners'), d.config.safeOwners);
    },
  },
];

const aaveLibrary = (name, file = `protocol/libraries/logic/${name}`) => contract(name, () => aave(file));
const ray = 10n ** 27n;
const rates = [
  (ray * 80n) / 100n, 0n, (ray * 4n) / 100n, (ray * 60n) / 100n, (ray * 5n) / 1000n, (ray * 75n) / 100n,
  ray / 100n, (ray * 8n) / 100n, (ray * 20n) / 100n,
];

const aaveV3 = [
  ...['BorrowLogic', 'BridgeLogic', 'EModeLogic', 'LiquidationLogic', 'PoolLogic', 'SupplyLogic', 'ConfiguratorLogic',
    'FlashLoanLogic'].map(name => aaveLibrary(name)),
  contract('AaveAddressesProvider', () => aave('protocol/configuration/PoolAddressesProvider'),
    d => ['ActorTrade dev', d.signer().address]),
  call('AaveAddressesProvider', 'setACLAdmin', d => [d.signer().address]),
  contract('AaveACLManager', () => aave('protocol/configuration/ACLManager'),
    d => [d.address('AaveAddressesProvider')]),
  call('AaveAddressesProvider', 'setACLManager', d => [d.address('AaveACLManager')]),
  call('AaveACLManager', 'addPoolAdmin', d => [d.signer().address]),
  call('AaveACLManager', 'addAssetListingAdmin', d => [d.signer().address]),
  contract('AavePoolImplementation', () => aave('protocol/pool/Pool'), d => [d.address('AaveAddressesProvider')]),
  call('AaveAddressesProvider', 'setPoolImpl', d => [d.address('AavePoolImplementation')]),
  contract('AavePoolConfiguratorImplementation', () => aave('protocol/pool/PoolConfigurator')),
  call('AaveAddressesProvider', 'setPoolConfiguratorImpl', d => [d.address('AavePoolConfiguratorImplementation')]),
  {
    name: 'AavePool',
    run: async d => {
      const [pool, configurator] = await Promise.all(
        ['getPool', 'getPoolConfigurator'].map(view => d.read('AaveAddressesProvider', view)));
      const {block} = d.at('AavePoolConfiguratorImplementation');
      d.put('AavePool', pool, d.at('AavePoolImplementation').abi, block);
      d.put('AavePoolConfigurator', configurator, d.at('AavePoolConfiguratorImplementation').abi, block);
    },
  },
  contract('AavePriceOracle', () => aave('mocks/oracle/PriceOracle')),
  call('AaveAddressesProvider', 'setPriceOracle', d => [d.address('AavePriceOracle')]),
  contract('AaveDataProvider', () => aave('misc/AaveProtocolDataProvider'), d => [d.address('AaveAddressesProvider')]),
  contract('AaveATokenImplementation', () => aave('protocol/tokenization/AToken'), d => [d.address('AavePool')]),
  contract('AaveStableDebtImplementation', () => aave('protocol/tokenization/StableDebtToken'),
    d => [d.address('AavePool')]),
  contract('AaveVariableDebtImplementation', () => aave('protocol/tokenization/VariableDebtToken'),
    d => [d.address('AavePool')]),
  contract('AaveInterestRateStrategy', () => aave('protocol/pool/DefaultReserveInterestRateStrategy'),
    d => [d.address('AaveAddressesProvider'), ...rates]),
  call('AavePoolConfigurator', 'updateFlashloanPremiumTotal', () => [5n], {
    check: async d => assert.equal(await d.read('AavePool', 'FLASHLOAN_PREMIUM_TOTAL'), 5n),
  }),
];

const year = 365 * 24 * 3600;

const balancerV2 = [
  contract('BalancerVault', () => vendored('Vault'), d => [zeroAddress, d.address('WETH'), BigInt(year / 12), 0n], {
    check: async d => assert.equal((await d.read('BalancerVault', 'WETH')).toLowerCase(), d.address('WETH')),
  }),
];

export const thirdParty = [...tokens, ...multicall3, ...v2, ...v3, ...safe2of3, ...aaveV3, ...balancerV2];

