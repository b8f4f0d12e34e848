/**
 * Who signs on a real network: a keystore's account in this process, or a Ledger through cast. Each sends with the
 * nonce it is given, tells the transaction's hash as soon as there is one, and returns the receipt.
 */
import {spawnSync} from 'node:child_process';
import {numberToHex} from 'viem';
import {inContracts} from './folders.mjs';

/** @param fees () => {maxFeePerGas, maxPriorityFeePerGas} in wei. */
export class KeystoreSigner {
  constructor(chain, account, chainId, fees) {
    Object.assign(this, {chain, account, chainId, fees, address: account.address});
  }

  async send({to, data, value = 0n, nonce, onHash = () => {}}) {
    const gas = await estimate(this.chain, {from: this.address, to, data, value});
    const signed = await this.account.signTransaction({
      type: 'eip1559', chainId: this.chainId, to, data, value, gas,
      nonce: nonce ?? await this.chain.nonce(this.address), ...await this.fees(),
    });
    const hash = await this.chain.request('eth_sendRawTransaction', [signed]);
    onHash(hash);
    return this.chain.receiptOf(hash, 600_000, 250);
  }
}

/** A hardware wallet: cast shows the transaction there, and it is confirmed by hand. */
export class LedgerSigner {
  constructor(chain, address, hdPath, fees) {
    Object.assign(this, {chain, address, hdPath, fees});
  }

  async send({to, data, value = 0n, nonce, onHash = () => {}}) {
    const gas = await estimate(this.chain, {from: this.address, to, data, value});
    const {maxFeePerGas, maxPriorityFeePerGas} = await this.fees();
    const result = spawnSync(inContracts('node_modules/.bin/cast'), [
      'send', '--ledger', '--hd-path', this.hdPath, '--from', this.address, '--rpc-url', this.chain.url, '--async',
      '--value', String(value), '--gas-limit', String(gas), '--gas-price', String(maxFeePerGas),
      '--priority-gas-price', String(maxPriorityFeePerGas),
      '--nonce', String(nonce ?? await this.chain.nonce(this.address)),
      ...(to === undefined ? ['--create', data] : [to, '--data', data]),
    ], {encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit']});
    if (result.status !== 0) {
      throw new Error(`cast send ended with ${result.status ?? result.error?.message}.`);
    }

    const hash = result.stdout.trim();
    onHash(hash);
    return this.chain.receiptOf(hash, 600_000, 250);
  }
}

// A tenth more than was estimated: state may move a little until it is included.
async function estimate(chain, {from, to, data, value}) {
  const call = {from, data, value: numberToHex(value), ...(to === undefined ? {} : {to})};
  return BigInt(await chain.request('eth_estimateGas', [call])) * 11n / 10n;
}
