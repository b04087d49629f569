'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { CommandError } from '@/lib/client/errors';
import { MessageBody } from './message-body';
import { useReason } from './use-reason';

interface DeleteDialogProps {
  body: string;
  onDelete: () => Promise<void>;
  onClose: () => void;
}

/** Asks before a message goes for everyone, and shows which one it is. It stays until the deletion has its answer. */
export function DeleteDialog({ body, onDelete, onClose }: DeleteDialogProps) {
  const t = useTranslations('chat');
  const reason = useReason();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const confirm = async () => {
    setBusy(true);
    try {
      await onDelete();
      onClose();
    } catch (error) {
      setBusy(false);
      setRefused(error instanceof CommandError ? error.code : 'other');
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && !busy && onClose()} title={t('deleteTitle')}>
      <div className="space-y-4 px-6 pt-2 pb-6">
        <blockquote className="line-clamp-4 border-s-2 border-line ps-3 text-muted">
          <MessageBody body={body} />
        </blockquote>
        <p className="text-sm">{t('deleteLead')}</p>
        {refused && (
          <p role="alert" className="text-sm text-danger">
            {t('deleteFailed', { reason: reason(refused) })}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button variant="ghost" disabled={busy} onClick={onClose}>
            {t('deleteKeep')}
          </Button>
          <Button variant="danger" disabled={busy} onClick={() => void confirm()}>
            {t('deleteConfirm')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
