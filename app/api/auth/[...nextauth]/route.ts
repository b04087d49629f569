import type { NextRequest } from 'next/server';
import { handleNextAuth } from '@/lib/auth/next-auth';
import { problem } from '@/lib/http/problem';

type Context = Parameters<typeof handleNextAuth>[1];

async function handle(request: NextRequest, context: Context): Promise<Response> {
  try {
    return await handleNextAuth(request, context);
  } catch (error) {
    return problem(error);
  }
}

export { handle as GET, handle as POST };
