/**
 * Starts and stops anvil: the ELF itself, never a wrapper, so that ending the child ends the chain. Ready is the line
 * "Listening on"; output is drained for as long as it runs, or the pipe would fill and the chain stand still.
 */
import {spawn} from 'node:child_process';
import readline from 'node:readline';
import {inContracts} from './folders.mjs';

export const chainId = 31337;

/** The public development mnemonic: ten rich accounts that anvil signs for. Worthless anywhere else. */
export const mnemonic = 'test test test test test test test test test test test junk';

/**
 * How many blocks back the state can be asked for: as many as a node of Ethereum keeps that is no archive (geth: 128).
 * Unlimited, anvil writes the state after each older block to the home folder, some megabytes a block with all that is
 * deployed here, and leaves them there when it is killed.
 */
export const statesKept = 128;

/**
 * @param {{port?: number, chain?: number, extra?: string[], onLine?: (line: string) => void}} options
 *   port 0 takes a free one.
 * @returns {Promise<{url: string, port: number, stop: () => Promise<void>, ended: Promise<number|null>}>}
 */
export async function startAnvil({port = 0, chain = chainId, extra = [], onLine = () => {}} = {}) {
  const args = [
    '--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chain), '--hardfork', 'cancun',
    '--gas-limit', '1000000000', '--balance', '1000000', '--mnemonic', mnemonic, '--color', 'never',
    '--prune-history', String(statesKept),
    ...extra,
  ];
  const child = spawn(inContracts('node_modules/.bin/anvil'), args, {stdio: ['ignore', 'pipe', 'pipe']});
  const ended = new Promise(resolve => child.once('exit', resolve));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  ended.then(() => process.off('exit', killWithUs));

  const errors = [];
  const listening = new Promise((resolve, reject) => {
    child.once('error', reject);
    ended.then(code => reject(new Error(`anvil ended with ${code} before it listened: ${errors.join(' ')}`)));
    readline.createInterface({input: child.stdout}).on('line', line => {
      const match = /^Listening on ([\d.]+):(\d+)/.exec(line);
      if (match) {
        resolve(Number(match[2]));
      }

      onLine(line);
    });
    readline.createInterface({input: child.stderr}).on('line', line => {
      errors.push(line);
      errors.splice(0, errors.length - 10);
    });
  });
  const bound = await listening;
  const stop = async () => {
    child.kill('SIGTERM');
    const forced = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(forced);
  };
  return {url: `http://127.0.0.1:${bound}`, port: bound, pid: child.pid, stop, ended};
}
