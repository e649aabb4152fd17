// Keeps the page for times without a network: its files only if they are those of this build, by their hashes.

/// <reference lib="webworker" />
export {};
declare const self: ServiceWorkerGlobalScope;

const CACHE = `page-${RELEASE}`;
const FORMS = "forms";
const PATIENCE_MS = 5_000;

async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const file of FILES) {
    const answer = await fetch(file.address, { cache: "reload" });
    const found = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer()));
    const hex = [...found].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!answer.ok || hex !== file.sha256) throw new Error(`${file.address} is not the published file`);
    await cache.put(file.address, answer);
  }
  await cache.put("/", await fetch("/", { cache: "reload" }));
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE && name !== FORMS).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From the network if it answers in time, else what was kept; what came is kept under `as`. */
async function fresh(request: Request, name: string, as: string): Promise<Response> {
  const cache = await caches.open(name);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(request, { signal: limit.signal });
    if (answer.ok) await cache.put(as, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(as);
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(keepFiles().then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname === "/" && request.mode === "navigate") {
    event.respondWith(fresh(request, CACHE, address.search ? address.pathname + address.search : "/").catch(() => kept(new Request("/"))));
  } else if (address.pathname.startsWith("/page/")) event.respondWith(kept(request));
  else if (address.pathname.endsWith("/questionnaire")) {
    event.respondWith(fresh(request, FORMS, address.pathname + address.search));
  }
});
