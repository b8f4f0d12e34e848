#!/usr/bin/env node
/**
 * Measures gas on a dev chain of its own and writes it where the arbitrage engine reads it.
 *   node script/gas.mjs [--check]
 * With --check it writes nothing, and fails where the file's measured rows are more than 2 % from what is measured.
 */
import fs from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {root} from './lib/folders.mjs';
import {devPlan, refereePlan, startDevChain} from './lib/devchain.mjs';
import {measureGas} from './lib/gas.mjs';
import {differences, updated} from './lib/gasTable.mjs';

const {values} = parseArgs({options: {check: {type: 'boolean', default: false}}});
const file = path.resolve(root, '../src/ActorTrade.Arbitrage/Opportunities/gas-table.json');
const table = JSON.parse(fs.readFileSync(file, 'utf8'));
const {anvil, deployment, deployments} = await startDevChain({plan: [...devPlan, ...refereePlan]});
try {
  const measured = await measureGas(deployment, deployments.pools);
  console.log(JSON.stringify(measured, null, 2));
  if (values.check) {
    const found = differences(table, measured);
    found.forEach(line => console.error(line));
    process.exitCode = found.length === 0 ? 0 : 1;
  } else {
    fs.writeFileSync(file, `${JSON.stringify(updated(table, measured), null, 2)}\n`);
    console.log(`Written to ${path.relative(process.cwd(), file)}.`);
  }
} finally {
  await anvil.stop();
}
