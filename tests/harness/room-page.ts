import type { Locator, Page } from 'playwright-core';

/** An open room as a person sees it (in English). */
export class RoomPage {
  readonly page: Page;
  readonly log: Locator;
  readonly composer: Locator;

  constructor(page: Page) {
    this.page = page;
    this.log = page.getByRole('log');
    this.composer = page.getByRole('textbox', { name: /^Message to / });
  }

  /** Waits until the room is live: one sees oneself among those who are here. */
  async live(): Promise<this> {
    await this.page.getByRole('button', { name: /\bhere$/ }).waitFor();
    return this;
  }

  /** The messages that hold a text. */
  message(text: string): Locator {
    return this.log.getByRole('article').filter({ hasText: text });
  }

  /** Types a message and sends it, as a person does. */
  async say(text: string): Promise<void> {
    await this.composer.pressSequentially(text);
    await this.composer.press('Enter');
  }

  /** Waits until a message stands there and is stored. */
  async sees(text: string): Promise<void> {
    await this.message(text).and(this.page.locator('[id^="m-"]')).first().waitFor();
  }

  /** Presses one of a message's buttons, which show when one points at it. */
  async act(text: string, action: 'Edit message' | 'Delete message'): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole('button', { name: action }).click();
  }
}
