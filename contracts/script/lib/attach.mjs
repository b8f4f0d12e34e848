/** The deployment of a chain that runs already, from its deployments.json. */
import {Chain, devAccount, NodeSigner} from './chain.mjs';
import {Deployment} from './deployment.mjs';
import {readDeployments} from './deployments.mjs';
import {abis, roles} from './devchain.mjs';

/** @param rpc overrides the address in the file. */
export async function attach(file, rpc) {
  const deployments = readDeployments(file);
  const chain = new Chain(rpc ?? deployments.rpc);
  const chainId = await chain.chainId();
  if (chainId !== deployments.chainId) {
    throw new Error(`${chain.url} is chain ${chainId}; ${file} is of ${deployments.chainId}.`);
  }

  const signers = {
    deployer: new NodeSigner(chain, devAccount(roles.deployer).address),
    suite: new NodeSigner(chain, devAccount(roles.suite).address),
  };
  const deployment = new Deployment(chain, signers);
  const known = abis();
  for (const [name, {address, block}] of Object.entries(deployments.contracts)) {
    deployment.put(name, address, known.get(name) ?? [], block);
  }

  return {deployment, deployments};
}
