/** deployments.json: what stands on a chain and where. Its form is described in contracts/README.md. */
import fs from 'node:fs';
import {decimals} from '../plan/markets.mjs';

/** What a finished deployment tells. */
export async function describe(deployment) {
  const tokens = Object.keys(decimals).filter(t => deployment.has(t));
  return {
    schema: 1,
    chainId: await deployment.chain.chainId(),
    block: await deployment.chain.blockNumber(),
    contracts: Object.fromEntries(
      [...deployment.contracts].map(([name, {address, block}]) => [name, {address, block}])),
    tokens: Object.fromEntries(
      tokens.map(t => [t, {address: deployment.address(t), decimals: decimals[t]}])),
    pools: deployment.facts.pools ?? [],
    roles: deployment.facts.roles ?? {},
  };
}

/** Writes a file so that a reader sees the old one or the new one whole. */
export function writeJson(file, value) {
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`);
  fs.renameSync(temporary, file);
}

/** Reads one. @throws where it is of another form. */
export function readDeployments(file) {
  const value = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (value.schema !== 1) {
    throw new Error(`${file} has schema ${value.schema}; 1 is needed.`);
  }

  return value;
}
