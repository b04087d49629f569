'use client';

import { useEffect } from 'react';

const PREFIX = /^\(\d+\) /;

/** Shows how much is unread in the tab's title and icon. Next writes the title anew with each page: the count is put back before it. */
export function UnreadTitle({ count }: { count: number }) {
  useEffect(() => {
    const show = () => {
      const bare = document.title.replace(PREFIX, '');
      const title = count > 0 ? `(${count}) ${bare}` : bare;
      if (document.title !== title) document.title = title;
      const href = count > 0 ? '/icon-unread.svg' : '/icon.svg';
      const icon = document.querySelector('link[rel="icon"]');
      if (icon && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
    };
    show();
    const observer = new MutationObserver(show);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [count]);
  return null;
}
