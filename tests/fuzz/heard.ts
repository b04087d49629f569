import { z } from 'zod';
import { messageSchema, type Message } from '@/lib/contracts/entities';

const createdSchema = z.object({ messages: z.array(messageSchema.strict()) });

/** The messages of a `messages:created`. @throws z.ZodError where it has another form */
export function messagesOf(payload: Record<string, unknown>): Message[] {
  return createdSchema.parse(payload).messages;
}
