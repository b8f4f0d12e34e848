/**
 * Compiled contracts, from wherever they are: our own (forge's out/), npm packages, and .vendor/. One form for all:
 * {name, abi, bytecode, deployedBytecode, links, immutables}, with bytecode as 0x hex.
 */
import fs from 'node:fs';
import path from 'node:path';
import {keccak256} from 'viem';
import {inContracts} from './folders.mjs';
import {vendoredFile} from './vendor.mjs';

const loaded = new Map();

/** A contract of ours. Deployments of several contracts of one file name the contract. */
export const own = (file, contract = file) => load(inContracts('out', `${file}.sol`, `${contract}.json`), contract);

/** A contract of an npm package, by its file below node_modules. */
export const npm = file => load(inContracts('node_modules', file), path.basename(file, '.json'));

export const vendored = name => load(vendoredFile(name), name);

function load(file, name) {
  let artifact = loaded.get(file);
  if (artifact === undefined) {
    if (!fs.existsSync(file)) {
      throw new Error(`${name} is not compiled: ${path.relative(inContracts(), file)} is missing.`);
    }

    artifact = normalised(JSON.parse(fs.readFileSync(file, 'utf8')), name);
    loaded.set(file, artifact);
  }

  return artifact;
}

function normalised(json, name) {
  // Waffle keeps the code under evm, forge in {object}, Hardhat as text; some lack the 0x.
  const creation = json.bytecode ?? json.evm?.bytecode;
  const runtime = json.deployedBytecode ?? json.evm?.deployedBytecode;
  const artifact = {
    name,
    abi: json.abi,
    bytecode: hexOf(creation),
    deployedBytecode: hexOf(runtime),
    links: json.linkReferences ?? creation?.linkReferences ?? {},
    immutables: Object.values(runtime?.immutableReferences ?? {}).flat(),
  };
  if (artifact.bytecode.length <= 2) {
    throw new Error(`${name} has no bytecode: an interface, or linting has overwritten out/ (forge build --force).`);
  }

  return artifact;
}

function hexOf(code) {
  const text = (typeof code === 'string' ? code : code?.object) ?? '';
  return text.startsWith('0x') ? text : `0x${text}`;
}

/** The libraries an artifact must be linked with. */
export const librariesOf = artifact => Object.values(artifact.links).flatMap(l => Object.keys(l));

/** The artifact with the addresses of its libraries put in. */
export function linked(artifact, addressOf) {
  let hex = artifact.bytecode.slice(2);
  for (const libraries of Object.values(artifact.links)) {
    for (const [library, places] of Object.entries(libraries)) {
      const address = addressOf(library).slice(2).toLowerCase();
      for (const {start, length} of places) {
        hex = hex.slice(0, start * 2) + address + hex.slice((start + length) * 2);
      }
    }
  }

  return {...artifact, bytecode: `0x${hex}`, links: {}};
}

/**
 * The hash of runtime code with its immutables as zeros: what was compiled and what stands can be compared, whatever
 * the constructor wrote into it.
 */
export function codeHash(code, artifact) {
  let hex = code.slice(2).toLowerCase();
  for (const {start, length} of artifact.immutables) {
    hex = hex.slice(0, start * 2) + '00'.repeat(length) + hex.slice((start + length) * 2);
  }

  return keccak256(`0x${hex}`);
}
