import { Connection } from '@/lib/realtime/connection';
import type { Frame } from '@/lib/realtime/frame';

/** A connection without a wire: it keeps what it is sent. */
export class Wireless extends Connection {
  readonly sent: Frame[] = [];
  readonly buffered = 0;
  /** what it was closed with */
  code: number | undefined;

  protected override transmit(frame: Frame): void {
    this.sent.push(frame);
  }

  override standsFor(): number {
    return 0;
  }

  protected override read(): boolean {
    return true;
  }

  protected override shut(code: number): void {
    this.code = code;
  }
}
