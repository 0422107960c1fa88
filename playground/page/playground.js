import { createDiagram } from "./diagram.js";
import { key } from "./key.js";
import { offerPhoneData } from "./phone-data.js";
import { login, say, showPhone, user } from "./phone-pane.js";
import { refresh, refreshSoon } from "./tables.js";
import { offerTour, pace } from "./tour.js";
import { offerTrouble } from "./trouble.js";

const diagram = createDiagram({ pace });
let lastEventAt = 0;

// It can send no header.
const events = new EventSource(`/_playground/events?key=${encodeURIComponent(key)}`);
events.addEventListener("message", ({ data }) => {
  lastEventAt = performance.now();
  diagram.add(JSON.parse(data));
  refreshSoon();
});

events.addEventListener("error", () => {
  if (events.readyState === EventSource.CLOSED)
    say("Open the address that npm start prints: it ends with a key.");
});

offerTrouble({ login, user });
offerPhoneData();
offerTour({ diagram, isQuiet: () => diagram.still && performance.now() - lastEventAt >= 250 });
showPhone();
say("Tap “Open the app”.");
refresh();
