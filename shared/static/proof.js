// Solves an ALTCHA puzzle (version 2, PBKDF2) with the browser's own cryptography.

const LONGEST = 60_000; // milliseconds

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Returns the solution of the puzzle at `url` as text for a form field; rejects when there is none. */
export async function solve(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`challenge: ${response.status}`);
  const challenge = await response.json();
  const { algorithm, cost, keyLength, keyPrefix, nonce, salt } = challenge.parameters;
  const derivation = { name: 'PBKDF2', hash: algorithm.split('/')[1], salt: bytes(salt), iterations: cost };
  const start = bytes(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  const tail = new DataView(password.buffer, start.length);
  const began = performance.now();
  for (let counter = 0; performance.now() - began < LONGEST; counter++) {
    tail.setUint32(0, counter);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const derivedKey = hex(await crypto.subtle.deriveBits(derivation, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) {
      const time = Math.round(performance.now() - began);
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey, time } }));
    }
  }
  throw new Error('challenge: not solved in time');
}
