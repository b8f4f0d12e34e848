/** Traffic: the same seed gives the same transactions, everything happens, and pools live through it. */
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {startDevChain} from '../lib/devchain.mjs';
import {runTraffic} from '../lib/traffic.mjs';

const chains = [];
after(() => Promise.all(chains.map(c => c.anvil.stop())));

async function traffic(options) {
  const chain = await startDevChain();
  chains.push(chain);
  return runTraffic(chain.deployment, chain.deployments.pools, {rate: 10_000, actions: 150, reorgs: 3, ...options});
}

test('the same seed gives the same transactions, prices and blocks, at whatever rate', async () => {
  const [first, second] = [await traffic({seed: 7}), await traffic({seed: 7, rate: 200})];
  // What a pair writes about time costs more gas in a new second.
  assert.deepEqual({...first, seconds: 0, gas: 0}, {...second, seconds: 0, gas: 0});
  assert(second.seconds >= 149 / 200, `${second.seconds} s`);
});

test('another seed gives others, and of every kind some', async () => {
  const [seven, eight] = [await traffic({seed: 7, actions: 5}), await traffic({seed: 8})];
  assert.notEqual(seven.digest, eight.digest);
  for (const kind of ['swap', 'mint', 'burn', 'shock']) {
    assert(eight[kind] > 0, kind);
  }

  assert.equal(eight.reorgs, 3);
  for (const [pool, price] of Object.entries(eight.prices)) {
    const moved = price / eight.pricesBefore[pool];
    assert(moved > 0.6 && moved < 1.6, `${pool} went to ${moved} of its price`);
  }

  assert(eight.reverted * 5 < eight.transactions, `${eight.reverted} of ${eight.transactions} reverted`);
});
