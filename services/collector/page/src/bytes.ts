// Bytes and their texts: base64url without padding, UTF-8, SHA-256.

export type Bytes = Uint8Array<ArrayBuffer>;

export function b64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The bytes of unpadded base64url; throws if the text is not that. */
export function unb64(text: string): Bytes {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes;
}

export function utf8(text: string): Bytes {
  return new Uint8Array(new TextEncoder().encode(text));
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** The first 16 base64url characters of the SHA-256: how key ids and fingerprints are written. */
export async function shortHash(bytes: Bytes): Promise<string> {
  return b64(await sha256(bytes)).slice(0, 16);
}
