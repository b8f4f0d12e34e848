/** The dev chain as tests and scripts use it: anvil with everything deployed. */
import {startAnvil} from './anvil.mjs';
import {Chain, NodeSigner, devAccount} from './chain.mjs';
import {Deployment} from './deployment.mjs';
import {describe} from './deployments.mjs';
import {thirdParty} from '../plan/thirdParty.mjs';
import {thirdPartyLiquidity} from '../plan/liquidity.mjs';

/** Who is who among the ten development accounts. */
export const roles = {deployer: 0, suite: 1, traders: [2, 3, 4, 5], guardian: 6, safeOwners: [7, 8, 9]};

/** Everything, in order. Contracts get their addresses by it: what is added at the end moves nothing. */
export const devPlan = [...thirdParty, ...thirdPartyLiquidity];

/** @returns {Promise<{anvil: object, deployment: Deployment, deployments: object}>} */
export async function startDevChain({port = 0, plan = devPlan, onItem} = {}) {
  const anvil = await startAnvil({port});
  try {
    const chain = new Chain(anvil.url);
    const signers = {
      deployer: new NodeSigner(chain, devAccount(roles.deployer).address),
      suite: new NodeSigner(chain, devAccount(roles.suite).address),
    };
    const config = {safeOwners: roles.safeOwners.map(n => devAccount(n).address)};
    const deployment = new Deployment(chain, signers, config);
    await deployment.run(plan, onItem);
    return {anvil, deployment, deployments: await describe(deployment)};
  } catch (e) {
    await anvil.stop();
    throw e;
  }
}
