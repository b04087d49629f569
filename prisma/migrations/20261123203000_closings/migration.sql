-- AlterTable
ALTER TABLE "chats" ADD COLUMN     "closings" INTEGER NOT NULL DEFAULT 0;
