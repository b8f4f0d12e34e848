/** Fills the markets: pools and positions of every venue, the lending pools' reserves, and the traders' purses. */
import assert from 'node:assert/strict';
import {encodeAbiParameters, keccak256, maxUint256} from 'viem';
import {npm, vendored} from '../lib/artifacts.mjs';
import {call, contract} from '../lib/deployment.mjs';
import {concentrated, decimals, lending, ownPairs, pairs, units, weighted} from './markets.mjs';
import {v2PairAddress, v2Venues} from './thirdParty.mjs';

const v3pool = () => npm('@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json');
const tickBound = 887_272;

/** Spends whatever the market maker has; everything here is worth nothing. */
const approve = (token, spender) => call(token, 'approve', d => [d.address(spender), maxUint256], {
  name: `${token}.approve(${spender})`,
  check: async d => assert.equal(
    await d.read(token, 'allowance', [d.signer().address, d.address(spender)]) > 0n, true),
});

const unique = items => [...new Set(items)];

const tokensOf = list => unique(list.flatMap(p => [p.base, p.quote]));

/** A pool as deployments.json tells it. */
const note = (d, pool) => (d.facts.pools ??= []).push(pool);

/** Two tokens in the order of their addresses, with what the pool starts with. */
function sides(d, {base, quote, price, depth}) {
  const amounts = {[base]: units(depth, base), [quote]: units(Math.round(depth * price * 1e6) / 1e6, quote)};
  const [token0, token1] = d.address(base) < d.address(quote) ? [base, quote] : [quote, base];
  return {token0, token1, amount0: amounts[token0], amount1: amounts[token1]};
}

/** A pair with Uniswap V2's interface, filled through its router. */
export const v2Pair = definition => {
  const {venue, base, quote} = definition;
  const name = `${venue}.${base}-${quote}`;
  return {
    name,
    run: async d => {
      const {token0, token1, amount0, amount1} = sides(d, definition);
      const receipt = await d.send(`${venue}Router`, 'addLiquidity', [
        d.address(token0), d.address(token1), amount0, amount1, 0n, 0n, d.signer().address, maxUint256]);
      const address = await d.read(`${venue}Factory`, 'getPair', [d.address(token0), d.address(token1)]);
      d.put(name, address, v2Venues.UniswapV2.pair().abi, Number(receipt.blockNumber));
      note(d, {
        name, venue, kind: 'constant-product', address: address.toLowerCase(), block: Number(receipt.blockNumber),
        tokens: [token0, token1], feePips: v2Venues[venue]?.feePips ?? 3000,
      });
    },
    check: async d => {
      const {token0, token1, amount0, amount1} = sides(d, definition);
      const [reserve0, reserve1] = await d.read(name, 'getReserves');
      assert.deepEqual([reserve0, reserve1], [amount0, amount1]);
      if (v2Venues[venue] !== undefined) {
        const hash = keccak256(v2Venues[venue].pair().bytecode);
        const predicted = v2PairAddress(d.address(`${venue}Factory`), hash, d.address(token0), d.address(token1));
        assert.equal(d.address(name), predicted.toLowerCase(), 'the pair is not where CREATE2 says');
      }
    },
  };
};

/** The root of a price as V3 pools keep it, rounded down. */
function sqrtPriceX96(amount0, amount1) {
  const square = (amount1 << 192n) / amount0;
  // Newton from above falls until it is there.
  let root = 1n << 160n;
  for (let next = (root + square / root) >> 1n; next < root; next = (root + square / root) >> 1n) {
    root = next;
  }

  return root;
}

const v3Pool = definition => {
  const {base, quote, fee, ranges} = definition;
  const name = `UniswapV3.${base}-${quote}-${fee}`;
  return {
    name,
    run: async d => {
      const {token0, token1, amount0, amount1} = sides(d, definition);
      const [address0, address1] = [d.address(token0), d.address(token1)];
      const receipt = await d.send('UniswapV3PositionManager', 'createAndInitializePoolIfNecessary', [
        address0, address1, fee, sqrtPriceX96(amount0, amount1)]);
      const address = await d.read('UniswapV3Factory', 'getPool', [address0, address1, fee]);
      d.put(name, address, v3pool().abi, Number(receipt.blockNumber));
      const spacing = await d.read(name, 'tickSpacing');
      const {1: tick} = await d.read(name, 'slot0');
      for (const range of ranges) {
        const [tickLower, tickUpper] = ticksOf(range, tick, spacing);
        await d.send('UniswapV3PositionManager', 'mint', [{
          token0: address0, token1: address1, fee, tickLower, tickUpper,
          amount0Desired: part(amount0, range.share), amount1Desired: part(amount1, range.share),
          amount0Min: 0n, amount1Min: 0n, recipient: d.signer().address, deadline: maxUint256,
        }]);
      }

      note(d, {
        name, venue: 'UniswapV3', kind: 'concentrated', address: address.toLowerCase(),
        block: Number(receipt.blockNumber), tokens: [token0, token1], feePips: fee, tickSpacing: spacing,
      });
    },
    check: async d => assert.notEqual(await d.read(name, 'liquidity'), 0n, 'no liquidity at the price'),
  };
};

const part = (amount, share) => (amount * BigInt(Math.round(share * 1000))) / 1000n;

function ticksOf({width, shift = 0}, tick, spacing) {
  if (width === null) {
    const bound = Math.floor(tickBound / spacing) * spacing;
    return [-bound, bound];
  }

  const centre = (Math.floor(tick / spacing) + shift) * spacing;
  return [centre - width * spacing, centre + width * spacing];
}

const aaveReserve = ([token, {supply, price}]) => [
  call('AavePriceOracle', 'setAssetPrice', d => [d.address(token), BigInt(price) * 10n ** 8n]),
  {
    name: `AavePool reserve ${token}`,
    run: async d => {
      await d.send('AavePoolConfigurator', 'initReserves', [[{
        aTokenImpl: d.address('AaveATokenImplementation'),
        stableDebtTokenImpl: d.address('AaveStableDebtImplementation'),
        variableDebtTokenImpl: d.address('AaveVariableDebtImplementation'),
        underlyingAssetDecimals: decimals[token],
        interestRateStrategyAddress: d.address('AaveInterestRateStrategy'),
        underlyingAsset: d.address(token),
        treasury: d.signer().address,
        incentivesController: '0x0000000000000000000000000000000000000000',
        aTokenName: `Aave ${token}`, aTokenSymbol: `a${token}`,
        variableDebtTokenName: `Aave variable debt ${token}`, variableDebtTokenSymbol: `vd${token}`,
        stableDebtTokenName: `Aave stable debt ${token}`, stableDebtTokenSymbol: `sd${token}`,
        params: '0x',
      }]]);
      const asset = d.address(token);
      await d.send('AavePoolConfigurator', 'configureReserveAsCollateral', [asset, 7500n, 8000n, 10_500n]);
      await d.send('AavePoolConfigurator', 'setReserveBorrowing', [asset, true]);
      await d.send('AavePoolConfigurator', 'setReserveFlashLoaning', [asset, true]);
    },
  },
  approve(token, 'AavePool'),
  call('AavePool', 'supply', d => [d.address(token), units(supply, token), d.signer().address, 0], {
    check: async d => {
      const {aTokenAddress} = await d.read('AavePool', 'getReserveData', [d.address(token)]);
      const held = await d.read(token, 'balanceOf', [aTokenAddress]);
      assert.equal(held, units(supply, token));
    },
  }),
];

const weightedTokens = d => Object.keys(weighted.tokens).sort((a, b) => (d.address(a) < d.address(b) ? -1 : 1));

const weightedPool = [
  ...Object.keys(weighted.tokens).map(token => approve(token, 'BalancerVault')),
  contract('BalancerWeightedPool', () => vendored('WeightedPool'), d => {
    const symbols = weightedTokens(d);
    return [
      d.address('BalancerVault'), 'Dev weighted pool', 'DWP', symbols.map(t => d.address(t)),
      symbols.map(t => BigInt(Math.round(weighted.tokens[t].weight * 1e6)) * 10n ** 12n),
      symbols.map(() => '0x0000000000000000000000000000000000000000'),
      BigInt(weighted.fee) * 10n ** 12n, 30n * 86_400n, 0n, d.signer().address,
    ];
  }),
  {
    name: 'BalancerWeightedPool join',
    run: async d => {
      const symbols = weightedTokens(d);
      const amounts = symbols.map(t => units(weighted.tokens[t].amount, t));
      const poolId = await d.read('BalancerWeightedPool', 'getPoolId');
      const me = d.signer().address;
      const userData = encodeAbiParameters([{type: 'uint256'}, {type: 'uint256[]'}], [0n, amounts]);
      const receipt = await d.send('BalancerVault', 'joinPool', [poolId, me, me, {
        assets: symbols.map(t => d.address(t)), maxAmountsIn: amounts, userData, fromInternalBalance: false,
      }]);
      note(d, {
        name: 'BalancerWeightedPool', venue: 'BalancerV2', kind: 'balancer-weighted',
        address: d.address('BalancerWeightedPool'), block: Number(receipt.blockNumber), tokens: symbols,
        feePips: weighted.fee, weights: symbols.map(t => weighted.tokens[t].weight), poolId,
      });
    },
    check: async d => {
      const poolId = await d.read('BalancerWeightedPool', 'getPoolId');
      const [, balances] = await d.read('BalancerVault', 'getPoolTokens', [poolId]);
      assert.deepEqual([...balances], weightedTokens(d).map(t => units(weighted.tokens[t].amount, t)));
    },
  },
];

const venuePairs = (list, venue) => list.filter(p => p.venue === venue);

const pairsOf = list => unique(list.map(p => p.venue)).flatMap(venue => [
  ...tokensOf(venuePairs(list, venue)).map(token => approve(token, `${venue}Router`)),
  ...venuePairs(list, venue).map(v2Pair),
]);

/** The pools of the venues of others, and their lenders' reserves. */
export const thirdPartyLiquidity = [
  ...pairsOf(pairs),
  ...tokensOf(concentrated).map(token => approve(token, 'UniswapV3PositionManager')),
  ...concentrated.map(v3Pool),
  ...Object.entries(lending).flatMap(aaveReserve),
  ...weightedPool,
];

/** The pairs of our own AMM. */
export const ownLiquidity = pairsOf(ownPairs);
