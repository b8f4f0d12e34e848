/** What must be there before anything is deployed: npm's packages and compiled contracts, made where missing or old. */
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import {inContracts} from './folders.mjs';

/** Runs npm ci where node_modules is missing or older than the lock. Needs no package itself. */
export function installPackages(say) {
  const installed = inContracts('node_modules/.package-lock.json');
  const isCurrent = fs.existsSync(installed)
    && fs.statSync(installed).mtimeMs >= fs.statSync(inContracts('package-lock.json')).mtimeMs;
  if (!isCurrent) {
    say('Installing npm packages.');
    run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']);
  }
}

/** Compiles src/ and the dev chain's price feed and rate provider, where forge finds a change. */
export function compileOwn(say) {
  say('Compiling src/.');
  const what = ['src', 'test/mocks/MockAggregator.sol', 'test/mocks/MockRateProvider.sol'];
  run(inContracts('node_modules/.bin/forge'), ['build', ...what, '--quiet'], {FOUNDRY_PROFILE: 'default'});
}

function run(command, args, environment = {}) {
  const result = spawnSync(command, args, {
    cwd: inContracts(), stdio: ['ignore', 2, 2], env: {...process.env, ...environment},
  });
  if (result.error || result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed: ${result.error?.message ?? `exit code ${result.status}`}`);
  }
}
