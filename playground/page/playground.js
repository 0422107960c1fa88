import { createDiagram } from "./diagram.js";
import { login, say, showPhone, user } from "./phone-pane.js";
import { refresh, refreshSoon } from "./tables.js";
import { offerTour, pace } from "./tour.js";
import { offerTrouble } from "./trouble.js";

const diagram = createDiagram({ pace });
let lastEventAt = 0;

const events = new EventSource("/_playground/events");
events.addEventListener("message", ({ data }) => {
  lastEventAt = performance.now();
  diagram.add(JSON.parse(data));
  refreshSoon();
});

offerTrouble({ login, user });
offerTour({ diagram, isQuiet: () => diagram.still && performance.now() - lastEventAt >= 250 });
showPhone();
say("Tap “Open the app”.");
refresh();
