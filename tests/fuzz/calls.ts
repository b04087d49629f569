import fc, { type Arbitrary } from 'fast-check';
import type { z } from 'zod';
import { COMMAND_SCHEMAS, LEAVE_SCHEMA, TYPING_SCHEMA } from '@/lib/contracts/commands';
import { NUMBERS } from './mutator';

/** A command as a client calls it, with however many arguments. */
export interface Call {
  name: string;
  args: unknown[];
}

/** Every command by its name: one that is added is called by itself. */
const SCHEMAS: Record<string, z.ZodObject> = { ...COMMAND_SCHEMAS, typing: TYPING_SCHEMA, 'room:leave': LEAVE_SCHEMA };

const room = fc.constantFrom('arena', 'ARENA', 'own-1', 'own-2', 'own-3', 'nowhere');
const count = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.nat({ max: 2_147_483_647 }));
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 300 }));

/** What is right in a field, by its name; for others JSON of any kind has to do. */
const RIGHT: Record<string, Arbitrary<unknown>> = {
  room,
  name: fc.constantFrom('own-1', 'own-2', 'own-3', 'Own 4'),
  topic: text,
  visibility: fc.constantFrom('public', 'private'),
  owner: fc.constantFrom('nobody', 'admin'),
  username: fc.constantFrom('nobody', 'admin'),
  q: fc.oneof(room, text),
  cursor: fc.constantFrom('WzAsMCwiYSJd', Buffer.from('[3,1e308,"\\ud800"]').toString('base64url')),
  limit: fc.integer({ min: 1, max: 200 }),
  body: text,
  clientMessageId: fc.uuid(),
  typing: fc.boolean(),
};

const numbers = NUMBERS.map(Number).filter((number) => Number.isFinite(number));

/** What is wrong in most fields, each in its own way. */
const WRONG: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, '', ' ', '\0', '\ud800', 'a\udc00b', true, [], {}, [[]], { length: 1 }, ...numbers),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 8_000, maxLength: 9_000, unit: 'grapheme' }),
  fc.jsonValue(),
  // As JSON has it: an own key, which in a literal it would not be.
  fc.constant(JSON.parse('{"__proto__":{"room":"arena"},"constructor":1,"toString":null,"toJSON":2}') as unknown),
);

function fieldsOf(schema: z.ZodObject): Arbitrary<Record<string, unknown>> {
  const fields = Object.keys(schema.shape).map((key): [string, Arbitrary<unknown>] => {
    const right = RIGHT[key] ?? fc.oneof(count, text);
    // Mostly right, or a call would be refused for its first field and the others never be looked at.
    const value = fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: WRONG });
    return [key, fc.option(value, { freq: 6, nil: undefined })];
  });
  const known = fc.record(Object.fromEntries(fields));
  const unknown = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'id', 'type')), WRONG, {
    maxKeys: 2,
  });
  return fc.oneof(
    { weight: 10, arbitrary: known },
    { weight: 1, arbitrary: fc.tuple(known, unknown).map(([one, other]) => ({ ...one, ...other })) },
  );
}

const callArbitrary: Arbitrary<Call> = fc
  .oneof(
    { weight: 20, arbitrary: fc.constantFrom(...Object.keys(SCHEMAS)) },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', 'constructor', 'hasOwnProperty')),
    },
  )
  // Names of Socket.IO's own are no commands, and end the connection.
  .filter(
    (name) =>
      !['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].includes(name),
  )
  .chain((name) => {
    const schema = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
    const input = schema ? fieldsOf(schema) : fc.jsonValue();
    return fc.record({
      name: fc.constant(name),
      args: fc.oneof(
        { weight: 20, arbitrary: fc.tuple<unknown[]>(input) },
        { weight: 1, arbitrary: fc.array(WRONG, { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.tuple<unknown[]>(input, WRONG) },
      ),
    });
  });

/** What one connection calls. */
export const callsArbitrary: Arbitrary<Call[]> = fc.array(callArbitrary, { minLength: 4, maxLength: 12 });

/** Whether a command's own schema takes what was called, as it arrives: JSON leaves out what is undefined. */
export function isLegal({ name, args: [input] }: Call): boolean {
  const schema = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  const arrived: unknown = input === undefined ? null : JSON.parse(JSON.stringify(input));
  return schema?.safeParse(arrived).success ?? false;
}
