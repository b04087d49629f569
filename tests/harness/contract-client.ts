import type { Answer } from './answers';
import type { FactLog } from './facts';

/** One face for every transport: commands are called by name, and what the server tells is kept. */
export interface ContractClient {
  call(name: string, input: Record<string, unknown>): Promise<Answer>;
  readonly facts: FactLog;
  close(): Promise<void>;
}
