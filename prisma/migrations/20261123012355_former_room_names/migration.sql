-- CreateTable
CREATE TABLE "former_names" (
    "name" TEXT NOT NULL,
    "room_id" INTEGER NOT NULL,

    CONSTRAINT "former_names_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "former_names_room_id_idx" ON "former_names"("room_id");

-- AddForeignKey
ALTER TABLE "former_names" ADD CONSTRAINT "former_names_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "chats"("id") ON DELETE CASCADE ON UPDATE CASCADE;
