/**
 * Pools for comparing our curves with bytecode: Balancer V2's of several generations, Aerodrome's, and Curve's of its
 * first generation. They come behind the dev plan, and only where somebody asks for them (devchain.mjs --referees).
 *
 * Balancer's and Curve's code is what stands on mainnet, as npm has it; Aerodrome's is npm's source, compiled here.
 */
import assert from 'node:assert/strict';
import {encodeAbiParameters, maxUint256, parseAbi, parseEventLogs, zeroAddress} from 'viem';
import {npm, own, vendored} from '../lib/artifacts.mjs';
import {call, contract} from '../lib/deployment.mjs';
import {units} from './markets.mjs';
import {dollars, stablePools, susd, volatileAndStable, weightedPools} from './refereeMarkets.mjs';
import {mintables} from './thirdParty.mjs';

const balancerPools = [...weightedPools, ...stablePools];
const balancer = file => npm(`@balancer-labs/v2-deployments/dist/tasks/${file}.json`);
const poolAbi = parseAbi(['function getPoolId() view returns (bytes32)']);

const year = 365n * 24n * 3600n;
const e18 = 10n ** 18n;

const note = (d, pool) => d.facts.pools.push(pool);

const byAddress = (d, symbols) => [...symbols].sort((a, b) => (d.address(a) < d.address(b) ? -1 : 1));

const tokensOf = (d, {tokens}) => byAddress(d, Object.keys(tokens));

const rateName = (pool, token) => `${pool.name}.${token}Rate`;

/** What the factories of all generations ask for, by the names of their parameters. */
function creation(d, pool) {
  const symbols = tokensOf(d, pool);
  const weights = symbols.map(t => BigInt(Math.round((pool.tokens[t].weight ?? 0) * 1e6)) * 10n ** 12n);
  const durations = symbols.map(() => 10n * year);
  return {
    vault: d.address('BalancerVault'), protocolFeeProvider: d.address('BalancerFeeProvider'), factoryVersion: '',
    poolVersion: '', name: pool.name, symbol: pool.name, tokens: symbols.map(t => d.address(t)), weights,
    normalizedWeights: weights, amplificationParameter: pool.amplification,
    rateProviders: symbols.map(t => (pool.tokens[t].rate ? d.address(rateName(pool, t)) : zeroAddress)),
    priceRateCacheDuration: durations, tokenRateCacheDurations: durations,
    exemptFromYieldProtocolFeeFlags: symbols.map(() => false), swapFeePercentage: BigInt(pool.fee) * 10n ** 12n,
    oracleEnabled: false, owner: d.signer().address,
  };
}

const argumentsOf = (inputs, values) => inputs.map(({name}) => {
  assert(name in values, `nobody knows the parameter ${name}`);
  return values[name];
});

const factoryOf = pool => `${pool.name}Factory`;

const balancerPool = pool => [
  ...Object.entries(pool.tokens).filter(([, {rate}]) => rate).map(([token, {rate}]) =>
    contract(rateName(pool, token), () => own('MockRateProvider'), () => [rate])),
  contract(factoryOf(pool), () => balancer(pool.factory), d =>
    argumentsOf(balancer(pool.factory).abi.find(f => f.type === 'constructor').inputs, creation(d, pool))),
  {
    name: pool.name,
    run: async d => {
      const {abi} = d.at(factoryOf(pool));
      const args = argumentsOf(abi.find(f => f.name === 'create').inputs, creation(d, pool));
      const {logs, blockNumber} = await d.send(factoryOf(pool), 'create', args);
      const [{args: made}] = parseEventLogs({abi, logs, eventName: 'PoolCreated'});
      d.put(pool.name, made.pool, poolAbi, Number(blockNumber));
    },
  },
  {name: `${pool.name} join`, run: d => joinFirst(d, pool)},
];

/** The first deposit. A pool's own share token, where it is among the tokens, is the pool's affair. */
async function joinFirst(d, pool) {
  const poolId = await d.read(pool.name, 'getPoolId');
  const [assets] = await d.read('BalancerVault', 'getPoolTokens', [poolId]);
  const symbols = assets.map(a => [...Object.keys(pool.tokens), pool.name].find(s => d.address(s) === a.toLowerCase()));
  const amounts = symbols.map(s => (s === pool.name ? 0n : units(pool.tokens[s].amount, s)));
  const me = d.signer().address;
  const {blockNumber} = await d.send('BalancerVault', 'joinPool', [poolId, me, me, {
    assets, maxAmountsIn: assets.map(() => maxUint256), fromInternalBalance: false,
    userData: encodeAbiParameters([{type: 'uint256'}, {type: 'uint256[]'}], [0n, amounts]),
  }]);
  note(d, {
    name: pool.name, venue: 'BalancerV2', kind: pool.kind, address: d.address(pool.name), block: Number(blockNumber),
    tokens: symbols, feePips: pool.fee, poolId, version: pool.version, tellsRates: pool.tellsRates,
  });
}

const balancerV2 = [
  contract('BalancerFeeProvider', () => balancer(
    '20220725-protocol-fee-percentages-provider/artifact/ProtocolFeePercentagesProvider'),
  d => [d.address('BalancerVault'), e18, e18]),
  contract('QueryProcessor', () => balancer('deprecated/20210727-meta-stable-pool/artifact/QueryProcessor')),
  ...['DAI', 'USDT'].map(token => approve(token, 'BalancerVault')),
  ...balancerPools.flatMap(balancerPool),
];

function approve(token, spender) {
  return call(token, 'approve', d => [d.address(spender), maxUint256], {name: `${token}.approve(${spender}) again`});
}

const aerodromePool = ({base, quote, stable, amounts, fee}) => {
  const name = `Aerodrome.${base}-${quote}-${stable ? 'stable' : 'volatile'}`;
  return {
    name,
    run: async d => {
      const [token0, token1] = byAddress(d, [base, quote]);
      const [address0, address1] = [d.address(token0), d.address(token1)];
      const {blockNumber} = await d.send('AerodromeFactory', 'createPool', [address0, address1, stable ? 1 : 0]);
      const pool = await d.read('AerodromeFactory', 'getPool', [address0, address1, stable]);
      d.put(name, pool, vendored('Pool').abi, Number(blockNumber));
      await d.send('AerodromeFactory', 'setCustomFee', [pool, BigInt(fee)]);
      for (const token of [token0, token1]) {
        await d.send(token, 'transfer', [pool, units(amounts[token], token)]);
      }

      await d.send(name, 'mint', [d.signer().address]);
      note(d, {
        name, venue: 'Aerodrome', kind: stable ? 'solidly-stable' : 'solidly-volatile', address: pool.toLowerCase(),
        block: Number(blockNumber), tokens: [token0, token1], feePips: fee * 100,
      });
    },
    check: async d => assert.notEqual(await d.read(name, 'totalSupply'), 0n),
  };
};

const aerodrome = [
  contract('AerodromePoolImplementation', () => vendored('Pool')),
  contract('AerodromeFactory', () => vendored('PoolFactory'), d => [d.address('AerodromePoolImplementation')]),
  ...volatileAndStable.map(aerodromePool),
];

const curveFile = name => `@setprotocol/set-protocol-v2/external/abi/curve/${name}.json`;

/** The sUSD pool: four tokens whose decimals are part of its code, no amplification ramp, shares in a token apart. */
const curve = [
  contract('CurveShares', () => npm(curveFile('CurvePoolERC20')), () => ['Curve shares', 'crv', 18n, 0n]),
  contract('CurveSusdPool', () => npm(curveFile('Stableswap')), d => {
    const coins = susd.tokens.map(t => d.address(t));
    return [coins, coins, d.address('CurveShares'), susd.amplification, BigInt(susd.fee) * 10n ** 4n];
  }),
  call('CurveShares', 'set_minter', d => [d.address('CurveSusdPool')]),
  ...susd.tokens.map(token => approve(token, 'CurveSusdPool')),
  {
    name: 'CurveSusdPool deposit',
    run: async d => {
      const {blockNumber} = await d.send('CurveSusdPool', 'add_liquidity', [
        susd.tokens.map((t, k) => units(susd.amounts[k], t)), 0n]);
      note(d, {
        name: 'CurveSusdPool', venue: 'Curve', kind: 'stableswap-classic', address: d.address('CurveSusdPool'),
        block: Number(blockNumber), tokens: susd.tokens, feePips: susd.fee,
      });
    },
  },
  call('CurveSusdPool', 'commit_new_parameters', () => [
    susd.amplification, BigInt(susd.fee) * 10n ** 4n, BigInt(susd.adminFee) * 10n ** 4n]),
  {name: 'three days', run: d => d.chain.request('evm_increaseTime', [3 * 86_400])},
  call('CurveSusdPool', 'apply_new_parameters', undefined, {
    check: async d => assert.equal(await d.read('CurveSusdPool', 'admin_fee'), BigInt(susd.adminFee) * 10n ** 4n),
  }),
];

export const refereePlan = [...mintables(dollars), ...balancerV2, ...aerodrome, ...curve];
