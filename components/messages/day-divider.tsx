/** Where a day begins. */
export function DayDivider({ label, dateTime }: { label: string; dateTime: string }) {
  return (
    <div className="flex items-center gap-3 px-4 pt-6 pb-2 sm:px-6">
      <span className="h-px flex-1 bg-line" />
      <time
        dateTime={dateTime}
        className="inline-block text-xs font-medium text-muted first-letter:uppercase"
        suppressHydrationWarning
      >
        {label}
      </time>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}
