/**
 * A deployment on a network where each transaction costs money and the process may end at any moment. What is about to
 * be sent is in a file before it is sent; what stands is asked of the chain, by the hash of its code, never believed.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {encodeFunctionData, getContractAddress} from 'viem';
import {codeHash, librariesOf} from './artifacts.mjs';
import {deploy} from './chain.mjs';
import {Deployment} from './deployment.mjs';
import {writeJson} from './deployments.mjs';

export class RealDeployment extends Deployment {
  /** @param stateFile where progress is kept; null keeps none (a rehearsal on a fork). */
  constructor(chain, signers, config, {stateFile, state, say = () => {}}) {
    super(chain, signers, config);
    Object.assign(this, {stateFile, say, state: state ?? {schema: 1, items: {}}});
    this.costs = [];
  }

  static readState(file, expected) {
    if (!fs.existsSync(file)) {
      return {schema: 1, ...expected, items: {}};
    }

    const state = JSON.parse(fs.readFileSync(file, 'utf8'));
    for (const [field, value] of Object.entries({schema: 1, ...expected})) {
      assert.equal(state[field], value, `${file} is of another deployment: its ${field} is ${state[field]}`);
    }

    return state;
  }

  note(name, fact) {
    this.state.items[name] = {...this.state.items[name], ...fact};
    if (this.stateFile) {
      writeJson(this.stateFile, this.state);
    }
  }

  async runItem(item) {
    assert(item.artifact || item.call, `${item.name} is for dev chains only`);
    await super.runItem(item);
  }

  async deployItem(item) {
    const artifact = item.artifact(this);
    assert.equal(librariesOf(artifact).length, 0, `${item.name} needs libraries, which a state file has not`);
    const known = this.state.items[item.name];
    const address = known?.address;
    if (address !== undefined && await this.isStanding(item, address, artifact)) {
      this.put(item.name, address, artifact.abi, known.block ?? 0, artifact);
      this.say(`stands    ${item.name} at ${address}`);
      return;
    }

    const signer = this.signer(item.signer);
    const nonce = await this.chain.nonce(signer.address, 'pending');
    const predicted = getContractAddress({from: signer.address, nonce: BigInt(nonce)}).toLowerCase();
    this.note(item.name, {nonce, address: predicted});
    const receipt = await deploy(this.noting(item, signer, nonce), artifact, await item.args?.(this) ?? []);
    assert.equal(receipt.contractAddress.toLowerCase(), predicted);
    const block = Number(receipt.blockNumber);
    this.note(item.name, {block, gas: Number(receipt.gasUsed)});
    this.put(item.name, predicted, artifact.abi, block, artifact);
    await this.assertCode(item.name, predicted, artifact);
    this.spent(item, receipt, predicted);
  }

  // What was about to be sent when the process ended may be in a block, on its way, or never have left.
  async isStanding(item, address, artifact) {
    const signer = this.signer(item.signer);
    const {nonce, hash} = this.state.items[item.name];
    if (hash !== undefined && await this.chain.request('eth_getTransactionByHash', [hash]) !== null) {
      await this.chain.receiptOf(hash, 600_000, 250);
    }

    if (await this.chain.code(address) === '0x') {
      const next = await this.chain.nonce(signer.address);
      const pending = await this.chain.nonce(signer.address, 'pending');
      assert(
        pending === next || nonce >= pending,
        `${item.name}: a transaction of ${signer.address} is still on its way; run again when it is in a block`);
      return false;
    }

    await this.assertCode(item.name, address, artifact);
    return true;
  }

  async assertCode(name, address, artifact) {
    const standing = codeHash(await this.chain.code(address), artifact);
    assert.equal(standing, codeHash(artifact.deployedBytecode, artifact), `${name}: other code stands at ${address}`);
  }

  async callItem(item) {
    assert(item.done, `${item.name} does not say when it is done, so it could not be resumed`);
    if (await item.done(this)) {
      this.say(`done      ${item.name}`);
      return;
    }

    const signer = this.signer(item.signer);
    const nonce = await this.chain.nonce(signer.address, 'pending');
    assert.equal(
      nonce, await this.chain.nonce(signer.address),
      `a transaction of ${signer.address} is still on its way; run again when it is in a block`);
    this.note(item.name, {nonce});
    const noting = this.noting(item, signer, nonce);
    const {abi, address} = this.at(item.on);
    const data = encodeFunctionData({abi, functionName: item.call, args: await item.args?.(this) ?? []});
    const receipt = await noting.send({to: address, data, value: item.value});
    assert.equal(BigInt(receipt.status), 1n, `${item.call} reverted in ${receipt.transactionHash}`);
    assert(await item.done(this), `${item.call} did not have its effect`);
    this.note(item.name, {block: Number(receipt.blockNumber), gas: Number(receipt.gasUsed)});
    this.spent(item, receipt, address);
  }

  noting(item, signer, nonce) {
    return {
      chain: signer.chain, address: signer.address,
      send: transaction => signer.send({...transaction, nonce, onHash: hash => this.note(item.name, {hash})}),
    };
  }

  spent(item, receipt, address) {
    const [gas, price] = [BigInt(receipt.gasUsed), BigInt(receipt.effectiveGasPrice ?? 0)];
    this.costs.push({name: item.name, gas, cost: gas * price, address});
    this.gas.set(item.name, Number(gas));
    this.say(`${item.artifact ? 'deployed ' : 'called   '} ${item.name} at ${address}, ${gas} gas`);
  }

  /** Looks at everything again: the code that stands, and that every call was made. */
  async verify(plan) {
    for (const item of plan) {
      if (item.made) {
        continue;
      }

      if (item.artifact) {
        await this.assertCode(item.name, this.address(item.name), item.artifact(this));
      } else {
        assert(await item.done(this), `${item.name} is not done`);
      }
    }
  }
}
