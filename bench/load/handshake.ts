import { createHash, randomBytes } from 'node:crypto';

/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const END = '\r\n\r\n';

/** A client's half of RFC 6455's opening handshake, and the check of the server's. */
export class Handshake {
  readonly request: string;
  readonly #accept: string;
  #answer: Buffer = Buffer.alloc(0);

  /** @param token goes in the header, as programs send it; none where it is empty */
  constructor(port: number, path: string, token: string) {
    const key = randomBytes(16).toString('base64');
    this.#accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    this.request = [
      `GET ${path} HTTP/1.1`,
      `Host: localhost:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${key}`,
      ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
      END.slice(2),
    ].join('\r\n');
  }

  /**
   * Takes what the server says.
   *
   * @returns undefined while it has not said all; then whether it agreed, its status, and what came behind
   */
  take(chunk: Buffer): { agreed: boolean; status: string; rest: Buffer } | undefined {
    this.#answer = Buffer.concat([this.#answer, chunk]);
    const end = this.#answer.indexOf(END);
    if (end < 0) return undefined;
    const head = this.#answer.toString('latin1', 0, end);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 'no HTTP';
    const accept = /^sec-websocket-accept: *(\S+) *$/im.exec(head)?.[1];
    return { agreed: status === '101' && accept === this.#accept, status, rest: this.#answer.subarray(end + 4) };
  }
}
