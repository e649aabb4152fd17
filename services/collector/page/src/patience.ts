// How long to wait before trying again: growing, capped, with jitter, never less than the server asked for.

const FIRST_MS = 1_000;
const CAP_MS = 60_000;

/** Milliseconds before attempt `tries + 1`; `after` is the server's Retry-After in seconds, 0 if it named none. */
export function delay(tries: number, after: number, random: () => number = Math.random): number {
  const grown = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(tries, 6));
  const own = grown * (0.5 + random() / 2);
  return after > 0 ? after * 1000 * (1 + random() / 2) + Math.min(own, 2_000) * random() : own;
}

/** Resolves after `ms`, or as soon as `wake` is called or the network is back. */
export function pause(ms: number, onWake: (wake: () => void) => void = () => undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    onWake(end);
  });
}
