/**
 * Measures what hops and loans cost in gas, by our executor over real pools. A hop's cost is what one more hop adds, so
 * that what the executor does once is not in it; the rest of a transaction is told apart. Every route runs twice, and
 * the second run counts: the first one pays for storage that nobody had written.
 */
import {maxUint256} from 'viem';
import {NodeSigner, devAccount, send} from './chain.mjs';
import {roles} from './devchain.mjs';
import {flashPlan, hopIn, venue} from './flashPlan.mjs';
import {swapCall} from './pools.mjs';

const amount = 10n ** 17n;

/**
 * On a dev chain with the referees, which are put on the executor's list first.
 * @returns {transaction, hops: {kind: gas}, lenders: {kind: gas}, routes: {name: gas}} in units of gas.
 */
export async function measureGas(d, pools) {
  const executor = new NodeSigner(d.chain, devAccount(roles.executor).address, 3_000_000n);
  const pool = name => pools.find(p => p.name === name);
  const v2 = pool('UniswapV2.WETH-USDC');
  const pancake = pool('PancakeV1.WETH-USDC');
  const own = pool('ActorTrade.WETH-USDC');
  const fifty = pool('FiftyBps.WETH-USDC');
  const v3 = pool('UniswapV3.WETH-USDC-3000');
  const weighted = pool('BalancerWeightedPool');
  const [stable, curve] = [pool('BalancerComposable2023'), pool('CurveSusdPool')];
  const dai = [pool('UniswapV2.DAI-USDC'), pool('FiftyBps.WETH-DAI')];

  // A second a block, however long a block takes here: what a first block of a second writes costs 17,000 gas more.
  await d.chain.request('anvil_setBlockTimestampInterval', [1]);
  await send(executor, d.at('WETH'), 'deposit', [], {value: 100n * amount});
  await send(executor, d.at('WETH'), 'approve', [d.address('FlashArbitrage'), maxUint256]);
  await allow(d, [[stable, venue.balancerPool], [curve, venue.curveInt128]]);
  await makeGap(d, [v2, v3, weighted, pancake], [own, fifty, dai[1]]);

  const run = (hops, loan = {}) => gasOf(d, executor, hops, loan);
  const buy = p => hopIn(d, p, 'USDC');
  const back = p => hopIn(d, p, 'WETH');
  const two = await run([buy(v2), back(own)]);
  const three = await run([buy(v2), hopIn(d, dai[0], 'DAI'), back(dai[1])]);
  const pairHop = three - two;
  const through = hop => run([buy(v2), hop, back(dai[1])]);
  const own2 = {
    'pair, pair': two,
    'pair, pair, pair': three,
    'concentrated, pair': await run([buy(v3), back(own)]),
    'weighted, pair': await run([buy(weighted), back(own)]),
    'pair, stable, pair': await through(hopIn(d, stable, 'DAI')),
    'pair, curve, pair': await through(hopIn(d, curve, 'DAI', 'USDC')),
  };
  const lentBy = loan => run([buy(v2), back(own)], loan);
  const lent = {
    'aave-like': await lentBy({funding: venue.aavePool, lender: d.address('AavePool')}),
    'balancer-like': await lentBy({funding: venue.balancerVault, lender: d.address('BalancerVault')}),
    'flash-swap': await lentBy(pairLoan(d, pancake)),
  };
  const repaidByPair = await run([back(own)], pairLoan(d, v2, 'USDC'));
  return {
    transaction: two - 2 * pairHop,
    hops: {
      'constant-product': pairHop,
      concentrated: pairHop + own2['concentrated, pair'] - two,
      'balancer-weighted': pairHop + own2['weighted, pair'] - two,
      'balancer-stable': own2['pair, stable, pair'] - two,
      'stableswap-classic': own2['pair, curve, pair'] - two,
    },
    lenders: Object.fromEntries(Object.entries(lent).map(([name, gas]) => [name, gas - two])),
    routes: {...own2, 'pair, pair by flash swap of the first': repaidByPair},
  };
}

// The timelock alone may extend the list; here it is put in its place.
async function allow(d, pools) {
  const timelock = d.address('Timelock');
  await d.chain.request('anvil_impersonateAccount', [timelock]);
  await d.chain.request('anvil_setBalance', [timelock, '0xde0b6b3a7640000']);
  for (const [{address}, kind] of pools) {
    await send(new NodeSigner(d.chain, timelock), d.at('FlashArbitrage'), 'setVenue', [address, kind]);
  }

  await d.chain.request('anvil_stopImpersonatingAccount', [timelock]);
}

/** A V2 pair that lends the token that the plan begins with. */
function pairLoan(d, pair, token = 'WETH') {
  return {
    funding: venue.v2Pair, lender: pair.address, lenderFeePips: pair.feePips, token,
    lendsToken1: pair.tokens[1] === token,
  };
}

// Makes WETH dear in some pools and cheap in others, so that every route gains and none reverts.
async function makeGap(d, dear, cheap) {
  for (const pool of dear) {
    await sell(d, pool, 'USDC', 30_000n * 10n ** 6n, 'WETH');
  }

  for (const pool of cheap) {
    await sell(d, pool, 'WETH', 10n * 10n ** 18n, pool.tokens.find(t => t !== 'WETH'));
  }
}

async function sell(d, pool, tokenIn, amountIn, tokenOut) {
  const maker = d.signer();
  const [contract, ...call] = swapCall(
    d, pool, pool.tokens.indexOf(tokenIn), pool.tokens.indexOf(tokenOut), amountIn, maker.address);
  await send(maker, d.at(tokenIn), 'approve', [spenderOf(d, pool), maxUint256]);
  await send(maker, d.at(contract), ...call);
}

const spenderOf = (d, pool) => d.address({
  'constant-product': `${pool.venue}Router`, concentrated: 'UniswapV3Router', 'balancer-weighted': 'BalancerVault',
}[pool.kind]);

async function gasOf(d, executor, hops, loan) {
  const {token = 'WETH', ...rest} = loan;
  const size = token === 'WETH' ? amount : 300n * 10n ** 6n;
  const plan = flashPlan({...rest, token: d.address(token), amount: size}, hops);
  let receipt;
  for (let i = 0; i < 2; i++) {
    receipt = await send(executor, d.at('FlashArbitrage'), 'execute', [plan]);
  }

  return Number(receipt.gasUsed);
}
