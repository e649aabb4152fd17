// What this device keeps of a visit: the whole of it on a personal one, the blinding's secrets alone on a shared one.

import * as tab from "./tab.ts";
import * as vault from "./vault.ts";
import { record, type Visit } from "./visit.ts";

const DAY_MS = 86_400_000;

export class Memory {
  private saving: Promise<void> = Promise.resolve();

  /** Whether anything is kept for anybody. */
  holdsAnything(): Promise<boolean> {
    return vault.holdsAnything(Date.now()).catch(() => false);
  }

  /** Fills the visit with what was kept for its code; false if nothing was. */
  async recall(visit: Visit): Promise<boolean> {
    const { place, kept } = await vault.open(visit.slip.code ?? "");
    if (!kept || kept.slip.session !== visit.slip.session || kept.slip.group !== visit.slip.group) return false;
    Object.assign(visit, { ...kept, slip: visit.slip, place, mode: "personal" });
    return true;
  }

  /** Makes a place for the visit; a browser that keeps nothing, as in a private window, is treated as a shared one. */
  async begin(visit: Visit): Promise<void> {
    if (visit.mode === "personal") {
      try {
        visit.place = (await vault.open(visit.slip.code ?? "")).place;
        void navigator.storage?.persist?.();
        await this.keep(visit, true);
        return tab.letGo();
      } catch {
        visit.place = null;
        visit.mode = "shared";
      }
    }
    if (visit.blinding) tab.hold(visit.blinding);
  }

  /** Keeps the visit as it is now; in the order of the calls. `strict` raises what otherwise is let go. */
  keep(visit: Visit, strict = false): Promise<void> {
    const { place } = visit;
    const kept = record(visit);
    const form = [...visit.forms.values()][0];
    if (!place || !kept || !form) return Promise.resolve();
    const until = new Date(form.closes).getTime() + form.grace * 1000 + DAY_MS;
    const written = this.saving.then(() => vault.keep(place, kept, until));
    this.saving = written.catch(() => undefined);
    return strict ? written : this.saving;
  }

  /** Forgets the visit. */
  async drop(visit: Visit): Promise<void> {
    const { place } = visit;
    if (place) await this.saving.then(() => vault.remove(place.id));
  }
}
