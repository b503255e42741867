// The review desk by keyboard: each key presses the button that bears it. Without this file the buttons do it all.

const BEFORE_MS = 500;
const AFTER_MS = 700;

const told = document.querySelector("#told");
const keys = document.querySelector("#keys");
const spoken = document.querySelector("#spoken");

function dress() {
  const hear = document.querySelector("[data-hear]");
  if (!hear) return;
  const audio = hear.querySelector("audio");
  const button = hear.querySelector("button");
  const from = Math.max(Number(hear.dataset.from) - BEFORE_MS, 0) / 1000;
  const until = (Number(hear.dataset.until || hear.dataset.from) + AFTER_MS) / 1000;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (!audio.paused) {
      audio.pause();
      return;
    }
    if (audio.readyState > 0 && (audio.currentTime < from || audio.currentTime >= until)) audio.currentTime = from;
    audio.play().catch(() => {});
  });
  audio.addEventListener("timeupdate", () => {
    if (!audio.paused && audio.currentTime >= until && audio.currentTime < until + 0.6) {
      audio.pause();
      audio.currentTime = from;
    }
  });
}

function showKeys() {
  keys.open = !keys.open;
  spoken.textContent = keys.open ? keys.querySelector("p").textContent.replace(/\s+/g, " ") : "";
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const focused = event.target;
  if ((key === " " || key === "Enter") && focused.closest("button, a, summary, audio")) return;
  if (focused.closest("input:not([type=checkbox]), select, textarea")) return;
  if (key === "?") showKeys();
  else if (key === "w") document.querySelector("#desk .why summary")?.click();
  else {
    const pressed = [...document.querySelectorAll("[data-key]")].find((item) => item.dataset.key === key);
    if (!pressed || event.repeat) return;
    pressed.click();
  }
  event.preventDefault();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "desk") return;
  dress();
  document.querySelector("#desk h2")?.focus({ preventScroll: true });
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => {
    told.textContent = told.dataset.failed;
  });
}

dress();
