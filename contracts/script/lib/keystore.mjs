/** Reads a key from an encrypted file (Web3 Secret Storage, version 3), as cast and geth write them. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import {keccak256} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';

/** @returns a viem account. The key is nowhere but in this process's memory. @throws where the password is wrong. */
export function openKeystore(file, password) {
  const json = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (json.version !== 3 || json.crypto?.cipher !== 'aes-128-ctr') {
    throw new Error(`${file} is not a keystore of version 3 with aes-128-ctr.`);
  }

  const {kdf, kdfparams, ciphertext, cipherparams, mac} = json.crypto;
  const derived = deriveKey(kdf, kdfparams, password, file);
  const sealed = Buffer.from(ciphertext, 'hex');
  const expected = keccak256(Buffer.concat([derived.subarray(16, 32), sealed])).slice(2);
  if (!crypto.timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(mac, 'hex'))) {
    throw new Error(`The password does not open ${file}.`);
  }

  const decipher = crypto.createDecipheriv('aes-128-ctr', derived.subarray(0, 16), Buffer.from(cipherparams.iv, 'hex'));
  const key = Buffer.concat([decipher.update(sealed), decipher.final()]);
  return privateKeyToAccount(`0x${key.toString('hex')}`);
}

function deriveKey(kdf, {n, r, p, c, dklen, salt, prf}, password, file) {
  const bytes = Buffer.from(salt, 'hex');
  if (kdf === 'scrypt') {
    return crypto.scryptSync(password, bytes, dklen, {N: n, r, p, maxmem: 256 * n * r});
  }

  if (kdf === 'pbkdf2' && prf === 'hmac-sha256') {
    return crypto.pbkdf2Sync(password, bytes, c, dklen, 'sha256');
  }

  throw new Error(`${file} derives its key by ${kdf}, which is not known.`);
}

/** Asks for a password on the terminal without showing it. @throws where there is no terminal. */
export async function askPassword(question) {
  const {stdin, stderr} = process;
  if (!stdin.isTTY) {
    throw new Error('There is no terminal to ask for the password; give --password-file.');
  }

  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let password = '';
  try {
    for await (const chunk of stdin) {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') {
          return password;
        }

        if (character === '\u0003') {
          throw new Error('Stopped.');
        }

        password = character === '\u007f' ? password.slice(0, -1) : password + character;
      }
    }
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }

  return password;
}
