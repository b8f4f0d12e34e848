/** A chain by its JSON-RPC address, and those who can sign for an account on it. */
import {
  createPublicClient, decodeErrorResult, encodeDeployData, encodeFunctionData, http, numberToHex,
} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {mnemonic} from './anvil.mjs';

export class TransactionFailed extends Error {
  constructor(what, reason, receipt) {
    super(`${what}: ${reason}`);
    this.receipt = receipt;
  }
}

export class Chain {
  constructor(url) {
    this.url = url;
    // Block numbers and receipts must never be from a moment ago: no cache, and short polling.
    this.client = createPublicClient({
      transport: http(url, {retryCount: 0, timeout: 60_000}), pollingInterval: 10, cacheTime: 0,
    });
  }

  request = (method, params = []) => this.client.request({method, params});

  async chainId() {
    return Number(await this.request('eth_chainId'));
  }

  async blockNumber() {
    return Number(await this.request('eth_blockNumber'));
  }

  async now() {
    return Number((await this.request('eth_getBlockByNumber', ['latest', false])).timestamp);
  }

  async nonce(address, block = 'latest') {
    return Number(await this.request('eth_getTransactionCount', [address, block]));
  }

  async balance(address) {
    return BigInt(await this.request('eth_getBalance', [address, 'latest']));
  }

  /** Runtime code; '0x' where nothing stands. */
  code = address => this.request('eth_getCode', [address, 'latest']);

  /** Reads a view. contract is {address, abi}. */
  read = (contract, functionName, args = [], from) =>
    this.client.readContract({address: contract.address, abi: contract.abi, functionName, args, account: from});

  /** Asks what a call would return without sending it: quoters that are not views. */
  async simulate(contract, functionName, args = [], from) {
    const {result} = await this.client.simulateContract(
      {address: contract.address, abi: contract.abi, functionName, args, account: from});
    return result;
  }

  async receipt(hash) {
    return this.request('eth_getTransactionReceipt', [hash]);
  }

  /** Waits until a transaction is in a block: a receipt is often missing for a moment after a transaction was sent. */
  async receiptOf(hash, timeoutMs = 120_000, everyMs = 5) {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const receipt = await this.receipt(hash);
      if (receipt !== null) {
        return receipt;
      }

      if (Date.now() > until) {
        throw new Error(`transaction ${hash} is not in a block after ${timeoutMs} ms; it may still be included.`);
      }

      await new Promise(resolve => setTimeout(resolve, everyMs));
    }
  }
}

/** Signs by asking the node, as anvil does for its own accounts. */
export class NodeSigner {
  constructor(chain, address, gas = 30_000_000n) {
    Object.assign(this, {chain, address, gas});
  }

  async send({to, data, value = 0n, gas = this.gas}) {
    const transaction = {from: this.address, data, value: numberToHex(value), gas: numberToHex(gas)};
    if (to !== undefined) {
      transaction.to = to;
    }

    return this.chain.request('eth_sendTransactionSync', [transaction]);
  }
}

/** Account number n of the development mnemonic, with its key. */
export const devAccount = n => mnemonicToAccount(mnemonic, {addressIndex: n});

/** Sends a call and returns its receipt; throws with the contract's own error where it reverts. */
export async function send(signer, contract, functionName, args = [], {value, gas} = {}) {
  const data = encodeFunctionData({abi: contract.abi, functionName, args});
  const receipt = await signer.send({to: contract.address, data, value, gas});
  if (BigInt(receipt.status) !== 1n) {
    throw new TransactionFailed(functionName, await reasonOf(signer, contract, data, value), receipt);
  }

  return receipt;
}

/** Deploys an artifact without libraries; returns the receipt. */
export async function deploy(signer, artifact, args = [], {value} = {}) {
  const data = encodeDeployData({abi: artifact.abi, bytecode: artifact.bytecode, args});
  const receipt = await signer.send({data, value});
  if (BigInt(receipt.status) !== 1n) {
    const reason = await reasonOf(signer, {abi: artifact.abi}, data, value);
    throw new TransactionFailed(`deploy ${artifact.name}`, reason, receipt);
  }

  return receipt;
}

// Runs the failed call again to hear why.
async function reasonOf(signer, contract, data, value = 0n) {
  try {
    await signer.chain.request('eth_call', [
      {from: signer.address, to: contract.address, data, value: numberToHex(value)}, 'latest']);
    return 'it failed, though a call of the same now succeeds (out of gas?)';
  } catch (e) {
    const answer = revertDataOf(e);
    if (answer === undefined) {
      return e.details ?? e.message;
    }

    try {
      const {errorName, args} = decodeErrorResult({abi: contract.abi, data: answer});
      return `${errorName}(${(args ?? []).join(', ')})`;
    } catch {
      return `reverted with ${answer}`;
    }
  }
}

function revertDataOf(error) {
  for (let e = error; e; e = e.cause) {
    if (typeof e.data === 'string' && e.data.length > 2) {
      return e.data;
    }
  }

  return undefined;
}
