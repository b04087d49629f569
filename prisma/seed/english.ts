import type { RoomScript } from './conversations';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const general: RoomScript = {
  name: 'general',
  topic: 'Everyone, everything. Be kind.',
  words: {
    day: DAYS,
    place: ['the corner café', 'the library', 'the old brewery', 'the riverside', 'Marta’s kitchen', 'the co-op'],
    time: ['six', 'half past six', 'seven', 'eight', 'noon'],
    thing: ['a drill', 'a sewing machine', 'a projector', 'a long ladder', 'camping chairs', 'a pressure washer'],
    weather: ['rain', 'wind', 'snow', 'fog', 'hail'],
    show: ['the documentary on glaciers', 'that heist series', 'the cooking final', 'the new detective thing'],
  },
  conversations: [
    [
      'A: Is anyone around on {day}? I was thinking {place} at {time}.',
      'B: I can do {time}, yes.',
      'C: Later for me, but start without me.',
      'A: Perfect. I’ll keep you a chair.',
    ],
    [
      'A: Does somebody own {thing} that I could borrow until {day}?',
      'B: I do. It’s in the cellar, come by after {time}.',
      'A: You are a hero. I’ll bring cake.',
      'B: Then it’s yours for two weeks.',
      'C: I should buy more tools, apparently.',
    ],
    ['A: Good morning!', 'B: Morning. Coffee first, words later.', 'A: Fair.'],
    [
      'A: So much {weather} today.',
      'B: My umbrella gave up halfway.',
      'C: I moved here for the weather, can you believe it',
      'B: No.',
    ],
    [
      'A: No spoilers please, but is {show} worth it?',
      'B: The first two episodes are slow. Then you won’t sleep.',
      'C: I gave up after one. Now I feel judged.',
      'B: You are.',
    ],
    [
      'A: Who has the key to {place} this week?',
      'B: Me. I can open at {time} on {day}.',
      'A: Thanks, I’ll tell the others.',
    ],
    [
      'A: Small reminder: the meeting is on {day} at {time}, not an hour earlier like last time.',
      'B: We were all early for once in our lives.',
      'A: And I was proud of you.',
    ],
    [
      'A: I found a grey scarf after {day}. Anyone missing one?',
      'C: Mine! I had already said goodbye to it.',
      'A: It’s on the hook at {place}.',
      'C: Thank you!!',
    ],
    [
      'A: How do you all keep up with this room?',
      'B: I read from the divider down and pretend I saw the rest.',
      'A: Honest. I like it.',
    ],
  ],
};

const cooking: RoomScript = {
  name: 'cooking',
  topic: 'What is on the stove, and what went wrong',
  words: {
    dish: [
      'lentil soup',
      'shakshuka',
      'mushroom risotto',
      'apple cake',
      'dumplings',
      'ratatouille',
      'focaccia',
      'borscht',
      'ramen',
    ],
    ingredient: [
      'smoked paprika',
      'fresh dill',
      'lemon zest',
      'brown butter',
      'miso',
      'caraway',
      'a bay leaf',
      'black garlic',
    ],
    minutes: ['ten', 'twenty', 'thirty-five', 'forty', 'ninety'],
    day: DAYS,
  },
  conversations: [
    [
      'A: {dish} tonight. Has anyone tried it with {ingredient}?',
      'B: Yes, but half of what you think you need.',
      'A: Noted. Half, and then half again because I never listen.',
      'B: That’s a quarter, you’ll be fine.',
    ],
    [
      'A: My {dish} came out as a brick.',
      'B: Oven too hot, or too long?',
      'A: {minutes} minutes at 220.',
      'C: That is a kiln.',
      'A: I’ve framed it.',
    ],
    [
      'A: How long does {dish} really keep in the fridge?',
      'B: Three days. Four if nobody asks questions.',
      'C: Freeze it in portions, future you will cry with joy.',
    ],
    [
      'A: Recipe, as promised:\n1. Onions, slowly, {minutes} minutes.\n2. Everything else.\n3. {ingredient} at the very end.',
      'B: "Everything else" is doing a lot of work here.',
      'A: It’s an heirloom recipe. It is supposed to be vague.',
    ],
    [
      'A: Is {ingredient} the same as what my grandmother called "the good stuff"?',
      'B: Your grandmother’s good stuff was butter.',
      'A: Everything makes sense now.',
    ],
    [
      'A: Potluck on {day}. I’ll bring {dish}.',
      'B: Salad and bread from me.',
      'C: I can do {dish} without meat, for the two who don’t eat it.',
      'A: We’re set, then.',
    ],
    [
      'A: Knife advice? Mine can’t cut a tomato.',
      'B: Sharpen it before you buy another. Whetstone, {minutes} minutes.',
      'A: I watched a video and now I’m afraid of my own hands.',
      'B: That’s the right amount of respect.',
    ],
  ],
};

const cycling: RoomScript = {
  name: 'cycling',
  topic: 'Sunday rides, flat tyres, and who brings the thermos',
  words: {
    place: ['the reservoir', 'the windmill', 'the border bridge', 'Oak Hill', 'the ferry', 'the quarry loop'],
    km: ['38', '46', '52', '65', '80', '104'],
    part: ['chain', 'rear tyre', 'brake pads', 'bottom bracket', 'saddle', 'bar tape'],
    day: ['Saturday', 'Sunday', 'Friday evening'],
  },
  conversations: [
    [
      'A: {day}: {place} and back, {km} km. Easy pace, I promise.',
      'B: Your easy pace has made grown people weep.',
      'A: There will be cake at the top.',
      'C: In.',
      'B: In, obviously.',
    ],
    [
      'A: What do you do about a {part} that creaks?',
      'B: Clean it, grease it, tighten it.',
      'C: Turn up the music.',
      'A: Trying the second one first.',
    ],
    [
      'A: Did {km} km today, wind from the front both ways.',
      'B: That’s how wind works here.',
      'A: I saw a heron though.',
      'B: Worth it.',
    ],
    [
      'A: Puncture just before {place}. Walked the rest.',
      'B: No spare tube?',
      'A: I had the tube. I had no pump.',
      'C: I’ve put one in your mailbox. Don’t thank me.',
    ],
    [
      'A: Is the path to {place} open again?',
      'B: Since last week. The gravel is fresh, mind the bend.',
      'A: Thanks, going on {day}.',
    ],
    ['A: New {part}! Everything is silent. It’s unsettling.', 'B: Give it a week of rain.', 'A: Let me have this.'],
    [
      'A: Lights check for {day}: front, back, and one spare between us.',
      'B: Charged.',
      'C: Charged, and I’m bringing the reflective vest nobody likes.',
    ],
  ],
};

const releases: RoomScript = {
  name: 'releases',
  topic: 'What shipped, what broke, what we learnt',
  visibility: 'private',
  words: {
    version: ['1.4.0', '1.4.1', '1.5.0', '1.5.2', '1.6.0', '2.0.0-rc.1'],
    part: ['search', 'the upload form', 'the settings page', 'sign-in', 'the export', 'notifications'],
    number: ['3', '12', '40', '180', '950'],
    day: DAYS,
  },
  conversations: [
    [
      'A: {version} is out. Mostly {part}, and {number} small fixes.',
      'B: Running it since this morning, quiet so far.',
      'C: Notes read well this time, thank you.',
    ],
    [
      'A: Seeing {number} errors an hour from {part} since the deploy.',
      'B: Looking.',
      'B: Found it: a timeout that used to be seconds is now milliseconds.',
      'A: Roll back or forward?',
      'B: Forward, the fix is one line. Five minutes.',
      'A: Confirmed, graph is flat again.',
    ],
    [
      'A: Can we move {version} from {day} to the day after? {part} needs one more review.',
      'B: Yes. Nobody has ever regretted a day.',
      'A: Frame that.',
    ],
    [
      'A: Question on {part}: do we keep the old address working?',
      'B: One release longer, with a redirect.',
      'A: Writing that down before we both forget.',
      'C: We already had: it’s in the decisions folder.',
    ],
    [
      'A: Write-up of last {day} is ready. Short version: {part} was slow because we asked the database {number} times for one list.',
      'B: And the long version?',
      'A: The same, with a graph.',
      'C: Good graph.',
    ],
    [
      'A: Who is on call this weekend?',
      'B: Me, from {day}.',
      'A: Then I ship nothing on Friday. You’re welcome.',
      'B: Best colleague.',
    ],
    [
      'A: The test for {part} failed once in {number} runs.',
      'B: Once is not "flaky", once is a bug we haven’t met.',
      'A: It’s the clock, isn’t it.',
      'B: It is always the clock.',
      'A: It was the clock.',
    ],
  ],
};

/** The rooms in which English is spoken. */
export const ENGLISH_ROOMS: readonly RoomScript[] = [general, cooking, cycling, releases];
