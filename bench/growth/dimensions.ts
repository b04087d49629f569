import type { WorldSize } from './world';

/** Something that grows while the rest stays as it is. */
export interface Dimension {
  title: string;
  sizes: readonly number[];
  /** a service where this has that size */
  world(size: number): WorldSize;
}

const SMALL: WorldSize = { messages: 1_000, members: 10, rooms: 10, ownRooms: 10 };

/** What the largest size is compared with. */
export const COMPARED_WITH = 1_000;

/** Everything that grows, by the name that `--only` takes. */
export const DIMENSIONS = {
  history: {
    title: 'Messages in the room',
    sizes: [1_000, 10_000, 100_000, 1_000_000],
    world: (messages) => ({ ...SMALL, messages }),
  },
  'all-rooms': {
    title: 'Rooms of the service, ten of them one’s own',
    sizes: [10, 100, 1_000, 10_000],
    world: (rooms) => ({ ...SMALL, rooms }),
  },
  'own-rooms': {
    title: 'One’s own rooms',
    sizes: [10, 100, 1_000, 10_000],
    world: (rooms) => ({ ...SMALL, rooms, ownRooms: rooms }),
  },
  members: {
    title: 'Members of the room',
    sizes: [10, 100, 1_000, 10_000],
    world: (members) => ({ ...SMALL, members }),
  },
} as const satisfies Record<string, Dimension>;

export type DimensionName = keyof typeof DIMENSIONS;
