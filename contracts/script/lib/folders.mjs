import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** The contracts folder: every path below is relative to it, wherever a command is started. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const inContracts = (...parts) => path.join(root, ...parts);
