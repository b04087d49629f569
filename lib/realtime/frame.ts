import type { FactName, Facts } from '../contracts/facts';

/** A fact on its way to many connections: encoded at most once for each protocol, however many receive it. */
export class Frame<N extends FactName = FactName> {
  readonly name: N;
  readonly payload: Facts[N];
  #plain: string | undefined;
  #socketIo: string | undefined;

  constructor(name: N, payload: Facts[N]) {
    this.name = name;
    this.payload = payload;
  }

  /** The text frame of the plain WebSocket: the fact's name as `type`, first. */
  get plain(): string {
    return (this.#plain ??= JSON.stringify({ type: this.name, ...this.payload }));
  }

  /**
   * The Engine.IO message that carries a Socket.IO event packet of the default namespace: `2` and a JSON array
   * (Socket.IO protocol 5, "Packet encoding"). Engine.IO itself puts its `4` before it.
   */
  get socketIo(): string {
    return (this.#socketIo ??= `2${JSON.stringify([this.name, this.payload])}`);
  }
}
