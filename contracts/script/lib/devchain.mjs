/** The dev chain as tests and scripts use it: anvil with everything deployed. */
import fs from 'node:fs';
import {inContracts} from './folders.mjs';
import {chainId, startAnvil} from './anvil.mjs';
import {Chain, NodeSigner, devAccount} from './chain.mjs';
import {Deployment} from './deployment.mjs';
import {describe} from './deployments.mjs';
import {ownPairs, pairs} from '../plan/markets.mjs';
import {thirdParty, v2Venues} from '../plan/thirdParty.mjs';
import {ownLiquidity, thirdPartyLiquidity} from '../plan/liquidity.mjs';
import {rolesOf, suiteParts, verifyRoles} from '../plan/suite.mjs';
import {suiteAtWork} from '../plan/atWork.mjs';
import {feeds} from '../plan/feeds.mjs';

export {refereePlan} from '../plan/referees.mjs';

/** Who is who among the ten development accounts. */
export const roles = {deployer: 0, suite: 1, traders: [2, 3, 4], executor: 5, guardian: 6, safeOwners: [7, 8, 9]};

/** Everything, in order. Contracts get their addresses by it: what is added at the end moves nothing. */
export const devPlan = [
  ...thirdParty, ...thirdPartyLiquidity, ...feeds,
  ...suiteParts.contracts, ...suiteParts.setup, ...suiteAtWork.operations,
  ...ownLiquidity, ...suiteAtWork.pools, ...suiteParts.handOver,
  {
    name: 'roles', run: async d => {
      d.facts.roles = rolesOf(d);
    }, check: verifyRoles,
  },
];

/** Starts a chain of its own. @returns {Promise<{anvil: object, deployment: Deployment, deployments: object}>} */
export async function startDevChain({port = 0, plan = devPlan} = {}) {
  const anvil = await startAnvil({port});
  try {
    return {anvil, ...await deployDevChain(anvil.url, plan)};
  } catch (e) {
    await anvil.stop();
    throw e;
  }
}

/** Deploys everything on an empty anvil. */
export async function deployDevChain(url, plan = devPlan) {
  const chain = new Chain(url);
  const [id, block] = [await chain.chainId(), await chain.blockNumber()];
  if (id !== chainId || block !== 0) {
    throw new Error(`chain ${id} at block ${block}: an anvil of chain ${chainId} without blocks is needed.`);
  }

  const signers = {
    deployer: new NodeSigner(chain, devAccount(roles.deployer).address),
    suite: new NodeSigner(chain, devAccount(roles.suite).address),
  };
  const {config} = JSON.parse(fs.readFileSync(inContracts('script/networks/dev.json'), 'utf8'));
  const addressOf = n => devAccount(n).address;
  config.safeOwners = roles.safeOwners.map(addressOf);
  config.holders = [roles.deployer, ...roles.traders].map(n => [addressOf(n), config.holding]);
  config.keys = {guardian: addressOf(roles.guardian), executor: addressOf(roles.executor)};
  const deployment = new Deployment(chain, signers, config);
  await deployment.run(plan);
  return {deployment, deployments: await describe(deployment)};
}

/** The interfaces of what the plan deploys and of what its contracts make, by name. */
export function abis(plan = devPlan) {
  const known = new Map(plan.filter(item => item.artifact).map(item => [item.name, item.artifact().abi]));
  for (const {venue, base, quote} of [...pairs, ...ownPairs]) {
    known.set(`${venue}.${base}-${quote}`, v2Venues.UniswapV2.pair().abi);
  }

  for (const [proxy, implementation] of [
    ['Safe', 'SafeSingleton'], ['AavePool', 'AavePoolImplementation'],
    ['AavePoolConfigurator', 'AavePoolConfiguratorImplementation'],
  ]) {
    known.set(proxy, known.get(implementation));
  }

  known.set('FLS', known.get('FlareToken'));
  known.set('qUSD', known.get('Stablecoin'));
  return known;
}
