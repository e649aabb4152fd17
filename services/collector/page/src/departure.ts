// A finished response goes out, and its person reads what became of it, unless somebody else sits there by then.

import type { Memory } from "./memory.ts";
import { type Fate, Outbox, type Parcel } from "./outbox.ts";
import type { Scene } from "./scene.ts";
import { ended, sending } from "./screens/end.ts";
import * as tab from "./tab.ts";
import type { Visit } from "./visit.ts";

const UNSIGNED = 401;
const UNKNOWN = 404;
const CLOSED = 410;

export class Departure {
  private readonly outbox = new Outbox(() => this.tell());

  constructor(
    private readonly scene: Scene,
    private readonly memory: Memory,
    private readonly nextPerson: () => void,
  ) {}

  /** Whether finished responses would be gone with the page. */
  get wouldLose(): boolean {
    return this.outbox.unkept > 0;
  }

  async send(content: string): Promise<void> {
    const { visit } = this.scene;
    const { parcel, fate } = this.outbox.send(content, visit.place !== null);
    visit.over = true;
    this.onTheWay(visit, parcel);
    await this.arrived(visit, await fate);
  }

  /** Says above every screen how many wait, and on the screen of the one who waits that it goes on. */
  tell(): void {
    const place = document.getElementById("waiting");
    const n = this.outbox.waiting;
    if (place) {
      place.hidden = n === 0;
      place.textContent = n === 0 ? "" : this.scene.voice.say("send.waiting", { n });
    }
    if (this.scene.visit.over && n > 0) this.scene.redraw();
  }

  private onTheWay(visit: Visit, parcel: Parcel): void {
    this.scene.to(() =>
      sending(this.scene.voice, {
        delayed: parcel.tries > 0,
        personal: visit.mode === "personal",
        hurry: () => parcel.hurry(),
        nextPerson: this.nextPerson,
      }),
    );
  }

  private async arrived(visit: Visit, fate: Fate): Promise<void> {
    const { scene } = this;
    const gone = fate.kind === "counted" || fate.status === CLOSED || fate.status === UNSIGNED;
    if (gone) await this.memory.drop(visit);
    if (visit !== scene.visit) return;
    if (visit.mode === "shared") tab.letGo();
    if (fate.kind === "counted") scene.to(() => ended(scene.voice, visit.mode === "personal", this.nextPerson));
    else if (fate.status === CLOSED) scene.stop("closed");
    else if (fate.status === UNSIGNED || fate.status === UNKNOWN) scene.stop("slip");
    else scene.stop("refused", { status: fate.status });
  }
}
