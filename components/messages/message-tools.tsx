import { Pencil, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { IconButton } from '@/components/ui/button';

interface MessageToolsProps {
  /** whether its message is the one that the keyboard is on: only then they are in the tab order */
  active: boolean;
  /** null where one may not */
  onEdit: (() => void) | null;
  onDelete: (() => void) | null;
}

/** What one can do with a message, in its corner. */
export function MessageTools({ active, onEdit, onDelete }: MessageToolsProps) {
  const t = useTranslations('chat');
  const tabIndex = active ? 0 : -1;
  return (
    <div className="absolute end-3 -top-3 flex rounded-md border border-line bg-raised opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:top-0 [@media(hover:none)]:border-transparent [@media(hover:none)]:bg-transparent [@media(hover:none)]:opacity-60">
      {onEdit && (
        <IconButton label={t('edit')} tabIndex={tabIndex} className="size-8" onClick={onEdit}>
          <Pencil size={15} aria-hidden="true" />
        </IconButton>
      )}
      {onDelete && (
        <IconButton label={t('delete')} tabIndex={tabIndex} className="size-8" onClick={onDelete}>
          <Trash2 size={15} aria-hidden="true" />
        </IconButton>
      )}
    </div>
  );
}
