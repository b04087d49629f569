/** The figures of the wire contract, each in one place. */
export const LIMITS = {
  /** characters of an e-mail address (RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets) */
  email: 254,
  username: { min: 2, max: 32 },
  /** characters at least, and bytes of UTF-8 at most: bcrypt ignores what comes after the 72nd */
  password: { minCharacters: 8, maxBytes: 72 },
  roomName: 64,
  topic: 250,
  /** Unicode code points of a message */
  body: 8_000,
  /** messages in one answer: by default, and at most */
  page: { default: 50, max: 200 },
  /** bytes of UTF-8 JSON of the `messages` in one answer */
  pageBytes: 256 * 1024,
  search: { default: 20, max: 100 },
  /** bytes of an HTTP request's body */
  requestBytes: 256 * 1024,
  /** bytes of one frame from a client */
  frameBytes: 128 * 1024,
  /** bytes of one frame from the server: a larger commit comes as several facts */
  factBytes: 448 * 1024,
  /** users listed in `presence.online` */
  online: 200,
  /** milliseconds after which a `typing` lapses */
  typingMs: 6_000,
  /** of an invitation: how long it is good, by default and at most, and for how many at most */
  invitation: { hours: { default: 168, max: 8_760 }, uses: 1_000 },
  /** seconds that a session lasts without being renewed */
  sessionSeconds: 2_592_000,
} as const;
