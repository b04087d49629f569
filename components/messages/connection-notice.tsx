'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Notice } from './notice';
import { useConnectionState, useLosable } from './realtime-provider';

/** What passes sooner than this is nobody's concern. */
const PATIENCE_MS = 1_000;

/** Tells of the connection while it keeps one waiting; there is nothing to dismiss. */
export function ConnectionNotice({ catchingUp }: { catchingUp: boolean }) {
  const t = useTranslations('chat');
  const connection = useConnectionState();
  const offline = useLosable() ? 'offlineLosable' : 'offline';
  const lost = connection === 'offline' ? offline : connection;
  const trouble = lost !== 'connected' ? lost : catchingUp ? 'catchingUp' : null;
  const [shown, setShown] = useState(false);
  const troubled = trouble !== null;
  useEffect(() => {
    if (!troubled) return;
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [troubled]);
  return <Notice>{shown && trouble && t(trouble)}</Notice>;
}
