-- AlterTable
ALTER TABLE "password_resets" ADD COLUMN     "by_letter" BOOLEAN NOT NULL DEFAULT false;
