/**
 * Compiles the third-party contracts of which npm has only sources, by the compiler they were written for, into
 * .vendor/. The result is kept under a hash of the sources and settings, so it is compiled once for a clone.
 */
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {inContracts} from './folders.mjs';

const require = createRequire(import.meta.url);

/** 400 runs: with 1,500 the Vault is over the size limit of EIP-170. */
const settings = {
  optimizer: {enabled: true, runs: 400},
  evmVersion: 'istanbul',
  outputSelection: {'*': {'*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object']}},
};

/** One compilation each: the weighted pool's packages need another version of the Vault's interfaces. */
const devChain = [
  {
    folder: 'node_modules/@balancer-labs/v2-vault',
    contracts: {Vault: 'contracts/Vault.sol'},
  },
  {
    folder: 'node_modules/@balancer-labs/v2-pool-weighted',
    contracts: {WeightedPool: 'contracts/WeightedPool.sol'},
  },
];

/** Only the pools that our curves are compared with need these. */
const referees = [
  {
    folder: 'node_modules/sphere-mezo-solidity-files',
    contracts: {
      Pool: 'domains/aerodrome/contracts/Pool.sol',
      PoolFactory: 'domains/aerodrome/contracts/factories/PoolFactory.sol',
    },
    compiler: 'solc',
    evmVersion: 'cancun',
  },
];

/** Compiles what .vendor/ does not have yet. Returns the names of the contracts compiled now. */
export function compileVendored(say = () => {}, {withReferees = false} = {}) {
  const compiled = [];
  for (const unit of withReferees ? [...devChain, ...referees] : devChain) {
    const key = keyOf(unit);
    for (const name of Object.keys(unit.contracts).filter(n => readKey(n) !== key)) {
      say(`Compiling ${name} with ${compilerOf(unit)} (once).`);
      write(name, {...compile(unit, name), key});
      compiled.push(name);
    }
  }

  return compiled;
}

const compilerOf = unit => unit.compiler ?? 'solc-0.7.6';

export const vendoredFile = name => inContracts('.vendor', `${name}.json`);

function readKey(name) {
  const file = vendoredFile(name);
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).key : undefined;
}

function write(name, artifact) {
  fs.mkdirSync(inContracts('.vendor'), {recursive: true});
  const temporary = `${vendoredFile(name)}.${process.pid}`;
  fs.writeFileSync(temporary, JSON.stringify(artifact));
  fs.renameSync(temporary, vendoredFile(name));
}

// The version of a package names its sources: npm ci has checked them against the lock.
function keyOf(unit) {
  const manifest = fs.readFileSync(inContracts(unit.folder, 'package.json'), 'utf8');
  return createHash('sha256').update(JSON.stringify([settings, unit, JSON.parse(manifest).version])).digest('hex');
}

function compile(unit, name) {
  const solc = require(compilerOf(unit));
  const source = `${unit.folder.replace('node_modules/', '')}/${unit.contracts[name]}`;
  const input = {
    language: 'Solidity',
    sources: {[source]: {content: fs.readFileSync(inContracts('node_modules', source), 'utf8')}},
    settings: {...settings, evmVersion: unit.evmVersion ?? settings.evmVersion},
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), {import: importer(unit)}));
  const errors = (output.errors ?? []).filter(e => e.severity === 'error');
  if (errors.length > 0) {
    throw new Error(`${name} does not compile:\n${errors.map(e => e.formattedMessage).join('\n')}`);
  }

  const {abi, evm} = output.contracts[source][name];
  return {abi, bytecode: `0x${evm.bytecode.object}`, deployedBytecode: `0x${evm.deployedBytecode.object}`};
}

/** Imports are found as Node finds packages: in the unit's own node_modules first. */
function importer(unit) {
  const homes = [inContracts(unit.folder, 'node_modules'), inContracts('node_modules')];
  return name => {
    const file = homes.map(home => path.join(home, name)).find(f => fs.existsSync(f));
    return file ? {contents: fs.readFileSync(file, 'utf8')} : {error: `not found: ${name}`};
  };
}
