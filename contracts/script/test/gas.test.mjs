/** Gas: the engine's table is what is measured, and an arbitrage over two pairs is as cheap as it must be. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {devPlan, refereePlan, startDevChain} from '../lib/devchain.mjs';
import {root} from '../lib/folders.mjs';
import {measureGas} from '../lib/gas.mjs';
import {differences, updated} from '../lib/gasTable.mjs';

let chain;
let measured;
before(async () => {
  chain = await startDevChain({plan: [...devPlan, ...refereePlan]});
  measured = await measureGas(chain.deployment, chain.deployments.pools);
});
after(() => chain?.anvil.stop());

test('the table that the arbitrage engine reads is what is measured', () => {
  const file = path.resolve(root, '../src/ActorTrade.Arbitrage/Opportunities/gas-table.json');
  assert.deepEqual(differences(JSON.parse(fs.readFileSync(file, 'utf8')), measured), []);
});

test('an arbitrage over two pairs by flash swap costs at most 175,000', () => {
  const gas = measured.routes['pair, pair by flash swap of the first'];
  assert(gas <= 175_000, `${gas}`);
});

test('a table that is off, counts what nothing measures, or calls a measured row an estimate is told', () => {
  const table = updated({hops: {}, lenders: {}}, measured);
  assert.deepEqual(differences(table, measured), []);
  assert.match(differences({...table, transaction: measured.transaction * 1.03}, measured)[0], /^transaction is/);
  assert.match(differences({...table, hops: {...table.hops, other: 5}}, measured)[0], /^hops.other counts as measured/);
  const estimated = {...table.hops, concentrated: {gas: measured.hops.concentrated, measured: false}};
  assert.match(differences({...table, hops: estimated}, measured)[0], /^hops.concentrated is/);
});
