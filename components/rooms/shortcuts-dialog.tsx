'use client';

import { useTranslations } from 'next-intl';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { useKeyName } from '@/components/ui/key-name';

const GROUPS = [
  {
    title: 'shortcutsAnywhere',
    keys: [
      { does: 'shortcutSwitcher', keys: ['command', 'K'] },
      { does: 'shortcutPrevious', keys: ['alt', '↑'] },
      { does: 'shortcutNext', keys: ['alt', '↓'] },
      { does: 'shortcutPreviousUnread', keys: ['alt', 'Shift', '↑'] },
      { does: 'shortcutNextUnread', keys: ['alt', 'Shift', '↓'] },
      { does: 'shortcutRead', keys: ['Esc'] },
      { does: 'shortcutShortcuts', keys: ['command', '/'] },
    ],
  },
  {
    title: 'shortcutsWriting',
    keys: [
      { does: 'shortcutSend', keys: ['Enter'] },
      { does: 'shortcutBreak', keys: ['Shift', 'Enter'] },
      { does: 'shortcutEdit', keys: ['↑'] },
      { does: 'shortcutCancel', keys: ['Esc'] },
    ],
  },
] as const;

/** Ctrl/⌘+/: every key there is. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('rooms');
  const command = useKeyName('command');
  const alt = useKeyName('alt');
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('shortcuts')}>
      <div className="space-y-5 px-6 pt-3 pb-6">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1 text-sm text-muted">{t(group.title)}</h3>
            <dl>
              {group.keys.map(({ does, keys }) => (
                <div
                  key={does}
                  className="flex items-center justify-between gap-4 border-b border-line py-2 last:border-0"
                >
                  <dt>{t(does)}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key === 'command' ? command : key === 'alt' ? alt : key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
