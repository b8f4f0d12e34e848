/**
 * Runs a plan: a list of what shall stand on a chain, in order. An item is
 *   {name, artifact(), args(d), libraries?}   a contract to deploy,
 *   {name, made(d), artifact()}                a contract that another one made,
 *   {name, on, call, args(d), value?, done?}  a call of a deployed contract, skipped where done(d) says it was done,
 *   {name, run(d), check?}                    anything else; dev chains only, as it cannot be planned ahead.
 * `signer` names who sends it (`deployer` where it is missing), `check(d)` throws where the step did not do its work.
 */
import assert from 'node:assert/strict';
import {deploy, send} from './chain.mjs';
import {librariesOf, linked} from './artifacts.mjs';

export class Deployment {
  /** @param signers by name: at least `deployer`. @param config what args may read besides addresses. */
  constructor(chain, signers, config = {}) {
    Object.assign(this, {chain, signers, config});
    this.contracts = new Map();
    this.gas = new Map();
    this.facts = {};
  }

  /** {address, abi} of a contract that stands. */
  at(name) {
    const contract = this.contracts.get(name);
    assert(contract !== undefined, `${name} is not deployed yet: the plan's order is wrong.`);
    return contract;
  }

  has = name => this.contracts.has(name);

  address = name => this.at(name).address;

  signer(name = 'deployer') {
    assert(this.signers[name] !== undefined, `there is no signer ${name}`);
    return this.signers[name];
  }

  /** Names a contract that was made by another contract, or stood before. */
  put(name, address, abi, block = 0, artifact = undefined) {
    this.contracts.set(name, {address: address.toLowerCase(), abi, block, artifact});
  }

  read = (name, functionName, args = []) => this.chain.read(this.at(name), functionName, args);

  send = (name, functionName, args = [], {as, ...options} = {}) =>
    send(this.signer(as), this.at(name), functionName, args, options);

  async run(plan, onItem = () => {}) {
    for (const item of plan) {
      await this.runItem(item);
      onItem(item);
    }
  }

  async runItem(item) {
    try {
      if (item.made) {
        await this.findItem(item);
      } else if (item.artifact) {
        await this.deployItem(item);
      } else if (item.call) {
        await this.callItem(item);
      } else {
        await item.run(this);
      }

      await item.check?.(this);
    } catch (e) {
      e.message = `${item.name}: ${e.message}`;
      throw e;
    }
  }

  async deployItem(item) {
    const signer = this.signer(item.signer);
    const artifact = this.linkedArtifact(item);
    const receipt = await deploy(signer, artifact, await item.args?.(this) ?? []);
    this.gas.set(item.name, Number(receipt.gasUsed));
    this.put(item.name, receipt.contractAddress, artifact.abi, Number(receipt.blockNumber), artifact);
  }

  async findItem(item) {
    const artifact = item.artifact(this);
    this.put(item.name, await item.made(this), artifact.abi, await this.chain.blockNumber(), artifact);
  }

  linkedArtifact(item) {
    const artifact = item.artifact(this);
    return librariesOf(artifact).length > 0 ? linked(artifact, name => this.address(name)) : artifact;
  }

  async callItem(item) {
    if (await item.done?.(this)) {
      return;
    }

    const args = await item.args?.(this) ?? [];
    await this.send(item.on, item.call, args, {as: item.signer, value: item.value});
    assert(item.done === undefined || await item.done(this), `${item.call} did not have its effect`);
  }
}

/** An item that deploys. */
export const contract = (name, artifact, args, more = {}) => ({name, artifact, args, ...more});

/** An item that calls. */
export const call = (on, functionName, args, more = {}) =>
  ({name: more.name ?? `${on}.${functionName}`, on, call: functionName, args, ...more});
