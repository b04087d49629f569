'use client';

import { useState, type ReactNode } from 'react';

/** Keeps what the page first came with, over every later rendering by the server: what is shown once must not vanish while it is read. */
export function Kept({ children }: { children: ReactNode }) {
  const [first] = useState(children);
  return first;
}
