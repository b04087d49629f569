// `npm run seed`: people, rooms and conversations, in whatever database the service uses.
import { runTool, toolSettings, withServiceDatabase } from '../scripts/tool';
import { fillHouse } from './seed/house';

await runTool(async () => {
  const settings = toolSettings();
  await withServiceDatabase(settings, async () => {
    const { people, rooms, messages, password } = await fillHouse(settings.bcryptCost);
    const addresses = people.map(({ email }) => email).join(', ');
    process.stdout.write(
      `${people.length} people, ${rooms} rooms, ${messages} messages.\n` +
        `Sign in as ${addresses}\nwith the password "${password}" (${people[0]?.email} is the administrator).\n`,
    );
  });
});
