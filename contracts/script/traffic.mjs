#!/usr/bin/env node
/**
 * Market activity on a dev chain that runs: swaps, liquidity in and out, price shocks, reorganisations.
 *   node script/traffic.mjs [--seed 1] [--rate 20] [--seconds 30] [--reorgs 2] [--deployments FILE] [--rpc URL]
 * Rate is in actions a second. The same seed on a fresh chain gives the same transactions. Ctrl-C ends it with the
 * summary.
 */
import {parseArgs} from 'node:util';
import {inContracts} from './lib/folders.mjs';
import {attach} from './lib/attach.mjs';
import {runTraffic} from './lib/traffic.mjs';

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: '1'},
    rate: {type: 'string', default: '20'},
    seconds: {type: 'string', default: '30'},
    reorgs: {type: 'string', default: '0'},
    deployments: {type: 'string', default: inContracts('deployments.json')},
    rpc: {type: 'string'},
  },
});
const number = (name, least) => {
  const value = Number(values[name]);
  if (!Number.isFinite(value) || value < least) {
    console.error(`--${name} is ${values[name]}; a number of at least ${least} is needed.`);
    process.exit(2);
  }

  return value;
};
const [seed, rate, seconds, reorgs] =
  [number('seed', 0), number('rate', 0.01), number('seconds', 0.1), number('reorgs', 0)];
const {deployment, deployments} = await attach(values.deployments, values.rpc);
let isStopped = false;
process.once('SIGINT', () => {
  isStopped = true;
});
const summary = await runTraffic(deployment, deployments.pools, {
  seed, rate, actions: Math.ceil(rate * seconds), reorgs, isStopped: () => isStopped,
});
console.log(JSON.stringify(summary, null, 2));
