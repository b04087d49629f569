import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core';

/** What a browser says while a line is cut, or a service is away. */
export const AWAY = [
  /WebSocket connection to/,
  /ERR_CONNECTION_REFUSED/,
  /ERR_CONNECTION_RESET/,
  /ERR_EMPTY_RESPONSE/,
  /ERR_ABORTED/,
];

/** The live connection of a tab, or of all tabs of a browser, in a test's hands. Pages load whatever it does. */
export class Line {
  /** What comes from the page; give back false to swallow it. */
  onSend: (frame: string, socket: WebSocketRoute) => boolean = () => true;
  /** What comes from the server; give back false to swallow it. */
  onReceive: (frame: string) => boolean = () => true;
  readonly #target: BrowserContext | Page;
  readonly #open = new Set<WebSocketRoute>();
  /** those through which nothing comes any more, though nobody has closed them */
  readonly #silent = new Set<WebSocketRoute>();
  #cut: boolean;

  private constructor(target: BrowserContext | Page, cut: boolean) {
    this.#target = target;
    this.#cut = cut;
  }

  /** Takes hold of the connections that are made from now on. */
  static async of(target: BrowserContext | Page, cut = false): Promise<Line> {
    const line = new Line(target, cut);
    await target.route(/\/socket\.io\//, (route) => (line.#cut ? route.abort('connectionrefused') : route.continue()));
    await target.routeWebSocket(/\/socket\.io\//, (socket) => line.#connect(socket));
    return line;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#open) void socket.close().catch(() => undefined);
    this.#open.clear();
  }

  /** Leaves the connections as they are and carries nothing over them any more, as after a change of the network. */
  silence(): void {
    for (const socket of this.#open) this.#silent.add(socket);
  }

  /** Lets connections come about again, and has the browser say so, as it does when a network is back. */
  async mend(): Promise<void> {
    this.#cut = false;
    const pages = 'pages' in this.#target ? this.#target.pages() : [this.#target];
    await Promise.all(pages.map((page) => page.evaluate(() => window.dispatchEvent(new Event('online')))));
  }

  #connect(socket: WebSocketRoute): void {
    if (this.#cut) {
      void socket.close().catch(() => undefined);
      return;
    }
    const server = socket.connectToServer();
    this.#open.add(socket);
    socket.onMessage((frame) => {
      if (!this.#silent.has(socket) && this.onSend(String(frame), socket)) server.send(frame);
    });
    server.onMessage((frame) => {
      if (!this.#silent.has(socket) && this.onReceive(String(frame))) socket.send(frame);
    });
    socket.onClose(() => {
      this.#open.delete(socket);
      void server.close().catch(() => undefined);
    });
  }
}
