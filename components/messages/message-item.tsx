import { useTranslations } from 'next-intl';
import { memo, type ReactNode } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { cx } from '@/components/ui/class-names';
import type { PendingMessage } from '@/lib/client/pending';
import type { Message, User } from '@/lib/contracts/entities';
import { DayDivider } from './day-divider';
import { EditForm } from './edit-form';
import { MessageBody } from './message-body';
import { MessageTools } from './message-tools';
import { PendingItem } from './pending-item';
import { UnreadDivider } from './unread-divider';
import { dayName, fullTime, timeOf } from './when';

/** What one can do with messages. The functions stay the same from render to render. */
export interface MessageActions {
  edit: (seq: number | null) => void;
  save: (seq: number, body: string) => Promise<void>;
  askDelete: (message: Message) => void;
  retry: (clientMessageId: string) => void;
  discard: (clientMessageId: string) => void;
}

interface MessageItemProps {
  message: Message | null;
  pending: PendingMessage | null;
  author: User | null;
  /** what an author is called who has no account any more */
  nobody: string;
  at: number;
  /** begins a group: author and time stand above it */
  headed: boolean;
  /** begins a day */
  dated: boolean;
  /** the first unread one */
  unread: boolean;
  /** the one that the keyboard is on */
  active: boolean;
  editing: boolean;
  waiting: boolean;
  mayEdit: boolean;
  mayDelete: boolean;
  locale: string;
  timeZone: string;
  actions: MessageActions;
}

function DeletedBody() {
  const t = useTranslations('chat');
  return <p className="text-muted italic">{t('deleted')}</p>;
}

function Edited({ time }: { time: string }) {
  const t = useTranslations('chat');
  return (
    <small className="ms-1.5 text-xs text-muted select-none" title={t('editedAt', { time })} suppressHydrationWarning>
      {t('edited')}
    </small>
  );
}

/** One message with what stands above it. Looks up no words itself: there are many of it. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { message, pending, author, headed, locale, timeZone, actions } = props;
  const clock = { locale, timeZone };
  const iso = new Date(props.at).toISOString();
  const name = author?.username ?? props.nobody;
  const time = (className: string) => (
    <time dateTime={iso} title={fullTime(clock, props.at)} className={className} suppressHydrationWarning>
      {timeOf(clock, props.at)}
    </time>
  );

  let content: ReactNode = null;
  if (pending) {
    content = (
      <PendingItem entry={pending} waiting={props.waiting} onRetry={actions.retry} onDiscard={actions.discard} />
    );
  } else if (message?.deletedAt) {
    content = <DeletedBody />;
  } else if (message && props.editing) {
    content = (
      <EditForm
        body={message.body}
        onSave={(body) => actions.save(message.seq, body)}
        onClose={() => actions.edit(null)}
      />
    );
  } else if (message) {
    content = (
      <MessageBody body={message.body}>
        {message.editedAt && <Edited time={fullTime(clock, Date.parse(message.editedAt))} />}
      </MessageBody>
    );
  }

  return (
    <div className="flow-root pb-0.5">
      {props.dated && <DayDivider label={dayName(clock, props.at, Date.now())} dateTime={iso} />}
      {props.unread && <UnreadDivider />}
      <article
        id={message ? `m-${message.seq}` : undefined}
        aria-label={name}
        tabIndex={-1}
        className={cx(
          'group relative grid scroll-mt-16 grid-cols-[2.25rem_minmax(0,1fr)] gap-x-3 px-4 py-0.5 hover:bg-surface focus-visible:-outline-offset-2 sm:px-6 target:bg-accent-soft',
          headed && 'mt-3',
        )}
      >
        <div className="flex justify-end pt-0.5">
          {headed ? (
            <Avatar name={name} />
          ) : (
            time(
              'pt-0.5 text-[0.6875rem] whitespace-nowrap text-faint tabular-nums opacity-0 group-hover:opacity-100 group-focus:opacity-100',
            )
          )}
        </div>
        <div className="min-w-0">
          {headed && (
            <div className="flex items-baseline gap-2">
              <bdi className={cx('truncate font-semibold', !author && 'text-muted')}>{name}</bdi>
              {time('shrink-0 text-xs text-faint tabular-nums')}
            </div>
          )}
          {content}
        </div>
        {message && !message.deletedAt && !props.editing && (props.mayEdit || props.mayDelete) && (
          <MessageTools
            active={props.active}
            onEdit={props.mayEdit ? () => actions.edit(message.seq) : null}
            onDelete={props.mayDelete ? () => actions.askDelete(message) : null}
          />
        )}
      </article>
    </div>
  );
});
