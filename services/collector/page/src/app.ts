// The way of one person from the slip to "Counted", and of the next one after that: puts the rooms together.

import { Course } from "./course.ts";
import { Departure } from "./departure.ts";
import { Entrance } from "./entrance.ts";
import { Memory } from "./memory.ts";
import { Scene } from "./scene.ts";
import * as tab from "./tab.ts";
import type { Language, Voice } from "./texts.ts";

export class App {
  private readonly scene: Scene;
  private readonly memory = new Memory();
  private readonly departure: Departure;
  private readonly entrance: Entrance;

  constructor(voice: Voice, identity: string) {
    const next = (): void => this.nextPerson();
    this.scene = new Scene(voice, next);
    this.departure = new Departure(this.scene, this.memory, next);
    const course = new Course(this.scene, this.memory, this.departure);
    this.entrance = new Entrance(this.scene, this.memory, course, this.departure, identity);
    window.addEventListener("popstate", (event) => course.travelled(event.state as { step?: number } | null));
    window.addEventListener("beforeunload", (event) => {
      if (this.wouldLose()) event.preventDefault();
    });
  }

  start(fragment: string): Promise<void> {
    return this.entrance.open(fragment);
  }

  /** A slip's link, opened while the page stands: it is followed unless somebody is in the middle of answering. */
  async follow(fragment: string): Promise<void> {
    const { visit } = this.scene;
    if (visit.ballot && !visit.over) return;
    this.scene.begin();
    await this.start(fragment);
  }

  /** Speaks another language; answers stay. */
  async speak(language: Language): Promise<void> {
    await this.scene.speak(language);
    this.departure.tell();
  }

  private nextPerson(): void {
    tab.letGo();
    this.scene.begin();
    void this.memory.holdsAnything().then((found) => (this.scene.unsent = found));
    this.entrance.type({});
  }

  /** Whether closing the page now would cost somebody answers: on a shared device they are nowhere else. */
  private wouldLose(): boolean {
    const { visit } = this.scene;
    const busy = visit.mode === "shared" && !visit.over && Object.keys(visit.answers.items).length > 0;
    return busy || this.departure.wouldLose;
  }
}
