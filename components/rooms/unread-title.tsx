'use client';

import { useEffect } from 'react';

const PREFIX = /^\(\d+\) /;

/** An icon beside the page's own, which belongs to React: of several, browsers show the last. */
function unreadIcon(): HTMLLinkElement {
  const icon = document.createElement('link');
  icon.rel = 'icon';
  icon.type = 'image/svg+xml';
  icon.href = '/icon-unread.svg';
  return icon;
}

/** Shows how much is unread in the tab's title and icon. Next writes the title anew with each page: the count is put back before it. */
export function UnreadTitle({ count }: { count: number }) {
  useEffect(() => {
    const icon = count > 0 ? unreadIcon() : undefined;
    const show = () => {
      const bare = document.title.replace(PREFIX, '');
      const title = count > 0 ? `(${count}) ${bare}` : bare;
      if (document.title !== title) document.title = title;
      const icons = document.head.querySelectorAll('link[rel="icon"]');
      if (icon && icons[icons.length - 1] !== icon) document.head.append(icon);
    };
    show();
    const observer = new MutationObserver(show);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      icon?.remove();
    };
  }, [count]);
  return null;
}
