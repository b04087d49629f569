import { encode } from 'uqr';

/** Modules around the code (ISO/IEC 18004, 6.3.8). */
const QUIET_ZONE = 4;

/**
 * A QR code, drawn on the server. Dark on white in every theme: many cameras do not read the reverse.
 *
 * @param props.label what assistive technology says of it
 */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-60 max-w-full rounded-md border border-line"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
