import { isLoopback, loadEnv, SettingError, type Env } from '../env';
import type { Source } from '../setting';
import { bad, good, warning, type Finding } from './finding';

const SUBJECT = 'settings';

/** Variables that are set and that a complaint names. */
function named(message: string, source: Source): string[] {
  return (message.match(/\b[A-Z][A-Z_]+\b/g) ?? []).filter((name) => source[name]?.trim());
}

/**
 * Reads the settings and finds every one that is wrong: a start tells of the first alone.
 *
 * @param source the environment's variables
 * @returns the settings as far as they are right, undefined where nothing can be read, and the names of those that were left out
 */
export function checkSettings(source: Source): {
  settings: Env | undefined;
  findings: Finding[];
  dropped: ReadonlySet<string>;
} {
  const findings: Finding[] = [];
  const dropped = new Set<string>();
  const address = source.NEXTAUTH_URL?.trim();
  const host = source.HOST?.trim();
  // A container's start may set the address itself, where whoever looks into the container does not see it.
  if (host && !isLoopback(host) && !address) {
    const fix = 'set NEXTAUTH_URL to the address that people type, such as https://chat.example.org';
    findings.push(warning(SUBJECT, `NEXTAUTH_URL is not set here, and HOST=${host} needs it`, fix));
  }
  const rest: Record<string, string | undefined> = { ...source, ...(address ? {} : { HOST: 'localhost' }) };
  for (;;) {
    try {
      const settings = loadEnv(rest);
      if (findings.length === 0) findings.push(good(SUBJECT, 'all are right'));
      return { settings, findings, dropped };
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      findings.push(
        bad(
          SUBJECT,
          error.message,
          'correct it where the service gets its settings (.env, the unit’s file, the shell)',
        ),
      );
      const wrong = named(error.message, rest);
      if (wrong.length === 0) return { settings: undefined, findings, dropped };
      for (const name of wrong) {
        rest[name] = undefined;
        dropped.add(name);
      }
    }
  }
}
