// Finished responses on their way: each is kept until it is counted or refused for good, unseen by the next person.

import { delay, pause } from "./patience.ts";
import { submit } from "./wire.ts";

export type Fate = { kind: "counted" } | { kind: "refused"; status: number };

export class Parcel {
  /** Attempts that did not end it. */
  tries = 0;
  fate: Fate | null = null;
  private wake: () => void = () => undefined;

  /** `kept`: this device holds it beyond the page. */
  constructor(
    readonly body: string,
    readonly kept: boolean,
  ) {}

  /** Tries again at once. */
  hurry(): void {
    this.wake();
  }

  async deliver(changed: () => void): Promise<Fate> {
    for (;;) {
      const outcome = await submit(this.body);
      if (outcome.kind === "done") return (this.fate = { kind: "counted" });
      if (outcome.kind === "stop") return (this.fate = { kind: "refused", status: outcome.status });
      this.tries += 1;
      changed();
      await pause(delay(this.tries, outcome.after), (wake) => (this.wake = wake));
    }
  }
}

export class Outbox {
  private readonly parcels = new Set<Parcel>();

  constructor(private readonly changed: () => void) {}

  get waiting(): number {
    return this.parcels.size;
  }

  /** Those that would be gone with the page. */
  get unkept(): number {
    return [...this.parcels].filter((parcel) => !parcel.kept).length;
  }

  /** Sends until there is an answer that ends it. */
  send(body: string, kept: boolean): { parcel: Parcel; fate: Promise<Fate> } {
    const parcel = new Parcel(body, kept);
    this.parcels.add(parcel);
    const fate = parcel.deliver(this.changed).finally(() => {
      this.parcels.delete(parcel);
      this.changed();
    });
    return { parcel, fate };
  }
}
