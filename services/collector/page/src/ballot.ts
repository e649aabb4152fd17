// The ballot: made blind in this browser, signed by identity, unblinded here; nobody else can recognise it.

import { RSABSSA } from "@cloudflare/blindrsa-ts";
import { b64, type Bytes, shortHash, unb64, utf8 } from "./bytes.ts";
import type { Group } from "./codes.ts";

const SUITE = RSABSSA.SHA384.PSS.Randomized();
const NONCE_BYTES = 32;

/** What must outlive a reload between asking and getting: the secrets of one blinding, as base64url. */
export interface Blinding {
  keyId: string;
  message: string;
  inverse: string;
  blinded: string;
}

/** A ballot ready to be spent: prepared message and signature, as base64url. */
export interface Ballot {
  keyId: string;
  message: string;
  signature: string;
}

export interface GroupKey {
  keyId: string;
  spki: Bytes;
}

export async function fingerprint(card: string): Promise<string> {
  return shortHash(utf8(card));
}

/** The group's key from the session's key card; null if the card is not this session's or does not hold it. */
export async function keyOf(card: string, session: string, group: Group): Promise<GroupKey | null> {
  try {
    const read = JSON.parse(card) as { session: string; keys: { group: string; key_id: string; spki: string }[] };
    const row = read.keys.find((key) => key.group === group);
    if (read.session !== session || !row) return null;
    const spki = unb64(row.spki);
    return (await shortHash(spki)) === row.key_id ? { keyId: row.key_id, spki } : null;
  } catch {
    return null;
  }
}

/** A fresh blinding for this key. */
export async function blind(key: GroupKey): Promise<Blinding> {
  const message = SUITE.prepare(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
  const { blindedMsg, inv } = await SUITE.blind(await imported(key), message);
  return { keyId: key.keyId, message: b64(message), inverse: b64(inv), blinded: b64(blindedMsg) };
}

/** The ballot from identity's answer; throws if the signature is not one of this key over this message. */
export async function finish(blinding: Blinding, key: GroupKey, blindSignature: string): Promise<Ballot> {
  const message = unb64(blinding.message);
  const signature = await SUITE.finalize(await imported(key), message, unb64(blindSignature), unb64(blinding.inverse));
  return { keyId: key.keyId, message: blinding.message, signature: b64(signature) };
}

function imported(key: GroupKey): Promise<CryptoKey> {
  return crypto.subtle.importKey("spki", key.spki, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
}
