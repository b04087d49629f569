import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientOptions } from './client';
import type { Connected, ConnectOrder } from './orders';
import { RoomLog } from './room-log';
import { Tally } from './tally';

/** Bytes a second and client, below which there are only heartbeats; and milliseconds to wait for that. */
const QUIET = { bytes: 16, within: 20_000 };

/** Milliseconds that joining may take: longer than any server makes people wait. */
const PATIENCE = 60_000;

/** A room as the load generator sees it: whoever is in it, and the log that they all read along. */
export interface Room {
  readonly log: RoomLog;
  members: Member[];
}

/** A client, and how to bring it back. */
export interface Member {
  readonly client: Client;
  readonly options: ClientOptions;
}

/** All clients of a load generator, by room. */
export class Crowd {
  readonly tally = new Tally();
  readonly rooms = new Map<string, Room>();
  /** connections that were lost after they had joined, by reason */
  readonly lost = new Map<string, number>();
  #atOnce = 1;
  /** is told every answer to a message */
  onAnswer: (client: Client, call: number, ok: boolean, code: string) => void = () => undefined;

  get members(): Member[] {
    return [...this.rooms.values()].flatMap(({ members }) => members);
  }

  /** Connects clients, and waits until each has joined its room or failed to. */
  async connect({ port, protocol, atOnce, clients }: ConnectOrder): Promise<Connected> {
    this.#atOnce = atOnce;
    return this.#open(clients.map(({ room, token }) => ({ port, protocol, room, token })));
  }

  /** Brings back whoever is not connected any more. */
  async repair(): Promise<void> {
    const gone = this.members.filter(({ client }) => !client.isOpen);
    for (const room of this.rooms.values()) room.members = room.members.filter(({ client }) => client.isOpen);
    await this.#open(gone.map(({ options }) => options));
    this.lost.clear();
  }

  /** Waits until nothing but heartbeats comes, or some time has passed. */
  async quiet(): Promise<void> {
    const heard = () => this.members.reduce((bytes, { client }) => bytes + client.bytesRead, 0);
    const deadline = performance.now() + QUIET.within;
    let before = heard();
    while (performance.now() < deadline) {
      await sleep(1_000);
      const now = heard();
      if (now - before < QUIET.bytes * this.members.length) return;
      before = now;
    }
  }

  async #open(all: ClientOptions[]): Promise<Connected> {
    const begun = performance.now();
    const failed = new Map<string, number>();
    let joined = 0;
    let next = 0;
    const worker = async () => {
      for (let options = all[next++]; options; options = all[next++]) {
        const reason = await this.#join(options);
        if (reason === null) joined++;
        else failed.set(reason, (failed.get(reason) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: this.#atOnce }, worker));
    return { milliseconds: performance.now() - begun, joined, failed: [...failed] };
  }

  /** @returns why it could not join, or null once it has */
  #join(options: ClientOptions): Promise<string | null> {
    const room = this.rooms.get(options.room) ?? { log: new RoomLog(this.tally), members: [] };
    this.rooms.set(options.room, room);
    return new Promise((resolve) => {
      let hasJoined = false;
      const late = setTimeout(() => client.end(), PATIENCE);
      const client = new Client(options, room.log, {
        joined: () => {
          hasJoined = true;
          clearTimeout(late);
          room.members.push({ client, options });
          resolve(null);
        },
        answered: (...answer) => this.onAnswer(...answer),
        ended: (reason) => {
          if (hasJoined) this.lost.set(reason, (this.lost.get(reason) ?? 0) + 1);
          else {
            clearTimeout(late);
            resolve(reason);
          }
        },
      });
    });
  }
}
