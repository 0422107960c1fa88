import { createDiagram } from "./diagram.js";
import { key } from "./key.js";
import { text, translatePage } from "./language.js";
import { offerPhoneData } from "./phone-data.js";
import { say, showPhone } from "./phone-pane.js";
import { onState, refresh, refreshSoon } from "./state.js";
import { showTables } from "./tables.js";
import { offerTour, pace } from "./tour.js";
import { offerTrouble, showTrouble } from "./trouble.js";

translatePage();
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
  if (events.readyState === EventSource.CLOSED) say(text("said.noKey"));
});

onState(showTables);
onState(showTrouble);
// What only some deployments have.
onState(({ routes }) => {
  for (const one of document.querySelectorAll("[data-route]"))
    one.hidden = !routes.includes(one.dataset.route);
});
offerTrouble();
offerPhoneData();
offerTour({ diagram, isQuiet: () => diagram.still && performance.now() - lastEventAt >= 250 });
showPhone();
say(text("said.start"));
refresh();
